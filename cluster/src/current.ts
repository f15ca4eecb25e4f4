// Whatever cluster the kubeconfig in force names: used as it is, neither made nor removed.
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { ClusterProvider } from './cluster-provider.ts';
import { binary } from './local/binaries.ts';
import { output } from './local/commands.ts';

export const currentProvider: ClusterProvider = {
  name: 'current',
  kubeconfigPath: kubeconfigInForce,
  auditLogPath: () => undefined,
  up: async () => {
    await kubectl(['get', '--raw=/readyz']);
    return { kubeconfigPath: kubeconfigInForce() };
  },
  down: async () => {},
  status: async () => {
    try {
      return { isUp: true, text: await kubectl(['cluster-info']) };
    } catch (error) {
      return { isUp: false, text: error instanceof Error ? error.message : String(error) };
    }
  },
  hasImage: async (reference) => {
    const path = 'jsonpath={range .items[*]}{.status.images[*].names[*]}{"\\n"}{end}';
    const nodes = (await kubectl(['get', 'nodes', `--output=${path}`])).split('\n').filter(Boolean);
    return nodes.length > 0 && nodes.every((names) => names.split(' ').includes(reference));
  },
  loadImage: async (archivePath, reference) => {
    throw new Error(
      `the cluster was not started here, so that ${reference} cannot be put on its nodes: load ${archivePath} there`,
    );
  },
  tagImage: async (reference) => {
    throw new Error(`the cluster was not started here, so that ${reference} cannot be tagged on its nodes`);
  },
};

/** The first file of `$KUBECONFIG`, or kubectl's own default. */
function kubeconfigInForce(): string {
  const [first] = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter(Boolean);
  return first ?? join(homedir(), '.kube', 'config');
}

async function kubectl(flags: readonly string[]): Promise<string> {
  return output(await binary('kubectl'), ['--request-timeout=10s', ...flags]);
}
