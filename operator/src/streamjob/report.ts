// The status of a job, from what was seen and decided. Pure.
import { labels, type StreamJobStatus } from '../api/index.ts';
import { accessStatus, decideOnBus } from '../bus/index.ts';
import type { CommonStatus } from '../plan/index.ts';
import { observationOf } from './job-verdict.ts';
import type { Observed } from './observe.ts';

export function report(observed: Observed, common: CommonStatus): StreamJobStatus {
  // What is known of topics and subjects depends on no clock.
  const { topics, subjects } = decideOnBus(observed.bus, new Date(0));
  const access = accessStatus(observed);
  const restorePoint = observationOf(observed)?.restorePoint ?? observed.object.status?.restorePoint;
  return {
    ...common,
    job: jobStatus(observed),
    ...(restorePoint === undefined ? {} : { restorePoint }),
    ...(access ? { access } : {}),
    ...(topics.length === 0 ? {} : { topics }),
    ...(subjects.length === 0 ? {} : { subjects }),
  };
}

function jobStatus(observed: Observed): NonNullable<StreamJobStatus['job']> {
  const seen = observationOf(observed);
  if (!seen) return { state: 'Pending' };
  const { state, id, startedAt, isCurrent, lastRun, nextRunAt } = seen;
  // The revision that runs: the newest only once the engine has taken it up.
  const revision = isCurrent
    ? observed.engine.live?.metadata.labels?.[labels.revision]
    : observed.object.status?.job?.revision;
  return {
    state,
    ...(id === undefined ? {} : { id }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(revision === undefined ? {} : { revision }),
    ...(lastRun === undefined ? {} : { lastRun }),
    ...(nextRunAt === undefined ? {} : { nextRunAt }),
  };
}
