// What a machine must have before a node runs on it. Debian's packages are installed where they are missing; the rest
// is checked, and said in a sentence that tells what to do.
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { step } from '../progress.ts';
import { output, succeeds } from './commands.ts';
import { cniPlugins } from './node-config.ts';
import { ports } from './node-network.ts';

/** A file that shows that the Debian package is installed; names without a slash are looked for on PATH. */
const packages: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  runc: 'runc',
  'containernetworking-plugins': join(cniPlugins, 'bridge'),
  iptables: 'iptables-save',
  iproute2: 'ip',
  conntrack: 'conntrack',
  ethtool: 'ethtool',
  socat: 'socat',
  debootstrap: 'debootstrap',
  buildah: 'buildah',
  openssl: 'openssl',
  mount: 'mount',
  'util-linux': 'nsenter',
};

const kernelModules = ['overlay', 'br_netfilter'];
const installTimeoutMs = 600_000;

/** Throws a sentence for the first thing that is missing and cannot be installed. */
export async function ensurePrerequisites(): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('the local cluster runs on Linux on x86-64 only: use CLUSTER=kind or CLUSTER=current here');
  }
  if (process.getuid?.() !== 0) {
    throw new Error('the local cluster needs root (it mounts, bridges and starts containerd): run it with sudo');
  }
  if (!isInstalled('go')) throw new Error('Go is not on PATH: install Go 1.24 or later (https://go.dev/dl)');
  await ensurePackages();
  await ensureKernelModules();
}

/** Throws when a port that the node listens on is taken: another Kubernetes may run on this machine. */
export async function checkPorts(): Promise<void> {
  for (const port of Object.values(ports)) {
    if (await isFree(port)) continue;
    throw new Error(
      `port ${port} is taken: does another Kubernetes or etcd run here? (\`ss -ltnp sport = :${port}\` tells)`,
    );
  }
}

async function ensurePackages(): Promise<void> {
  const missing = Object.entries(packages)
    .filter(([, file]) => !isInstalled(file))
    .map(([name]) => name);
  if (missing.length === 0) return;
  if (!isInstalled('apt-get')) {
    throw new Error(`these are missing, and apt-get is not there to install them: ${missing.join(', ')}`);
  }
  await step(`install ${missing.join(', ')}`, async () => {
    const options = { timeoutMs: installTimeoutMs, environment: { DEBIAN_FRONTEND: 'noninteractive' } };
    await output('apt-get', ['update', '-qq'], options);
    await output('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], options);
  });
}

async function ensureKernelModules(): Promise<void> {
  // Built in, or loaded already, on many machines; whether they work is seen by what needs them.
  if (existsSync('/proc/sys/net/bridge')) return;
  for (const name of kernelModules) await succeeds('modprobe', [name]);
}

function isInstalled(file: string): boolean {
  if (file.includes('/')) return existsSync(file);
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return directories.some((directory) => existsSync(join(directory, file)));
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
