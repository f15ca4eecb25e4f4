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
  return engine.backEnd.observe(engine.live, engine.pods);
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
  return open ? [{ type: conditionTypes.ready, status: 'False', ...open }, running] : [running];
}
