// A process that holds one cache and nothing else, so that its memory can be measured. Forked with a kubeconfig's path
// as its argument; answers each message with a report.
import { Cache } from '../cache.ts';
import { keyOf } from '../resource.ts';
import { allConfigMaps, clientOf } from './cluster.ts';

export interface CacheReport {
  /** By `namespace/name`. */
  readonly revisions: Readonly<Record<string, string | undefined>>;
  /** From the start of the list until the cache had synced. */
  readonly syncedMs: number;
  readonly rssMiB: number;
  readonly heapMiB: number;
}

const cache = new Cache(clientOf(process.argv[2] ?? ''), [], { onList: () => {}, onFailure: () => {} });
cache.watch(allConfigMaps);
const stop = new AbortController();
process.once('disconnect', () => stop.abort());
const startedAt = performance.now();
const running = cache.run(stop.signal);
await cache.waitForSync(stop.signal);
const syncedMs = Math.round(performance.now() - startedAt);

process.on('message', () => {
  const { rss, heapUsed } = process.memoryUsage();
  const objects = cache.list(allConfigMaps);
  process.send?.({
    revisions: Object.fromEntries(objects.map(({ metadata }) => [keyOf(metadata), metadata.resourceVersion])),
    syncedMs,
    rssMiB: Math.round(rss / 2 ** 20),
    heapMiB: Math.round(heapUsed / 2 ** 20),
  } satisfies CacheReport);
});
await running;
