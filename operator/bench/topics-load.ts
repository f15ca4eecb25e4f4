// What the benchmark of topics does to the API server: declares, alters and deletes, and sees when that is done.
import type { EventService } from '../src/api/index.ts';
import { anEventService } from '../src/api/v1alpha1/builders.ts';
import { eventServices } from '../src/bus/index.ts';
import type { Client } from '../src/runtime/index.ts';
import { busName, namespace } from './topics-world.ts';

const writersAtOnce = 16;
/** Of every wait: longer than the largest size takes on a slow machine. */
const waitMs = 300_000;

/** Sees every service's status, so that waiting costs the API server one watch whatever the number. */
export interface ServiceWatch {
  /** Resolves when these have TopicsReady of at least the generation, and no topic of theirs is left out. */
  ready(names: readonly string[], generation: number): Promise<void>;
  /** The service as it was seen last. */
  latest(name: string): EventService | undefined;
  gone(names: readonly string[]): Promise<void>;
  stop(): void;
}

export async function watchServices(client: Client, assertRuns: () => void): Promise<ServiceWatch> {
  const stop = new AbortController();
  const seen = new Map<string, EventService>();
  let onChange = () => {};
  const { items, resourceVersion } = await client.list(eventServices, { namespace });
  for (const item of items) seen.set(item.metadata.name, item);
  const watching = (async () => {
    const options = { namespace, resourceVersion, timeoutSeconds: 3_600, signal: stop.signal };
    for await (const { type, object } of client.watch(eventServices, options)) {
      if (type === 'BOOKMARK') continue;
      if (type === 'DELETED') seen.delete(object.metadata.name);
      else seen.set(object.metadata.name, object);
      onChange();
    }
  })();
  const failed = watching.then(
    () => Promise.reject(new Error('the watch on EventServices ended')),
    (error: unknown) => Promise.reject(error),
  );
  failed.catch(() => {});
  const until = async (names: readonly string[], isDone: (name: string) => boolean) => {
    const { promise: done, resolve, reject } = Promise.withResolvers<void>();
    let open = names;
    onChange = () => {
      // From the first that is not done: looking costs little while most are open.
      const at = open.findIndex((name) => !isDone(name));
      open = at < 0 ? [] : open.slice(at);
      if (open.length === 0) resolve();
    };
    onChange();
    const startedAt = performance.now();
    const alarm = setInterval(() => {
      try {
        assertRuns();
        if (performance.now() - startedAt < waitMs) return;
        const [name = ''] = open;
        throw new Error(`${name} is not done after ${waitMs / 1000} s: ${JSON.stringify(seen.get(name)?.status)}`);
      } catch (error) {
        reject(error);
      }
    }, 1000);
    try {
      await Promise.race([failed, done]);
    } finally {
      clearInterval(alarm);
      onChange = () => {};
    }
  };
  const isReady = (name: string, generation: number) => {
    const { spec, status } = seen.get(name) ?? {};
    const ready = status?.conditions?.find(({ type }) => type === 'TopicsReady');
    return (
      ready?.status === 'True' &&
      (ready.observedGeneration ?? 0) >= generation &&
      (status?.observedGeneration ?? 0) >= generation &&
      status?.topics?.length === spec?.publishes?.length
    );
  };
  return {
    ready: (names, generation) => until(names, (name) => isReady(name, generation)),
    latest: (name) => seen.get(name),
    gone: (names) => until(names, (name) => !seen.has(name)),
    stop: () => stop.abort(),
  };
}

export interface Declared {
  /** The EventService's. */
  readonly name: string;
  readonly topics: readonly string[];
}

/** `total` topics by services of `perService` each. */
export function declaredBy(prefix: string, total: number, perService: number): readonly Declared[] {
  return Array.from({ length: Math.ceil(total / perService) }, (_, service) => {
    const name = `${prefix}-${String(service).padStart(4, '0')}`;
    const count = Math.min(perService, total - service * perService);
    return { name, topics: Array.from({ length: count }, (_, at) => `${name}.${at}`) };
  });
}

export function publishesOf({ topics }: Declared, retentionMs: number) {
  return topics.map((topic) => ({
    topic,
    partitions: 1,
    replicas: 1,
    config: { 'retention.ms': String(retentionMs) },
    deletionPolicy: 'Delete' as const,
  }));
}

export function createServices(client: Client, all: readonly Declared[], retentionMs: number): Promise<void> {
  return inTurns(all, async (declared) => {
    const service = anEventService({
      bus: { name: busName },
      replicas: 0,
      publishes: publishesOf(declared, retentionMs),
    });
    const { apiVersion, kind, spec } = service;
    await client.create(eventServices, { apiVersion, kind, spec, metadata: { name: declared.name, namespace } });
  });
}

export function alterServices(client: Client, all: readonly Declared[], retentionMs: number): Promise<void> {
  return inTurns(all, async (declared) => {
    const spec = { publishes: publishesOf(declared, retentionMs) };
    await client.patchMerge(eventServices, { name: declared.name, namespace }, { spec });
  });
}

export function approveServices(
  client: Client,
  all: readonly Declared[],
  hashOf: (declared: Declared) => string | undefined,
): Promise<void> {
  return inTurns(all, async (declared) => {
    const annotations = { 'sluice.dev/approve': hashOf(declared) ?? null };
    await client.patchMerge(eventServices, { name: declared.name, namespace }, { metadata: { annotations } });
  });
}

export function deleteServices(client: Client, all: readonly Declared[]): Promise<void> {
  return inTurns(all, async ({ name }) => {
    await client.delete(eventServices, { name, namespace });
  });
}

async function inTurns(all: readonly Declared[], write: (declared: Declared) => Promise<void>): Promise<void> {
  const left = all.values();
  const writeOn = async () => {
    for (const declared of left) await write(declared);
  };
  await Promise.all(Array.from({ length: writersAtOnce }, writeOn));
}
