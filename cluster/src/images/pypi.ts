// Files from Python packages: pip downloads what the context's requirement files name and checks their hashes.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePackages } from '../debian-packages.ts';
import { output, succeeds } from '../local/commands.ts';
import type { Part } from './part.ts';

const timeoutMs = 600_000;
// Fixed, so that another Python on the machine fetches the same files.
const wheelTarget = [
  '--only-binary=:all:',
  ...['--implementation', 'cp', '--python-version', '3.11', '--abi', 'cp311', '--abi', 'none'],
  ...['manylinux1_x86_64', 'manylinux2014_x86_64', 'manylinux_2_17_x86_64'].flatMap((tag) => ['--platform', tag]),
];

/** Unpacks into the context the wheels of `wheels.txt` and, without their top folder, the archives of `sdists.txt`. */
export const pythonPackages: Part = {
  inputs: () => ({}),
  fetch: async (context) => {
    for (const wheel of await download(context, 'wheels.txt', wheelTarget)) {
      await output('python3', ['-m', 'zipfile', '-e', wheel, context], { timeoutMs });
    }
    for (const archive of await download(context, 'sdists.txt', ['--no-binary=:all:'])) {
      await output('tar', ['-xzf', archive, '--strip-components=1', '-C', context], { timeoutMs });
    }
  },
};

async function download(context: string, list: string, flags: readonly string[]): Promise<readonly string[]> {
  const requirements = join(context, list);
  if (!existsSync(requirements)) return [];
  if (!(await succeeds('python3', ['-m', 'pip', '--version']))) {
    await ensurePackages({ 'python3-pip': '/usr/lib/python3/dist-packages/pip' });
  }
  const directory = join(context, 'downloads', list);
  mkdirSync(directory, { recursive: true });
  const common = ['-m', 'pip', 'download', '-q', '--no-deps', '--require-hashes', '--disable-pip-version-check'];
  await output('python3', [...common, ...flags, '-r', requirements, '-d', directory], { timeoutMs });
  return readdirSync(directory).map((file) => join(directory, file));
}
