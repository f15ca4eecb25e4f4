// Processes of pods, seen from the machine that is the node: only on the local cluster.
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Kills a pod's process at once, as the kernel does when memory runs out. Throws when the pod has no such process. */
export function killProcessOf(podUid: string, command: string): void {
  process.kill(pidOf(podUid, command), 'SIGKILL');
}

/**
 * Lets a pod's process run for a few milliseconds at a time until `isReached`, and kills it there: so it is met between two
 * of its steps that follow each other at once. Throws when that is not reached in time; the process runs on then.
 */
export async function killProcessWhen(
  podUid: string,
  command: string,
  isReached: () => Promise<boolean>,
  { timeoutMs = 60_000, sliceMs = 20 }: { readonly timeoutMs?: number; readonly sliceMs?: number } = {},
): Promise<void> {
  const pid = pidOf(podUid, command);
  const deadline = performance.now() + timeoutMs;
  try {
    while (performance.now() < deadline) {
      process.kill(pid, 'SIGSTOP');
      if (await isReached()) {
        process.kill(pid, 'SIGKILL');
        return;
      }
      process.kill(pid, 'SIGCONT');
      await delay(sliceMs);
    }
  } finally {
    continueProcess(pid);
  }
  throw new Error(
    `the ${command} of pod ${podUid} was not killed: it did not come so far within ${timeoutMs / 1000} s`,
  );
}

function pidOf(podUid: string, command: string): number {
  const pid = readdirSync('/proc').find((entry) => /^\d+$/.test(entry) && isProcessOf(entry, podUid, command));
  if (pid === undefined) throw new Error(`pod ${podUid} runs no ${command} on this machine`);
  return Number(pid);
}

function continueProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // It was killed.
  }
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
