// The local cluster behind the interface that all clusters share.
import type { ClusterProvider } from '../cluster-provider.ts';
import { clusterDown, clusterProcesses, clusterUp } from './cluster.ts';
import { hasContainerdImage, importContainerdImage, tagContainerdImage } from './containerd.ts';
import { statePaths } from './state.ts';

export const localProvider: ClusterProvider = {
  name: 'local',
  kubeconfigPath: () => statePaths().kubeconfig,
  auditLogPath: () => statePaths().auditLog,
  up: clusterUp,
  down: clusterDown,
  status: async () => {
    const processes = clusterProcesses();
    const lines = processes.map(
      ({ name, pid, isAlive }) => `${name.padEnd(24)} ${isAlive ? `running, pid ${pid}` : 'not running'}`,
    );
    return {
      isUp: processes.every(({ isAlive }) => isAlive),
      text: [...lines, `logs: ${statePaths().logs}`].join('\n'),
    };
  },
  hasImage: async (reference) => hasContainerdImage(statePaths(), reference),
  loadImage: async (archivePath, reference) => {
    await importContainerdImage(statePaths(), archivePath);
    if (await hasContainerdImage(statePaths(), reference)) return;
    throw new Error(`${archivePath} was imported, but holds no image called ${reference}`);
  },
  tagImage: (reference, further) => tagContainerdImage(statePaths(), reference, further),
};
