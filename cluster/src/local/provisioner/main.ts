// A development part: gives each claim of the default StorageClass a directory of this machine, and removes it when the
// claim is gone. Started with the node as `node main.ts <kubeconfig> <directory> <provisioner name>`.
import { chmod, mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import pino from 'pino';
import {
  Client,
  defineResource,
  isAlreadyExists,
  loadKubeConfig,
  Manager,
  type ReconcileContext,
} from '../../../../operator/src/runtime/index.ts';
import { type Claim, isDisposable, isWaiting, type Volume, volumeFor } from './volume.ts';

const [kubeconfig, directory, provisioner] = process.argv.slice(2);
if (!kubeconfig || !directory || !provisioner) throw new Error('usage: main.ts KUBECONFIG DIRECTORY PROVISIONER');

const claims = defineResource<Claim>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  namespaced: true,
});
const volumes = defineResource<Volume>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  namespaced: false,
});

const logger = pino({ name: 'host-path-provisioner' });
const manager = new Manager({
  client: new Client(loadKubeConfig(kubeconfig)),
  logger,
  reportingController: provisioner,
  instance: 'sluice-local',
});

manager.addController({
  name: 'claim',
  for: claims,
  reconcile: async (key, { client, cache, logger }) => {
    const claim = cache.get(claims, key);
    if (!claim || !isWaiting(claim, provisioner)) return undefined;
    const volume = volumeFor(claim, provisioner, directory);
    await makeDirectory(volume);
    await client.create(volumes, volume).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error;
    });
    logger.info({ volume: volume.metadata.name }, 'provisioned');
    return undefined;
  },
});

manager.addController({
  name: 'volume',
  for: volumes,
  reconcile: async (key, { client, cache, logger }: ReconcileContext) => {
    const volume = cache.get(volumes, key);
    if (!volume || !isDisposable(volume, provisioner)) return undefined;
    const path = volume.spec.hostPath?.path;
    // Only what lies where this provisioner makes directories, whatever the object says by now.
    if (path !== undefined && dirname(path) === directory) await rm(path, { recursive: true, force: true });
    await client.delete(volumes, key, { uid: volume.metadata.uid });
    logger.info({ volume: key.name }, 'removed');
    return undefined;
  },
});

logger.info({ directory, provisioner }, 'development part: host-path volumes, for one local node only');
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
await manager.start(stop.signal);

/** Writable by any user: containers run as many, and a host path is given to none of them. */
async function makeDirectory(volume: Volume): Promise<void> {
  const path = volume.spec.hostPath?.path;
  if (path === undefined) return;
  await mkdir(path, { recursive: true });
  await chmod(path, 0o777);
}
