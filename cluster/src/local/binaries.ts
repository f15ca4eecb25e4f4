// Builds the cluster's commands from their Go modules, once for each state of go.mod, go.sum and sources.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDirectory, contentKey } from '../cache.ts';
import { step } from '../progress.ts';

const run = promisify(execFile);
const modulesDirectory = join(import.meta.dirname, '..', '..', 'local', 'go');

export const kubernetesVersion = 'v1.34.3';
/** The version that cluster/local/go/helm requires. */
const helmVersion = 'v3.22.0';
const versionPackage = 'k8s.io/component-base/version';
const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/.exec(kubernetesVersion) ?? [];
const kubernetesFlags = [
  `-X ${versionPackage}.gitVersion=${kubernetesVersion}`,
  `-X ${versionPackage}.gitMajor=${major}`,
  `-X ${versionPackage}.gitMinor=${minor}`,
].join(' ');

interface Command {
  /** Folder below cluster/local/go that holds the module. */
  readonly module: string;
  /** Package to build, seen from that folder. */
  readonly package: string;
  readonly linkerFlags: string;
}

const commands = {
  'kube-apiserver': kubernetes('kube-apiserver'),
  'kube-controller-manager': kubernetes('kube-controller-manager'),
  'kube-scheduler': kubernetes('kube-scheduler'),
  'kube-proxy': kubernetes('kube-proxy'),
  kubelet: kubernetes('kubelet'),
  kubectl: kubernetes('kubectl'),
  etcd: { module: 'etcd', package: '.', linkerFlags: '' },
  coredns: { module: 'coredns', package: '.', linkerFlags: '' },
  pause: { module: 'pause', package: '.', linkerFlags: '' },
  helm: {
    module: 'helm',
    package: 'helm.sh/helm/v3/cmd/helm',
    linkerFlags: `-X helm.sh/helm/v3/internal/version.version=${helmVersion}`,
  },
} as const satisfies Record<string, Command>;

export type BinaryName = keyof typeof commands;

/** Path of the command, built when the cache lacks it: minutes when Go's own cache is cold, seconds when it is warm. */
export async function binary(name: BinaryName): Promise<string> {
  const command: Command = commands[name];
  const moduleDirectory = join(modulesDirectory, command.module);
  const files = readdirSync(moduleDirectory)
    .sort()
    .map((file) => join(moduleDirectory, file));
  const directory = join(cacheDirectory(), 'bin', contentKey({ texts: [name, command.linkerFlags], files }));
  const path = join(directory, name);
  if (existsSync(path)) return path;
  await step(`build ${name}`, async () => {
    mkdirSync(directory, { recursive: true });
    // Built beside and renamed, so that a build that was cut off leaves no half binary under the final name.
    const partial = `${path}.${process.pid}`;
    await run(
      'go',
      ['build', '-trimpath', '-ldflags', `-s -w ${command.linkerFlags}`, '-o', partial, command.package],
      { cwd: moduleDirectory, env: { ...process.env, CGO_ENABLED: '0' }, maxBuffer: 16 * 1024 * 1024 },
    );
    renameSync(partial, path);
  });
  return path;
}

/**
 * Directory to put on PATH: kubectl and helm of the versions that the project is tested with, built when the cache
 * lacks them.
 */
export async function toolsDirectory(): Promise<string> {
  const directory = join(cacheDirectory(), 'tools');
  mkdirSync(directory, { recursive: true });
  for (const name of ['kubectl', 'helm'] as const) {
    const link = join(directory, name);
    const fresh = `${link}.${process.pid}`;
    rmSync(fresh, { force: true });
    symlinkSync(await binary(name), fresh);
    // Renamed over the old link, so that there is no moment without the command.
    renameSync(fresh, link);
  }
  return directory;
}

function kubernetes(name: string): Command {
  return { module: 'kubernetes', package: `k8s.io/kubernetes/cmd/${name}`, linkerFlags: kubernetesFlags };
}
