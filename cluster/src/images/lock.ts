// One builder at a time on one cache directory: two would build the same and clean up each other's leftovers.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Runs the work while holding the file's lock, after waiting for who holds it.
 * The lock is flock's: its child ends with our end of the pipe, so a killed process holds nothing.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  const holder = spawn('flock', [path, 'sh', '-c', 'echo held; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(holder, 'close');
  await Promise.race([once(holder.stdout, 'data'), closed]);
  if (holder.exitCode !== null) throw new Error(`flock ${path} failed (${holder.exitCode})`);
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await closed;
  }
}
