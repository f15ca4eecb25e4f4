// Removes all that a node has made on this machine, in whatever state it is: running, half started, or killed outright.
import { existsSync, readdirSync, readFileSync, readlinkSync, rmdirSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { removeCgroups } from './cgroups.ts';
import { checkClaim, releaseMachine } from './claim.ts';
import { output, succeeds } from './commands.ts';
import { mountsBelow } from './leftovers.ts';
import { removeNetwork } from './network.ts';
import { isAlive, kill, readRecords } from './process-record.ts';
import { checkOwnership, type StatePaths } from './state.ts';
import { restoreSysctls } from './sysctls.ts';
import { becomesTrue } from './wait.ts';

const endTimeoutMs = 10_000;
const removeTimeoutMs = 300_000;

/** Idempotent. Throws, leaving the state directory, when something cannot be removed. */
export async function tearDown(paths: StatePaths): Promise<void> {
  checkOwnership(paths);
  checkClaim(paths);
  // Processes first: what is removed under a live kubelet or containerd is made again.
  await endRecorded(paths);
  await removeCgroups();
  const shimSockets = shimSocketsOf(paths);
  // Mounts before the network: a namespace, and the pod's interface in it, is held by its mount.
  await removeMounts(paths);
  await removeNetwork();
  restoreSysctls(paths.sysctls);
  removeOutside(paths, shimSockets);
  await removeStateDirectory(paths);
  releaseMachine();
}

/** Ends those that are not in the control groups: a start may be cut off before its process has moved there. */
async function endRecorded(paths: StatePaths): Promise<void> {
  const records = readRecords(paths.processes);
  for (const record of records) {
    if (isAlive(record)) kill(record.pid);
  }
  for (const record of records) {
    const hasEnded = await becomesTrue(endTimeoutMs, () => !isAlive(record), 20);
    if (!hasEnded) throw new Error(`${record.name} (pid ${record.pid}) does not end after SIGKILL`);
  }
}

async function removeMounts({ directory }: StatePaths): Promise<void> {
  const read = () => mountsBelow(directory, readFileSync('/proc/self/mountinfo', 'utf8'));
  for (const path of read()) {
    if (!(await succeeds('umount', [path]))) await output('umount', ['--lazy', path]);
  }
  // Removing the directory through a mount that is still there would remove files of somebody else.
  const left = read();
  if (left.length > 0) throw new Error(`these mounts cannot be removed: ${left.join(', ')}`);
}

async function removeStateDirectory({ directory, owner }: StatePaths): Promise<void> {
  const contents = namesIn(directory)
    .map((name) => join(directory, name))
    .filter((path) => path !== owner);
  if (contents.length > 0)
    await output('rm', ['-rf', '--one-file-system', ...contents], { timeoutMs: removeTimeoutMs });
  // Last: a removal that is cut off must find the directory to be a cluster's when it is run again.
  rmSync(owner, { force: true });
  if (existsSync(directory)) rmdirSync(directory);
}

/** Sockets of containerd's shims are outside its own directories, named by a hash; each shim's bundle says which. */
function shimSocketsOf(paths: StatePaths): string[] {
  const bundles = join(paths.containerdState, 'io.containerd.runtime.v2.task', 'k8s.io');
  if (!existsSync(bundles)) return [];
  return readdirSync(bundles).flatMap((id) => {
    const address = join(bundles, id, 'address');
    return existsSync(address)
      ? [
          readFileSync(address, 'utf8')
            .trim()
            .replace(/^unix:\/\//, ''),
        ]
      : [];
  });
}

/** What kubelet, containerd and the CNI plugins write to fixed places, whatever they are told. */
function removeOutside(paths: StatePaths, shimSockets: readonly string[]): void {
  for (const socket of shimSockets) rmSync(socket, { force: true });
  for (const file of ['kubelet.sock', 'kubelet_internal_checkpoint']) {
    rmSync(join('/var/lib/kubelet/device-plugins', file), { force: true });
  }
  for (const directory of ['/var/lib/cni/results', '/var/lib/cni/cache']) {
    for (const name of namesIn(directory)) {
      // Each names the pod's network namespace, which is in the state directory.
      const path = join(directory, name);
      if (readFileSync(path, 'utf8').includes(`${paths.directory}/`)) rmSync(path);
    }
  }
  for (const name of namesIn('/var/log/containers')) {
    const link = join('/var/log/containers', name);
    if (linkTarget(link)?.startsWith(`${paths.directory}/`)) unlinkSync(link);
  }
  for (const directory of [
    '/run/containerd/s',
    '/run/containerd',
    '/var/lib/kubelet/device-plugins',
    '/var/lib/kubelet',
    '/var/lib/cni/results',
    '/var/lib/cni/cache',
    '/var/lib/cni',
    '/var/log/containers',
  ]) {
    // Others may use the same directory: it goes only when it is empty.
    if (existsSync(directory) && namesIn(directory).length === 0) rmdirSync(directory);
  }
}

function namesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    // Not a symbolic link.
    return undefined;
  }
}
