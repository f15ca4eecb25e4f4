// What a machine must have before a node runs on it. Debian's packages are installed where they are missing; the rest
// is checked, and said in a sentence that tells what to do.
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ensurePackages } from '../debian-packages.ts';
import { output, succeeds } from './commands.ts';
import { isInstalled } from './executables.ts';
import { cniPlugins } from './node-config.ts';
import { ports } from './node-network.ts';

/** A command, or a file with its path, that is there when the Debian package is installed. */
const packages: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  runc: 'runc',
  'containernetworking-plugins': join(cniPlugins, 'bridge'),
  iptables: 'iptables-save',
  iproute2: 'ip',
  conntrack: 'conntrack',
  ethtool: 'ethtool',
  socat: 'socat',
  buildah: 'buildah',
  openssl: 'openssl',
  mount: 'mount',
  'util-linux': 'nsenter',
};

const kernelModules = ['overlay', 'br_netfilter'];

/** Throws a sentence for the first thing that is missing and cannot be installed. */
export async function ensurePrerequisites(): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('the local cluster runs on Linux on x86-64 only: use CLUSTER=kind or CLUSTER=current here');
  }
  if (process.getuid?.() !== 0) {
    throw new Error('the local cluster needs root (it mounts, bridges and starts containerd): run it with sudo');
  }
  await checkGo();
  await ensurePackages(packages);
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

async function checkGo(): Promise<void> {
  const advice =
    'install Go 1.21 or later (https://go.dev/dl); it fetches by itself the version that a module asks for';
  if (!isInstalled('go')) throw new Error(`Go is not on PATH: ${advice}`);
  const version = await output('go', ['env', 'GOVERSION']);
  const [, major = '0', minor = '0'] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  if (Number(major) === 1 && Number(minor) < 21) throw new Error(`Go is ${version.trim()}: ${advice}`);
}

async function ensureKernelModules(): Promise<void> {
  // Built in, or loaded already, on many machines; whether they work is seen by what needs them.
  if (existsSync('/proc/sys/net/bridge')) return;
  for (const name of kernelModules) await succeeds('modprobe', [name]);
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
