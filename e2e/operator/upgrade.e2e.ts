// A new image and chart of the operator roll no pod of anybody.
import { chooseProvider } from '@sluice/cluster';
import { afterAll, describe, expect, it } from 'vitest';
import { eventually } from '../platform/kubectl.ts';
import { providedPlatform } from '../platform/provided.ts';
import { waitReady } from '../platform/ready.ts';
import { shopResources } from '../platform/shop.ts';
import { installSluice, referenceOf } from '../platform/sluice.ts';
import { shopPods } from '../platform/undisturbed.ts';

const { cluster, helm, kubeconfigPath, sluice } = providedPlatform();
const next = { ...sluice, image: { ...sluice.image, tag: `${sluice.image.tag}-next` } };

afterAll(() => installSluice(helm, kubeconfigPath, sluice));

describe('an upgrade of the operator', () => {
  it('takes over and leaves every pod of the shop running', async () => {
    await waitReady(cluster, 'shop', shopResources);
    const pods = await shopPods(cluster);
    const [before] = await cluster.list(sluice.namespace, 'pods');
    const job = await cluster.get('shop', 'flinkdeployment/fraud');

    const provider = await chooseProvider();
    await provider.tagImage(referenceOf(sluice), referenceOf(next));
    await installSluice(helm, kubeconfigPath, next, { 'podAnnotations.example\\.com/story': 'upgrade' });
    await eventually('the new operator leads', async () => {
      const lease = await cluster.get(sluice.namespace, 'lease/sluice');
      const holder = String(lease?.spec?.['holderIdentity'] ?? '');
      return holder !== '' && !holder.includes(before?.metadata.name ?? '') && holder;
    });
    // A change proves that it works, and comes after it has looked at everything once.
    await cluster.run(['scale', '-n', 'shop', 'eventservice/notification', '--replicas=2']);
    await eventually('notification has two pods', async () => {
      const service = await cluster.get('shop', 'eventservice/notification');
      return service?.status?.['readyReplicas'] === 2;
    });
    await cluster.run(['scale', '-n', 'shop', 'eventservice/notification', '--replicas=1']);
    await waitReady(cluster, 'shop', shopResources);

    const survivors = await eventually('the second pod is gone', async () => {
      const now = await shopPods(cluster);
      return Object.keys(now).length === Object.keys(pods).length && now;
    });
    const kept = Object.keys(pods).filter((name) => !name.startsWith('notification-'));
    expect(kept.map((name) => survivors[name])).toEqual(kept.map((name) => pods[name]));
    const job2 = await cluster.get('shop', 'flinkdeployment/fraud');
    expect(job2?.metadata.generation).toBe(job?.metadata.generation);
  });
});
