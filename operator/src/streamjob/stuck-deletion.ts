// An engine's resource whose deletion waits for a savepoint that cannot come is let go. Its StreamJob may be gone by then,
// so this stands before the reconcile and not in its Plan.

import { labels, managedBy } from '../api/index.ts';
import type { Engine } from '../engines/index.ts';
import type { ObjectKey, ReconcileContext } from '../runtime/index.ts';

const lookAgainMs = 5_000;

/** When to look again, ms; undefined when nothing under the key is being deleted. */
export async function releaseStuckDeletion(
  key: ObjectKey,
  backEnds: readonly Engine[],
  { cache, client, logger }: ReconcileContext,
  now: Date,
): Promise<number | undefined> {
  let againMs: number | undefined;
  for (const backEnd of backEnds) {
    const live = cache.get(backEnd.resource, key);
    // Somebody else's of the same name is theirs, its savepoint too.
    if (live?.metadata.labels?.[labels.managedBy] !== managedBy) continue;
    if (live.metadata.deletionTimestamp === undefined) continue;
    againMs = lookAgainMs;
    if (!backEnd.isDeletionStuck(live, now)) continue;
    logger.warn({}, `${live.kind} ${live.metadata.name} is deleted without a savepoint, since its job does not run`);
    await client.patchMerge(backEnd.resource, key, backEnd.releasePatch);
  }
  return againMs;
}
