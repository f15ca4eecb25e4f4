import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startControlPlane } from '@sluice/cluster';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlPlaneWithKinds, startControlPlaneWithKinds } from './api/testing/control-plane.ts';
import { eventBusManifest, eventServiceManifest, streamJobManifest } from './api/v1alpha1/builders.ts';
import { eventBuses, eventServices, streamJobs } from './bus/index.ts';
import { Client, defineResource, type KubeObject, loadKubeConfig, type Resource } from './runtime/index.ts';
import { clientOf, crds } from './runtime/testing/cluster.ts';
import { releaseFinalizers } from './uninstall.ts';

let controlPlane: ControlPlaneWithKinds;
beforeAll(async () => {
  controlPlane = await startControlPlaneWithKinds({ namespaces: ['shop', 'analytics'] });
});
afterAll(() => controlPlane?.stop());

const logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger };
const run = promisify(execFile);
const ours = 'sluice.dev/cleanup';
const create = (resource: Resource, object: KubeObject) =>
  controlPlane.client.create<KubeObject>(defineResource<KubeObject>(resource), object);
const release = (...namespaces: readonly string[]) => releaseFinalizers(controlPlane.client, namespaces, logger);

/** Somebody changes every object between its being listed and what is done next. */
class RacingClient extends Client {
  override async list<T extends KubeObject>(...parameters: Parameters<typeof Client.prototype.list<T>>) {
    const listed = await super.list<T>(...parameters);
    for (const { metadata } of listed.items) await this.patchMerge(parameters[0], metadata, { spec: { replicas: 3 } });
    return listed;
  }
}

describe('releaseFinalizers', () => {
  it('lets resources be deleted that only the operator could have let go, of all kinds', async () => {
    const { client } = controlPlane;
    await create(eventServices, eventServiceManifest({}, { name: 'held', finalizers: [ours] }));
    await create(streamJobs, streamJobManifest({}, { name: 'held', finalizers: [ours] }));
    await create(eventBuses, eventBusManifest({}, { name: 'held', finalizers: [ours] }));
    await client.delete(eventServices, { namespace: 'shop', name: 'held' });
    expect(await client.get(eventServices, { namespace: 'shop', name: 'held' })).toBeDefined();

    expect(await release('shop')).toBe(3);

    expect(await client.get(eventServices, { namespace: 'shop', name: 'held' })).toBeUndefined();
    expect((await client.get(eventBuses, { namespace: 'shop', name: 'held' }))?.metadata.finalizers).toBeUndefined();
    const job = await client.get(streamJobs, { namespace: 'shop', name: 'held' });
    expect(job?.metadata.finalizers).toBeUndefined();
    expect(job?.metadata.deletionTimestamp).toBeUndefined();
  });

  it('leaves what belongs to others: their finalizers, and resources in other namespaces', async () => {
    const { client } = controlPlane;
    await create(eventServices, eventServiceManifest({}, { name: 'shared', finalizers: ['example.com/other', ours] }));
    await create(
      eventServices,
      eventServiceManifest({}, { namespace: 'analytics', name: 'elsewhere', finalizers: [ours] }),
    );

    expect(await release('shop')).toBe(1);

    const shared = await client.get(eventServices, { namespace: 'shop', name: 'shared' });
    expect(shared?.metadata.finalizers).toEqual(['example.com/other']);
    const elsewhere = await client.get(eventServices, { namespace: 'analytics', name: 'elsewhere' });
    expect(elsewhere?.metadata.finalizers).toEqual([ours]);
  });

  it('goes on when somebody changes the resource at the same time', async () => {
    const { client } = controlPlane;
    const key = { namespace: 'shop', name: 'busy' };
    await create(eventServices, eventServiceManifest({}, { name: 'busy', finalizers: [ours] }));
    await releaseFinalizers(new RacingClient(loadKubeConfig(controlPlane.kubeconfigPath)), ['shop'], logger);

    const busy = await client.get(eventServices, key);
    expect(busy?.metadata.finalizers).toBeUndefined();
    expect(busy?.spec.replicas).toBe(3);
  });

  it('is what the operator does when it is started with the argument uninstall, and then ends', async () => {
    const { client, kubeconfigPath } = controlPlane;
    const key = { namespace: 'shop', name: 'left' };
    await create(eventServices, eventServiceManifest({}, { name: 'left', finalizers: [ours] }));
    const main = join(import.meta.dirname, 'main.ts');
    const env = { ...process.env, KUBECONFIG: kubeconfigPath, SLUICE_NAMESPACES: 'shop' };
    const { stdout } = await run(process.execPath, [main, 'uninstall'], { env, timeout: 30_000 });
    expect(stdout).toContain('"released":1');
    expect((await client.get(eventServices, key))?.metadata.finalizers).toBeUndefined();
  });

  it('reaches every namespace where none is named', async () => {
    const key = { namespace: 'analytics', name: 'anywhere' };
    await create(eventServices, eventServiceManifest({}, { ...key, finalizers: [ours] }));
    await release();
    expect((await controlPlane.client.get(eventServices, key))?.metadata.finalizers).toBeUndefined();
  });

  it('has nothing to do in a namespace that is gone', async () => {
    expect(await release('gone')).toBe(0);
  });

  it('has nothing to do where the kinds are gone', async () => {
    const { kubeconfigPath, stop } = await startControlPlane();
    try {
      const client = clientOf(kubeconfigPath);
      expect((await client.list(crds)).items).toEqual([]);
      expect(await releaseFinalizers(client, ['default'], logger)).toBe(0);
    } finally {
      await stop();
    }
  });
});
