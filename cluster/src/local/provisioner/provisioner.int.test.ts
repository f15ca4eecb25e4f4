import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client, defineResource, loadKubeConfig } from '../../../../operator/src/runtime/index.ts';
import { addons, provisionerName, storageClassName } from '../addons.ts';
import { type Child, startChild } from '../child.ts';
import { type ControlPlane, startControlPlane } from '../control-plane.ts';
import type { Claim, Volume } from './volume.ts';

const core = { group: '', version: 'v1' };
const claims = defineResource<Claim & { readonly status?: { readonly phase?: string } }>({
  ...core,
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  namespaced: true,
});
const volumes = defineResource<Volume>({
  ...core,
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  namespaced: false,
});
const classes = defineResource({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  namespaced: false,
});

let directory = '';
let controlPlane: ControlPlane;
let provisioner: Child;
let client: Client;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-volumes-'));
  controlPlane = await startControlPlane({ controllerManager: true });
  client = new Client(loadKubeConfig(controlPlane.kubeconfigPath));
  const storageClass = addons('unused').find((object) => 'kind' in object && object.kind === 'StorageClass');
  await client.apply(
    classes,
    { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: storageClassName }, ...storageClass },
    { fieldManager: 'test' },
  );
  provisioner = start();
});
afterAll(async () => {
  await provisioner.stop();
  await controlPlane.stop();
  rmSync(directory, { recursive: true });
});

function start(): Child {
  const flags = [join(import.meta.dirname, 'main.ts'), controlPlane.kubeconfigPath, directory, provisionerName];
  return startChild(process.execPath, flags, join(directory, 'provisioner.log'));
}

async function aClaim(name: string): Promise<{ readonly path: string }> {
  await client.create(claims, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
  });
  const get = () => client.get(claims, { namespace: 'default', name });
  await expect.poll(async () => (await get())?.status?.phase, { timeout: 30_000 }).toBe('Bound');
  const volume = await client.get(volumes, { name: (await get())?.spec.volumeName ?? '' });
  return { path: volume?.spec.hostPath?.path ?? '' };
}

describe('the host-path provisioner', () => {
  it('gives a claim that names no class a directory that any user can write to', async () => {
    const { path } = await aClaim('written');
    expect(path.startsWith(`${directory}/`)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o777);
  });

  it('removes the volume, and what was written to it, when the claim is deleted', async () => {
    const { path } = await aClaim('dropped');
    writeFileSync(join(path, 'data'), 'kept until now');
    await client.delete(claims, { namespace: 'default', name: 'dropped' });
    await expect.poll(() => existsSync(path), { timeout: 30_000 }).toBe(false);
    await expect
      .poll(async () => (await client.list(volumes)).items.map(({ spec }) => spec.hostPath?.path), { timeout: 30_000 })
      .not.toContain(path);
  });

  it('goes on after it was killed, with what was claimed meanwhile', async () => {
    await provisioner.stop('SIGKILL');
    const claimed = aClaim('patient');
    provisioner = start();
    const { path } = await claimed;
    expect(existsSync(path)).toBe(true);
    expect(readFileSync(join(directory, 'provisioner.log'), 'utf8')).toContain('development part');
  });
});
