// Deleting a resource removes what it made; topics under Retain stay, with their records.
import { afterAll, describe, expect, it } from 'vitest';
import { conditionOf, eventually, type LiveObject } from '../platform/kubectl.ts';
import { aBus, aJob, apply, aService, parcelSchema, remove, type Story } from '../platform/manifests.ts';
import { providedPlatform } from '../platform/provided.ts';
import { waitReady } from '../platform/ready.ts';

const story: Story = { name: 'deletion', namespace: 'shop' };
const { cluster, orderImage } = providedPlatform();
const publishes = [{ topic: 'shop.parcels', schema: { inline: parcelSchema } }];
const parcel = aService(story, 'parcel', { image: orderImage, publishes });
const copy = aJob(story, 'parcel-copy', {
  from: 'shop.parcels',
  to: 'shop.parcels-copied',
  schema: parcelSchema,
  sql: 'INSERT INTO sink_events SELECT * FROM source_events',
});
const spare = aBus(story, 'spare', {});

afterAll(() => remove(cluster, copy, parcel, spare));

function topicIds(object: LiveObject | undefined): Readonly<Record<string, string>> {
  const topics = (object?.status?.['topics'] ?? []) as readonly { readonly topic: string; readonly id: string }[];
  return Object.fromEntries(topics.map(({ topic, id }) => [topic, id]));
}

/** Names of all that Sluice and the garbage collector should have taken away. */
async function leftOf(name: string): Promise<readonly string[]> {
  const kinds = ['deployments', 'services', 'serviceaccounts', 'secrets', 'configmaps', 'pods', 'flinkdeployments'];
  const found = await Promise.all(kinds.map((kind) => cluster.list('shop', kind)));
  return found
    .flat()
    .filter(({ metadata }) => metadata.name === name || metadata.name.startsWith(`${name}-`))
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}

describe('deleting', () => {
  it('an EventService removes its children and keeps its topic', async () => {
    await apply(cluster, parcel);
    await waitReady(cluster, 'shop', ['eventservice/parcel']);
    const before = topicIds(await cluster.get('shop', 'eventservice/parcel'));
    expect(before).toEqual({ 'shop.parcels': expect.stringMatching(/\S{20,}/) });
    expect(await leftOf('parcel')).toContain('Deployment parcel-a');

    await remove(cluster, parcel);
    await eventually('nothing of parcel is left', async () => (await leftOf('parcel')).length === 0);

    await apply(cluster, parcel);
    await waitReady(cluster, 'shop', ['eventservice/parcel']);
    expect(topicIds(await cluster.get('shop', 'eventservice/parcel'))).toEqual(before);
  });

  it('a StreamJob removes its FlinkDeployment, pods and scripts', async () => {
    await apply(cluster, copy);
    await waitReady(cluster, 'shop', ['streamjob/parcel-copy']);
    const before = topicIds(await cluster.get('shop', 'streamjob/parcel-copy'));
    expect(before['shop.parcels-copied']).toMatch(/\S{20,}/);
    expect(await leftOf('parcel-copy')).toContain('FlinkDeployment parcel-copy');

    await remove(cluster, copy);
    await eventually('nothing of parcel-copy is left', async () => (await leftOf('parcel-copy')).length === 0);

    await apply(cluster, copy);
    await eventually('the copy knows its topic again', async () => {
      const ids = topicIds(await cluster.get('shop', 'streamjob/parcel-copy'));
      return ids['shop.parcels-copied'] === before['shop.parcels-copied'];
    });
  });

  it('an EventBus leaves its services running and says what they miss', async () => {
    const lodger = aService(story, 'lodger', { bus: 'spare', image: orderImage });
    try {
      await apply(cluster, spare, lodger);
      await waitReady(cluster, 'shop', ['eventbus/spare', 'eventservice/lodger']);
      const [pod] = await cluster.list('shop', 'pods', 'sluice.dev/service=lodger');

      await remove(cluster, spare);
      const ready = await eventually('lodger tells of its bus', async () => {
        const condition = conditionOf(await cluster.get('shop', 'eventservice/lodger'), 'Ready');
        return condition?.reason === 'BusNotFound' && condition;
      });
      expect(ready.message).toContain('spare');
      const [still] = await cluster.list('shop', 'pods', 'sluice.dev/service=lodger');
      expect(still?.metadata.uid).toBe(pod?.metadata.uid);

      await apply(cluster, spare);
      await waitReady(cluster, 'shop', ['eventservice/lodger']);
    } finally {
      await remove(cluster, lodger);
    }
  });
});
