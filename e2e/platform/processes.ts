// Processes of pods, seen from the machine that is the node: only on the local cluster.
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** Kills a pod's process at once, as the kernel does when memory runs out. Throws when the pod has no such process. */
export function killProcessOf(podUid: string, command: string): void {
  const pid = readdirSync('/proc').find((entry) => /^\d+$/.test(entry) && isProcessOf(entry, podUid, command));
  if (pid === undefined) throw new Error(`pod ${podUid} runs no ${command} on this machine`);
  process.kill(Number(pid), 'SIGKILL');
}

function isProcessOf(pid: string, podUid: string, command: string): boolean {
  try {
    const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
    const [program = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return groups.includes(podUid) && basename(program) === command;
  } catch {
    // Ended while we looked.
    return false;
  }
}
