// A new image and chart of the operator roll no pod of anybody.
import { chooseProvider } from '@sluice/cluster';
import { afterAll, describe, expect, it } from 'vitest';
import { eventually } from '../platform/kubectl.ts';
import { apply, aService, remove, type Story } from '../platform/manifests.ts';
import { providedPlatform } from '../platform/provided.ts';
import { waitReady } from '../platform/ready.ts';
import { shopNamespace, shopResources } from '../platform/shop.ts';
import { installSluice, operatorPod, referenceOf } from '../platform/sluice.ts';
import { shopPods } from '../platform/undisturbed.ts';

const story: Story = { name: 'upgrade', namespace: 'shop' };
const { cluster, helm, kubeconfigPath, orderImage, sluice } = providedPlatform();
const next = { ...sluice, image: { ...sluice.image, tag: `${sluice.image.tag}-next` } };
const witness = aService(story, 'witness', { image: orderImage });

afterAll(async () => {
  await remove(cluster, witness);
  await installSluice(helm, kubeconfigPath, sluice);
});

describe('an upgrade of the operator', () => {
  it('takes over and leaves every pod of the shop running', async () => {
    await apply(cluster, witness);
    await waitReady(cluster, shopNamespace, [...shopResources, 'eventservice/witness']);
    const pods = await shopPods(cluster);
    const before = await operatorPod(cluster, sluice);
    const job = await cluster.get('shop', 'flinkdeployment/fraud');

    const provider = await chooseProvider();
    await provider.tagImage(referenceOf(sluice), referenceOf(next));
    await installSluice(helm, kubeconfigPath, next, { 'podAnnotations.example\\.com/story': 'upgrade' });
    await eventually('the new operator leads', async () => {
      const lease = await cluster.get(sluice.namespace, 'lease/sluice');
      const holder = String(lease?.spec?.['holderIdentity'] ?? '');
      return holder !== '' && !holder.includes(before.metadata.name);
    });
    // A change proves that it works, and comes after it has looked at everything once.
    await cluster.run(['scale', '-n', 'shop', 'eventservice/witness', '--replicas=2']);
    await eventually('witness has two pods', async () => {
      const service = await cluster.get('shop', 'eventservice/witness');
      return service?.status?.['readyReplicas'] === 2;
    });

    await waitReady(cluster, shopNamespace, shopResources);
    expect(await shopPods(cluster)).toEqual(pods);
    expect((await cluster.get('shop', 'flinkdeployment/fraud'))?.metadata.generation).toBe(job?.metadata.generation);
  });
});
