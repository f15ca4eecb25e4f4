// What a machine must have before a node runs on it. Debian's packages are installed where they are missing; the rest
// is checked, and said in a sentence that tells what to do.
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { step } from '../progress.ts';
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
  await checkGo();
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

async function checkGo(): Promise<void> {
  const advice =
    'install Go 1.21 or later (https://go.dev/dl); it fetches by itself the version that a module asks for';
  if (!isInstalled('go')) throw new Error(`Go is not on PATH: ${advice}`);
  const version = await output('go', ['env', 'GOVERSION']);
  const [, major = '0', minor = '0'] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  if (Number(major) === 1 && Number(minor) < 21) throw new Error(`Go is ${version.trim()}: ${advice}`);
}

async function ensurePackages(): Promise<void> {
  const missing = Object.entries(packages)
    .filter(([, file]) => !(file.includes('/') ? existsSync(file) : isInstalled(file)))
    .map(([name]) => name);
  if (missing.length === 0) return;
  if (!isInstalled('apt-get')) {
    throw new Error(`these are missing, and apt-get is not there to install them: ${missing.join(', ')}`);
  }
  await step(`install ${missing.join(', ')}`, async () => {
    const options = { timeoutMs: installTimeoutMs, environment: { DEBIAN_FRONTEND: 'noninteractive' } };
    // The lists of a fresh machine may be empty or old; another apt may be at work, as on a machine just started.
    const flags = ['-qq', '-o', 'DPkg::Lock::Timeout=300'];
    await output('apt-get', [...flags, 'update'], options);
    await output('apt-get', [...flags, 'install', '-y', '--no-install-recommends', ...missing], options);
  });
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
