// One command at a time changes the node of this machine.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cacheDirectory } from '../cache.ts';
import { isAlive, startTimeOf } from './process-record.ts';

const waitTimeoutMs = 900_000;

interface Holder {
  readonly pid: number;
  readonly startTime: string;
}

/** Runs the work when no other process is in here; a holder that died counts as gone. */
export async function withClusterLock<T>(work: () => Promise<T>): Promise<T> {
  const path = join(cacheDirectory(), 'cluster.lock');
  mkdirSync(dirname(path), { recursive: true });
  const deadline = performance.now() + waitTimeoutMs;
  let isAnnounced = false;
  while (!tryTake(path)) {
    const holder = readHolder(path);
    if (holder === undefined || !isAlive(holder)) {
      rmSync(path, { force: true });
      continue;
    }
    if (performance.now() > deadline) throw new Error(`process ${holder.pid} still works on the cluster: ${path}`);
    if (!isAnnounced) console.error(`waiting for process ${holder.pid}, which works on the cluster`);
    isAnnounced = true;
    await delay(500);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function tryTake(path: string): boolean {
  const holder: Holder = { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' };
  try {
    writeFileSync(path, JSON.stringify(holder), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    const { pid, startTime } = JSON.parse(readFileSync(path, 'utf8'));
    return Number.isInteger(pid) && typeof startTime === 'string' ? { pid, startTime } : undefined;
  } catch {
    // Gone meanwhile, or cut off while it was written.
    return undefined;
  }
}
