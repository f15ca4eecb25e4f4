// Test support: Prometheus' own judge of rules. Taken from PATH, else from Debian's package, fetched once and not installed.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDirectory, step } from '@sluice/cluster';

const run = promisify(execFile);
const fetchTimeoutMs = 200_000;

/** Runs promtool; rejects with what it says of the rules. */
export async function promtool(...flags: readonly string[]): Promise<string> {
  try {
    return (await run(await promtoolPath(), flags, { timeout: 60_000 })).stdout;
  } catch (error) {
    // What is wrong with rules is told on standard output.
    throw new Error(error instanceof Error && 'stdout' in error ? `${error.message}\n${error.stdout}` : String(error));
  }
}

async function promtoolPath(): Promise<string> {
  const onPath = await run('which', ['promtool']).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
  if (onPath) return onPath;
  const directory = join(cacheDirectory(), 'promtool');
  const path = join(directory, 'usr', 'bin', 'promtool');
  if (!existsSync(path)) await step('fetch promtool', () => unpackTo(directory));
  return path;
}

async function unpackTo(directory: string): Promise<void> {
  await mkdir(cacheDirectory(), { recursive: true });
  // Filled beside and renamed, so that a fetch that was cut off leaves nothing under the final name.
  const partial = await mkdtemp(`${directory}.`);
  try {
    const download = () => run('apt-get', ['download', 'prometheus'], { cwd: partial, timeout: fetchTimeoutMs });
    // A fresh machine has no lists of packages yet.
    await download().catch(() => run('apt-get', ['-qq', 'update'], { timeout: fetchTimeoutMs }).then(download));
    const [file = ''] = await readdir(partial);
    await run('dpkg-deb', ['--extract', file, '.'], { cwd: partial, timeout: fetchTimeoutMs });
    await rename(partial, directory);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    // Somebody else may have been first.
    if (!existsSync(directory)) throw error;
  }
}
