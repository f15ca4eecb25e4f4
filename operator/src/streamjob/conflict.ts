// An object of somebody else under the job's name, or one that is on its way out: it is not taken over. Pure.
import { reasons, type StreamJob } from '../api/index.ts';
import { controllerOf, type KubeObject, keyOf } from '../runtime/index.ts';
import { type Blocker, stalledBy, waitingFor } from './blocker.ts';

export function conflictOf(job: StreamJob, live: KubeObject | undefined): Blocker | undefined {
  if (!live) return undefined;
  const name = `${live.kind} ${keyOf(live.metadata)}`;
  if (live.metadata.deletionTimestamp !== undefined) {
    return waitingFor(reasons.conflict, `${name} is being deleted: it is made anew when it is gone.`);
  }
  if (isOwn(job, live)) return undefined;
  const owner = controllerOf(live);
  if (owner?.kind === job.kind && owner.name === job.metadata.name) {
    return waitingFor(
      reasons.conflict,
      `${name} is of a former ${owner.kind} ${owner.name}: it is made anew when Kubernetes has collected it.`,
    );
  }
  const whose = owner ? `belongs to ${owner.kind} ${owner.name}` : "is not of Sluice's making";
  return stalledBy(reasons.conflict, `${name} ${whose}: delete it, or name this StreamJob otherwise.`);
}

/** Made by this very job. */
export function isOwn({ metadata }: StreamJob, object: KubeObject): boolean {
  return metadata.uid !== undefined && controllerOf(object)?.uid === metadata.uid;
}
