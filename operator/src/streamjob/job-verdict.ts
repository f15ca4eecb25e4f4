// JobRunning: whether the job runs, of whatever version; and on Ready, why its newest spec is not in force. Pure.
import { conditionTypes, reasons } from '../api/index.ts';
import type { JobObservation } from '../engines/index.ts';
import type { Verdict } from '../plan/index.ts';
import { keyOf } from '../runtime/index.ts';
import type { Blocker } from './blocker.ts';
import { isOwn } from './conflict.ts';
import type { Observed } from './observe.ts';

const type = conditionTypes.jobRunning;

/** How the job fares by its engine; undefined when there is none of its own. */
export function observationOf({ object, engine }: Observed): JobObservation | undefined {
  if (!engine.live || !isOwn(object, engine.live)) return undefined;
  const seen = engine.backEnd.observe(engine.live, engine.pods);
  const trouble = engine.health?.trouble;
  // The engine's operator says RUNNING of a job that fails every minute.
  return trouble && seen.state === 'Running' ? { ...seen, ...trouble, state: 'Failing', effect: 'waiting' } : seen;
}

export function jobVerdicts(observed: Observed, blocker: Blocker | undefined): readonly Verdict[] {
  const seen = observationOf(observed);
  if (!seen) {
    if (blocker) return [{ type, status: 'False', ...blocker }];
    const { object, engine } = observed;
    const message = `${engine.backEnd.resource.kind} ${keyOf(object.metadata)} is being made.`;
    return [{ type, status: 'False', reason: reasons.jobStarting, message, effect: 'waiting' }];
  }
  const { state, reason, message, effect } = seen;
  const running: Verdict = {
    type,
    status: state === 'Running' ? 'True' : 'False',
    reason,
    message,
    ...(effect === undefined ? {} : { effect }),
  };
  const open = blocker ?? seen.upgrade;
  const ready: readonly Verdict[] = open ? [{ type: conditionTypes.ready, status: 'False', ...open }] : [];
  return [...ready, running, ...backpressure(observed)];
}

/** Told and no more: the job works, and a person may give it more. */
function backpressure({ object, engine }: Observed): readonly Verdict[] {
  const held = engine.health?.backpressured;
  if (held === undefined) return [];
  const message = `"${held}" of StreamJob ${keyOf(object.metadata)} takes in less than comes: raise spec.parallelism or spec.resources.worker, or look for what is slow behind it.`;
  return [{ type: conditionTypes.backpressured, status: 'True', reason: reasons.backpressured, message }];
}
