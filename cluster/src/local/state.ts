// Where the node keeps everything that it is made of, so that removing this one directory removes it all.
import { existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { cacheDirectory } from '../cache.ts';

/** Longest path that a Unix socket may have (unix(7): sun_path holds 108 bytes, the last one being 0). */
const maxSocketPath = 107;

export interface StatePaths {
  readonly directory: string;
  /** Says that the directory is a cluster's and may be removed. */
  readonly owner: string;
  /** The admin's, self-contained. */
  readonly kubeconfig: string;
  readonly certificates: string;
  readonly kubeconfigs: string;
  /** One file per process that was started. */
  readonly processes: string;
  readonly logs: string;
  /** Who wrote what: the API server's audit log of writes, one JSON line each. */
  readonly auditLog: string;
  readonly config: string;
  /** What the machine's kernel settings were before. */
  readonly sysctls: string;
  /** Written last: what the running cluster was made from. */
  readonly mark: string;
  readonly etcd: string;
  readonly containerdRoot: string;
  readonly containerdState: string;
  readonly containerdSocket: string;
  readonly runc: string;
  readonly cniConfig: string;
  readonly cniAddresses: string;
  readonly kubelet: string;
  readonly podLogs: string;
  /** Directories of PersistentVolumes. */
  readonly volumes: string;
}

/** `$SLUICE_STATE`, by default `state` in the cache directory. */
export function stateDirectory(): string {
  return withoutLinks(resolve(process.env['SLUICE_STATE'] ?? join(cacheDirectory(), 'state')));
}

// The kernel lists mounts by their real paths.
function withoutLinks(path: string): string {
  return existsSync(path) ? realpathSync(path) : join(withoutLinks(dirname(path)), basename(path));
}

/** Throws when the directory's path is too long for the sockets in it. */
export function statePaths(directory: string = stateDirectory()): StatePaths {
  const at = (...parts: string[]) => join(directory, ...parts);
  const containerdSocket = at('run', 'containerd.sock');
  if (Buffer.byteLength(`${containerdSocket}.ttrpc`) > maxSocketPath) {
    throw new Error(`the path ${directory} is too long for sockets in it: set SLUICE_STATE to a shorter one`);
  }
  return {
    directory,
    owner: at('.sluice-cluster'),
    kubeconfig: at('kubeconfig'),
    certificates: at('certificates'),
    kubeconfigs: at('kubeconfigs'),
    processes: at('processes'),
    logs: at('logs'),
    auditLog: at('logs', 'audit.log'),
    config: at('config'),
    sysctls: at('sysctls.json'),
    mark: at('cluster.json'),
    etcd: at('etcd'),
    containerdRoot: at('containerd'),
    containerdState: at('run', 'containerd'),
    containerdSocket,
    runc: at('run', 'runc'),
    cniConfig: at('config', 'cni'),
    cniAddresses: at('cni'),
    kubelet: at('kubelet'),
    podLogs: at('pod-logs'),
    volumes: at('volumes'),
  };
}

/** Throws when the directory is somebody else's: removing a cluster removes the whole directory. */
export function checkOwnership({ directory, owner }: StatePaths): void {
  if (!existsSync(directory) || existsSync(owner) || readdirSync(directory).length === 0) return;
  throw new Error(
    `${directory} holds files that no cluster made: set SLUICE_STATE to a directory that is empty or new`,
  );
}

export function createStateDirectory(paths: StatePaths): void {
  checkOwnership(paths);
  mkdirSync(paths.directory, { recursive: true });
  writeFileSync(paths.owner, 'All that a local cluster of Sluice is made of. Removed with it.\n');
  // Keys are for root only.
  for (const directory of [paths.certificates, paths.kubeconfigs]) mkdirSync(directory, { mode: 0o700 });
  for (const directory of [
    paths.processes,
    paths.logs,
    paths.config,
    paths.containerdState,
    paths.runc,
    paths.cniConfig,
    paths.kubelet,
    paths.podLogs,
    paths.volumes,
  ]) {
    mkdirSync(directory, { recursive: true });
  }
}
