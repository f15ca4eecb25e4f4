// A cache whose API server and network can be broken, and the proof that it missed nothing.
import {
  type ApiProxy,
  type ControlPlane,
  type ControlPlaneOptions,
  startApiProxy,
  startControlPlane,
} from '@sluice/cluster';
import { expect } from 'vitest';
import { Cache } from '../cache.ts';
import type { Client } from '../client.ts';
import { isAlreadyExists, isNotFound } from '../index.ts';
import { type KubeObject, keyOf, type Resource, revisionOf } from '../resource.ts';
import { type AtEnd, aConfigMap, allConfigMaps, clientOf, eventually } from './cluster.ts';

export interface World {
  readonly controlPlane: ControlPlane;
  readonly proxy: ApiProxy;
  /** Straight to the API server. */
  readonly client: Client;
  readonly cache: Cache;
  readonly lists: () => number;
  readonly failures: () => number;
  /** Every delivery of an object, as `name@revision`, in order. */
  readonly deliveries: { readonly name: string; readonly revision: number }[];
}

export async function aWorld(
  atEnd: AtEnd,
  options: ControlPlaneOptions = {},
  watched: Resource = allConfigMaps,
): Promise<World> {
  const controlPlane = await startControlPlane(options);
  atEnd(controlPlane.stop);
  const proxy = await startApiProxy(controlPlane.kubeconfigPath);
  atEnd(proxy.stop);
  let lists = 0;
  let failures = 0;
  const cache = new Cache(clientOf(proxy.kubeconfigPath), [], {
    onList: () => lists++,
    onFailure: () => failures++,
  });
  cache.watch(watched);
  const deliveries: { name: string; revision: number }[] = [];
  cache.listen(watched, ({ object }) => {
    if (object) deliveries.push({ name: keyOf(object.metadata), revision: revisionOf(object.metadata) });
  });
  const ended = new AbortController();
  const running = cache.run(ended.signal);
  atEnd(async () => {
    ended.abort();
    await running;
  });
  await eventually('the cache has synced', () => cache.hasAllSynced);
  const client = clientOf(controlPlane.kubeconfigPath);
  return { controlPlane, proxy, client, cache, deliveries, lists: () => lists, failures: () => failures };
}

/** Creates, changes and deletes objects of twenty names at random for `ms`. */
export async function churn(client: Client, ms: number): Promise<void> {
  const until = performance.now() + ms;
  while (performance.now() < until) {
    const object = aConfigMap(`churned-${Math.floor(Math.random() * 20)}`, { at: String(performance.now()) });
    try {
      if (Math.random() < 0.3) await client.delete(allConfigMaps, object.metadata);
      else if (Math.random() < 0.5) await client.create(allConfigMaps, object);
      else await client.patchMerge(allConfigMaps, object.metadata, { data: object.data });
    } catch (error) {
      if (!isAlreadyExists(error) && !isNotFound(error)) throw error;
    }
  }
}

export function revisionsOf(objects: readonly KubeObject[]): Record<string, string | undefined> {
  return Object.fromEntries(objects.map(({ metadata }) => [keyOf(metadata), metadata.resourceVersion] as const).sort());
}

/** The cache holds just what a fresh list gives, and no object ever went back. */
export async function expectNothingMissed({ client, cache, deliveries }: World): Promise<void> {
  await eventually('the cache equals a fresh list', async () => {
    const { items } = await client.list(allConfigMaps);
    expect(revisionsOf(cache.list(allConfigMaps))).toEqual(revisionsOf(items));
    return true;
  });
  const newest = new Map<string, number>();
  for (const { name, revision } of deliveries) {
    expect(revision, `${name} was delivered again or went back`).toBeGreaterThan(newest.get(name) ?? 0);
    newest.set(name, revision);
  }
}
