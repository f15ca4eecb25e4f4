// Whether what a story does leaves everybody else alone: pods keep running, and nothing of theirs is written.
import { expect } from 'vitest';
import type { Kubectl } from './kubectl.ts';

const ofTheShop = /^(order|notification|fraud|shop-kafka|registry)-/;

import { shopResources } from './shop.ts';

interface Picture {
  /** resourceVersion by resource. */
  readonly resources: Readonly<Record<string, string>>;
  /** uid and restarts of each pod. */
  readonly pods: Readonly<Record<string, string>>;
}

/** Takes a picture of the shop; the returned function compares it with how the shop is then. */
export async function watchShop(cluster: Kubectl): Promise<() => Promise<void>> {
  const before = await pictureOf(cluster);
  return async () => expect(await pictureOf(cluster)).toEqual(before);
}

/** uid and restarts of the shop's pods, those of Kafka and Flink among them. */
export async function shopPods(cluster: Kubectl): Promise<Readonly<Record<string, string>>> {
  const pods = (await cluster.list('shop', 'pods')).filter(({ metadata }) => ofTheShop.test(metadata.name));
  return Object.fromEntries(
    pods.map(({ metadata, status }) => {
      const statuses = (status?.['containerStatuses'] ?? []) as readonly { readonly restartCount: number }[];
      const restarts = statuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
      return [metadata.name, `${metadata.uid} restarted ${restarts} times`];
    }),
  );
}

async function pictureOf(cluster: Kubectl): Promise<Picture> {
  const objects = await Promise.all(shopResources.map((resource) => cluster.get('shop', resource)));
  const resources = Object.fromEntries(
    shopResources.map((resource, at) => [resource, objects[at]?.metadata.resourceVersion ?? 'missing']),
  );
  return { resources, pods: await shopPods(cluster) };
}
