// Uninstalling leaves what runs running, keeps the kinds and their resources, and leaves no finalizer that nobody serves.
import { afterAll, describe, expect, it } from 'vitest';
import { isTrue } from '../platform/kubectl.ts';
import { apply, aService, parcelSchema, remove, type Story } from '../platform/manifests.ts';
import { providedPlatform } from '../platform/provided.ts';
import { waitReady } from '../platform/ready.ts';
import { shopNamespace, shopResources } from '../platform/shop.ts';
import { installSluice, uninstallSluice } from '../platform/sluice.ts';
import { shopPods } from '../platform/undisturbed.ts';

const story: Story = { name: 'uninstall', namespace: 'shop' };
const { cluster, helm, kubeconfigPath, sluice, orderImage } = providedPlatform();
const held = aService(story, 'held', {
  image: orderImage,
  publishes: [{ topic: 'shop.held', schema: { inline: parcelSchema }, deletionPolicy: 'Delete' }],
});

afterAll(async () => {
  await installSluice(helm, kubeconfigPath, sluice);
  await waitReady(cluster, shopNamespace, shopResources);
});

describe('uninstalling', () => {
  it('keeps the shop running, and lets a resource go that had a finalizer', async () => {
    await apply(cluster, held);
    await waitReady(cluster, 'shop', ['eventservice/held']);
    const service = await cluster.get('shop', 'eventservice/held');
    expect(service?.metadata.finalizers).toEqual(['sluice.dev/cleanup']);
    const pods = await shopPods(cluster);

    await uninstallSluice(helm, kubeconfigPath, sluice);
    expect(isTrue(await cluster.get('shop', 'eventservice/order'), 'Ready')).toBe(true);
    expect((await cluster.get('shop', 'eventservice/held'))?.metadata.finalizers).toBeUndefined();
    await remove(cluster, held);
    expect(await cluster.get('shop', 'eventservice/held')).toBeUndefined();
    expect(await shopPods(cluster)).toEqual(pods);
  });
});
