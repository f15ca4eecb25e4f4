import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cache } from './cache.ts';
import type { WatchClient } from './reflector.ts';
import { defineResource, type KubeObject, keyOf, type ObjectMeta, revisionOf } from './resource.ts';
import type { ObjectChange } from './store.ts';
import type { WatchEvent } from './watch.ts';

const things = defineResource<KubeObject>({
  group: 'example.com',
  version: 'v1',
  plural: 'things',
  kind: 'Thing',
  namespaced: true,
});
const silent = { onList: () => {}, onFailure: () => {} };

function aThing(name: string, revision: number, metadata: Partial<ObjectMeta> = {}): KubeObject {
  return {
    apiVersion: 'example.com/v1',
    kind: 'Thing',
    metadata: { name, namespace: 'shop', resourceVersion: String(revision), ...metadata },
  };
}

/** An API server whose one list is given and whose watch sends what it is told to. */
function aServer(items: readonly KubeObject[] = [], resourceVersion = '0') {
  const waiting: WatchEvent<KubeObject>[] = [];
  let wake = () => {};
  const client = {
    list: async () => ({ items, resourceVersion }),
    watch: async function* (_: unknown, { signal }: { signal?: AbortSignal }) {
      signal?.addEventListener('abort', () => wake(), { once: true });
      while (!signal?.aborted) {
        const event = waiting.shift();
        if (event) yield event;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
  } as unknown as WatchClient;
  const send = async (event: WatchEvent<KubeObject>) => {
    waiting.push(event);
    wake();
    while (waiting.length > 0) await turn();
    await turn();
  };
  return { client, send };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function aCache(server: ReturnType<typeof aServer>, namespaces: readonly string[] = []) {
  const cache = new Cache(server.client, namespaces, silent);
  cache.watch(things);
  const changes: ObjectChange[] = [];
  cache.listen(things, (change) => changes.push(change));
  const stop = new AbortController();
  const running = cache.run(stop.signal);
  await cache.waitForSync(stop.signal);
  return {
    cache,
    changes,
    end: async () => {
      stop.abort();
      await running;
    },
  };
}

describe('the cache', () => {
  it('tells of every change with the object before and after, and of a deletion with the last that was known', async () => {
    const server = aServer([aThing('a', 1)], '1');
    const { cache, changes, end } = await aCache(server);
    await server.send({ type: 'MODIFIED', object: aThing('a', 2) });
    await server.send({ type: 'ADDED', object: aThing('b', 3) });
    await server.send({ type: 'DELETED', object: aThing('a', 4) });
    const seen = changes.map(({ old, object, isInitial }) => [
      old?.metadata.resourceVersion,
      object?.metadata.resourceVersion,
      isInitial,
    ]);
    expect(seen).toEqual([
      [undefined, '1', true],
      ['1', '2', false],
      [undefined, '3', false],
      ['2', undefined, false],
    ]);
    expect(cache.list(things).map(({ metadata }) => metadata.name)).toEqual(['b']);
    await end();
  });

  it('keeps indexes in step, and says which ones there are not', async () => {
    const server = aServer([aThing('a', 1, { labels: { of: 'x' } })], '1');
    const { cache, end } = await aCache(server);
    cache.addIndex(things, 'of', ({ metadata }) => [metadata.labels?.['of'] ?? '']);
    const of = (value: string) =>
      cache.list(things, { index: { name: 'of', value } }).map(({ metadata }) => metadata.name);
    await server.send({ type: 'ADDED', object: aThing('b', 2, { labels: { of: 'x' } }) });
    expect(of('x')).toEqual(['a', 'b']);
    await server.send({ type: 'MODIFIED', object: aThing('a', 3, { labels: { of: 'y' } }) });
    expect([of('x'), of('y')]).toEqual([['b'], ['a']]);
    await server.send({ type: 'DELETED', object: aThing('b', 4, { labels: { of: 'x' } }) });
    expect(of('x')).toEqual([]);
    expect(() => cache.list(things, { index: { name: 'none', value: '' } })).toThrow('there is no index none');
    await end();
  });

  it('drops managedFields and keeps the rest', async () => {
    const managedFields = [{ manager: 'kubectl' }];
    const server = aServer(
      [{ ...aThing('a', 1), metadata: { ...aThing('a', 1).metadata, managedFields } as ObjectMeta }],
      '1',
    );
    const { cache, end } = await aCache(server);
    expect(cache.get(things, { namespace: 'shop', name: 'a' })).toEqual(aThing('a', 1));
    await end();
  });

  it('takes a write’s answer in at once, but nothing of another namespace or selection', async () => {
    const { cache, end } = await aCache(aServer(), ['shop']);
    cache.assume(things, aThing('ours', 5));
    cache.assume(things, aThing('elsewhere', 6, { namespace: 'other' }));
    cache.assume({ ...things, plural: 'others' }, aThing('other', 7));
    expect(cache.list(things).map(({ metadata }) => metadata.name)).toEqual(['ours']);
    await end();
  });

  it('does not take in an object that went with the removal of its last finalizer', async () => {
    const { cache, end } = await aCache(aServer([aThing('a', 1)], '1'));
    cache.assume(things, aThing('a', 2, { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: [] }));
    expect(cache.get(things, { namespace: 'shop', name: 'a' })?.metadata.resourceVersion).toBe('1');
    await end();
  });

  it('holds what the server holds in the end and never goes back, however answers and watch interleave', async () => {
    const write = fc.record({ name: fc.constantFrom('a', 'b'), isDelete: fc.boolean(), isOurs: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { maxLength: 12 }),
        fc.array(fc.nat(20), { minLength: 30, maxLength: 30 }),
        async (writes, order) => {
          const onServer = new Map<string, KubeObject>();
          const events: WatchEvent<KubeObject>[] = [];
          const answers: KubeObject[] = [];
          writes.forEach(({ name, isDelete, isOurs }, at) => {
            const object = aThing(name, at + 1);
            const isThere = onServer.has(name);
            if (isDelete && !isThere) return;
            if (isDelete) onServer.delete(name);
            else onServer.set(name, object);
            events.push({ type: isDelete ? 'DELETED' : isThere ? 'MODIFIED' : 'ADDED', object });
            if (isOurs && !isDelete) answers.push(object);
          });
          const server = aServer();
          const { cache, changes, end } = await aCache(server);
          for (const pick of order) {
            // An answer may come before or after the watch tells, and answers overtake each other.
            const answer = pick % 2 === 0 ? answers.splice(pick % (answers.length || 1), 1)[0] : undefined;
            const event = pick % 2 === 1 ? events.shift() : undefined;
            if (answer) cache.assume(things, answer);
            if (event) await server.send(event);
          }
          for (const event of events) await server.send(event);
          for (const answer of answers) cache.assume(things, answer);
          const held = cache.list(things).map(({ metadata }) => [keyOf(metadata), metadata.resourceVersion]);
          const wanted = [...onServer.values()].map(({ metadata }) => [keyOf(metadata), metadata.resourceVersion]);
          expect(held.sort()).toEqual(wanted.sort());
          const newest = new Map<string, number>();
          for (const { object } of changes) {
            if (!object) continue;
            const { name } = object.metadata;
            expect(revisionOf(object.metadata)).toBeGreaterThan(newest.get(name) ?? 0);
            newest.set(name, revisionOf(object.metadata));
          }
          await end();
        },
      ),
      { numRuns: 500 },
    );
  });
});
