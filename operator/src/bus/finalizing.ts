// How a resource that declares topics is held and let go: the finalizer, and what is said while it is deleted. Pure.
import { conditionTypes, finalizer, reasons } from '../api/index.ts';
import type { Change, Plan, Verdict } from '../plan/index.ts';
import { hasFinalizer, type KubeObject } from '../runtime/index.ts';
import type { BusDecision } from './observation.ts';

/** A finalizer stands only while there is something to clean up: it must not hold a namespace for nothing. */
export function finalizerChanges(
  object: KubeObject,
  { needsFinalizer }: Pick<BusDecision, 'needsFinalizer'>,
): readonly Change[] {
  if (needsFinalizer === hasFinalizer(object, finalizer)) return [];
  return needsFinalizer
    ? [{ action: 'AddFinalizer', risk: 'Safe', reason: 'topics are to be deleted with it' }]
    : [{ action: 'RemoveFinalizer', risk: 'Safe', reason: 'no topic is to be deleted with it any more' }];
}

/** The Plan of a deleted resource that has the finalizer still: `before`, then its topics, then it may go. */
export function releasePlan(bus: BusDecision, before: readonly Change[] = []): Plan {
  const removal: Change = { action: 'RemoveFinalizer', risk: 'Safe', reason: 'nothing is left to clean up' };
  return {
    changes: [...before, ...bus.changes, ...(bus.isCleanedUp ? [removal] : [])],
    verdicts: [...bus.verdicts, deletingVerdict('its topics')],
    notices: bus.notices,
    requeueAfterMs: bus.requeueAfterMs,
  };
}

/** @param what goes first, such as `its topics` */
export function deletingVerdict(what: string): Verdict {
  const message = `It is being deleted, ${what} first.`;
  return { type: conditionTypes.ready, status: 'False', reason: reasons.deleting, message, effect: 'waiting' };
}
