// The Flink operator's finalizer takes a savepoint of a running job, and waits for ever where the job neither runs nor has
// ended: an image that is not there would hold a namespace back from going. Pure.
import type { FlinkDeployment } from './flink-deployment.ts';
import { savepointOnDeletion } from './state.ts';

/** A job that is just starting or restarting may still come up and be saved. */
const startingMs = 30_000;
/** Flink's own limit of a savepoint (execution.checkpointing.timeout) is 10 min. */
const savepointMs = 15 * 60_000;
/** AbstractFlinkService.cancelJob skips the savepoint of these. */
const ended = ['FINISHED', 'FAILED', 'CANCELED'];

/** Whether the deletion has begun and its savepoint cannot come or is over its time. */
export function isDeletionStuck({ metadata, spec, status }: FlinkDeployment, now: Date): boolean {
  if (metadata.deletionTimestamp === undefined) return false;
  if (spec.flinkConfiguration?.[savepointOnDeletion] !== 'true') return false;
  const job = status?.jobStatus?.state ?? '';
  if (ended.includes(job)) return false;
  const limitMs = job === 'RUNNING' ? savepointMs : startingMs;
  return now.getTime() - Date.parse(metadata.deletionTimestamp) >= limitMs;
}

export const releasePatch = { spec: { flinkConfiguration: { [savepointOnDeletion]: 'false' } } };
