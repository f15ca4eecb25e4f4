// A kind cluster, where a Docker engine answers. Needs docker and kind on PATH.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDirectory } from './cache.ts';
import type { ClusterProvider } from './cluster-provider.ts';
import { output } from './local/commands.ts';
import { step } from './progress.ts';

const name = 'sluice';
const node = `${name}-control-plane`;
const configPath = join(import.meta.dirname, '..', 'kind', 'config.yaml');
const timeoutMs = 900_000;
const kubeconfigPath = () => join(cacheDirectory(), 'kind', 'kubeconfig');

export const kindProvider: ClusterProvider = {
  name: 'kind',
  kubeconfigPath,
  auditLogPath: () => undefined,
  up: async () => {
    mkdirSync(dirname(kubeconfigPath()), { recursive: true });
    if (await exists()) {
      await output('kind', ['export', 'kubeconfig', '--name', name, '--kubeconfig', kubeconfigPath()]);
    } else {
      await step('create the kind cluster', () =>
        output(
          'kind',
          [
            ...['create', 'cluster', '--name', name, '--config', configPath],
            ...['--kubeconfig', kubeconfigPath(), '--wait', '5m'],
          ],
          { timeoutMs },
        ),
      );
    }
    return { kubeconfigPath: kubeconfigPath() };
  },
  down: async () => {
    await step('remove the kind cluster', () => output('kind', ['delete', 'cluster', '--name', name], { timeoutMs }));
  },
  status: async () => {
    const isUp = await exists();
    return { isUp, text: isUp ? `kubeconfig: ${kubeconfigPath()}` : 'no kind cluster of that name' };
  },
  hasImage: async (reference) => {
    const list = ['exec', node, 'ctr', '--namespace', 'k8s.io', 'images', 'list', '--quiet', `name==${reference}`];
    return (await output('docker', list)).trim() === reference;
  },
  loadImage: async (archivePath) => {
    await output('kind', ['load', 'image-archive', archivePath, '--name', name], { timeoutMs });
  },
  tagImage: async (reference, further) => {
    const tag = ['exec', node, 'ctr', '--namespace', 'k8s.io', 'images', 'tag', '--force', reference, further];
    await output('docker', tag);
  },
};

async function exists(): Promise<boolean> {
  return (await output('kind', ['get', 'clusters'])).split('\n').includes(name);
}
