// The node's own images: one static binary each, and nothing else.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { copyFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDirectory, contentKey } from '../cache.ts';
import { step } from '../progress.ts';
import { binary } from './binaries.ts';
import { output } from './commands.ts';

export interface ImageArchive {
  /** `docker.io/sluice/<name>:<content key>` */
  readonly reference: string;
  /** A docker-archive. */
  readonly path: string;
}

const buildTimeoutMs = 120_000;

/** The image that holds the command alone, built when the cache lacks it. */
export async function scratchImage(name: 'pause' | 'coredns'): Promise<ImageArchive> {
  const command = await binary(name);
  const containerfile = `FROM scratch\nCOPY ${name} /${name}\nUSER 65532:65532\nENTRYPOINT ["/${name}"]\n`;
  const key = contentKey({ texts: [containerfile], files: [command] });
  const reference = `docker.io/sluice/${name}:${key}`;
  const directory = join(cacheDirectory(), 'images', key);
  const path = join(directory, `${name}.tar`);
  if (existsSync(path)) return { reference, path };
  await step(`image ${name}`, async () => {
    const work = await mkdtemp(join(tmpdir(), 'sluice-image-'));
    try {
      await copyFile(command, join(work, name));
      writeFileSync(join(work, 'Containerfile'), containerfile);
      // A store of its own, so that nothing is left in the machine's.
      const store = ['--root', join(work, 'store'), '--runroot', join(work, 'run'), '--storage-driver', 'vfs'];
      const build = ['build', '--isolation', 'chroot', '--tag', reference, work];
      await output('buildah', [...store, ...build], { timeoutMs: buildTimeoutMs });
      mkdirSync(directory, { recursive: true });
      const partial = `${path}.${process.pid}`;
      await output('buildah', [...store, 'push', reference, `docker-archive:${partial}:${reference}`], {
        timeoutMs: buildTimeoutMs,
      });
      renameSync(partial, path);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
  return { reference, path };
}
