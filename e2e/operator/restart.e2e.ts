// The operator killed in the middle of its work: what runs goes on, and what was begun is finished.
import { afterAll, describe, expect, it } from 'vitest';
import { eventually } from '../platform/kubectl.ts';
import { apply, aService, parcelSchema, remove, type Story } from '../platform/manifests.ts';
import { killProcessOf } from '../platform/processes.ts';
import { providedPlatform } from '../platform/provided.ts';
import { waitReady } from '../platform/ready.ts';
import { operatorPod } from '../platform/sluice.ts';
import { shopPods } from '../platform/undisturbed.ts';

const story: Story = { name: 'restart', namespace: 'shop' };
const { cluster, orderImage, sluice } = providedPlatform();
const services = ['one', 'two', 'three'].map((name) =>
  aService(story, `restart-${name}`, {
    image: orderImage,
    publishes: [{ topic: `shop.restart-${name}`, schema: { inline: parcelSchema } }],
  }),
);

afterAll(() => remove(cluster, ...services));

describe('the operator', () => {
  it('killed while it brings services up, comes back and brings them up, and nobody else notices', async () => {
    const pods = await shopPods(cluster);
    const operator = await operatorPod(cluster, sluice);

    await apply(cluster, ...services);
    await eventually('the first child is there', () => cluster.get('shop', 'serviceaccount/restart-one'), {
      everyMs: 20,
    });
    killProcessOf(operator.metadata.uid, 'node');

    await waitReady(
      cluster,
      'shop',
      services.map(({ metadata }) => `eventservice/${metadata.name}`),
    );
    const restarted = await cluster.get(sluice.namespace, `pod/${operator.metadata.name}`);
    const [container] = (restarted?.status?.['containerStatuses'] ?? []) as readonly { restartCount: number }[];
    expect(container?.restartCount).toBeGreaterThan(0);
    expect(await shopPods(cluster)).toEqual(pods);
  });
});
