// What the benchmark does to the API server: creates Samples, changes them, and sees when they are done.
import type { Client } from '../src/runtime/index.ts';
import { type Sample, samples } from './sample/sample.ts';

const namespace = 'default';
const creatorsAtOnce = 16;

/** Sees every Sample's status, so that waiting costs the API server one watch whatever the number. */
export interface StatusWatch {
  /** Resolves when `count` Samples have a status that is of their generation and ready. */
  ready(count: number): Promise<void>;
  /** Resolves when the Sample's status has caught up with the generation. */
  caughtUp(name: string, generation: number): Promise<void>;
  stop(): void;
}

export async function watchStatus(client: Client): Promise<StatusWatch> {
  const stop = new AbortController();
  const observed = new Map<string, number>();
  const ready = new Set<string>();
  let onChange = () => {};
  const { resourceVersion } = await client.list(samples);
  const watching = (async () => {
    const options = { resourceVersion, timeoutSeconds: 3_600, signal: stop.signal };
    for await (const { type, object } of client.watch(samples, options)) {
      if (type === 'BOOKMARK' || !object.status) continue;
      const { name, generation } = object.metadata;
      observed.set(name, object.status.observedGeneration);
      if (object.status.ready && object.status.observedGeneration === generation) ready.add(name);
      else ready.delete(name);
      onChange();
    }
  })();
  const failed = watching.then(
    () => Promise.reject(new Error('the watch on Samples ended')),
    (error: unknown) => Promise.reject(error),
  );
  failed.catch(() => {});
  const until = (isDone: () => boolean) =>
    Promise.race([
      failed,
      new Promise<void>((resolve) => {
        onChange = () => {
          if (isDone()) resolve();
        };
        onChange();
      }),
    ]);
  return {
    ready: (count) => until(() => ready.size >= count),
    caughtUp: (name, generation) => until(() => (observed.get(name) ?? 0) >= generation),
    stop: () => stop.abort(),
  };
}

/** Creates Samples number `from` to `to - 1`. */
export async function createSamples(client: Client, from: number, to: number): Promise<void> {
  let next = from;
  const create = async () => {
    while (next < to) await client.create(samples, aSample(next++));
  };
  await Promise.all(Array.from({ length: creatorsAtOnce }, create));
}

/** Changes one Sample after the other; returns for each the ms from sending the change until its status has it. */
export async function changeSamples(
  client: Client,
  watch: StatusWatch,
  count: number,
  total: number,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const name = nameOf(Math.floor((i * total) / count));
    const startedAt = performance.now();
    const changed = await client.patchMerge(samples, { namespace, name }, { spec: { message: `change ${i}` } });
    await watch.caughtUp(name, changed.metadata.generation ?? 0);
    times.push(performance.now() - startedAt);
  }
  return times;
}

function nameOf(number: number): string {
  return `sample-${String(number).padStart(5, '0')}`;
}

function aSample(number: number): Sample {
  return {
    apiVersion: `${samples.group}/${samples.version}`,
    kind: samples.kind,
    metadata: { namespace, name: nameOf(number) },
    spec: { replicas: 1, message: 'hello' },
  };
}
