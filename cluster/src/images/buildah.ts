// Builds images with buildah, which needs no daemon, in a storage of its own inside the cache directory.
import { join } from 'node:path';
import { cacheDirectory, contentKey } from '../cache.ts';
import { output, succeeds } from '../local/commands.ts';

const timeoutMs = 900_000;

export interface Build {
  readonly ref: string;
  readonly context: string;
  /** Image that the Containerfile's BASE names; absent where it names its own. */
  readonly baseRef: string | undefined;
}

/** Whether the storage holds the image. */
export function hasImage(ref: string): Promise<boolean> {
  return succeeds('buildah', [...storage(), 'inspect', '--type', 'image', ref]);
}

/**
 * One layer on top of the base. Times are fixed, so that the same files make the same layer.
 * A base of ours is never looked for in a registry: there, somebody else's could bear its name.
 */
export async function buildImage({ ref, context, baseRef }: Build): Promise<void> {
  const base = baseRef === undefined ? [] : ['--pull-never', '--build-arg', `BASE=${baseRef}`];
  const flags = ['--quiet', '--isolation', 'chroot', '--network', 'host', '--timestamp', '0', '--layers=false'];
  await output('buildah', [...storage(), 'bud', ...flags, ...base, '--tag', ref, context], { timeoutMs });
}

/** Writes manifest.json and the blobs, layers uncompressed, into an empty folder; the `oci:` transport compresses. */
export async function exportImage(ref: string, folder: string): Promise<void> {
  await output('buildah', [...storage(), 'push', '--quiet', '--disable-compression', ref, `dir:${folder}`], {
    timeoutMs,
  });
}

export async function listImages(): Promise<readonly string[]> {
  const names = await output('buildah', [...storage(), 'images', '--noheading', '--format', '{{.Name}}:{{.Tag}}']);
  return names.split('\n').filter((ref) => ref.startsWith('docker.io/sluice/'));
}

/** Layers that another image stands on stay. */
export async function removeImages(refs: readonly string[]): Promise<void> {
  if (refs.length > 0) await output('buildah', [...storage(), 'rmi', ...refs]);
}

/** Removes the working containers that a killed build left. Nobody else may be building. */
export async function removeWorkingContainers(): Promise<void> {
  await output('buildah', [...storage(), 'rm', '--all']);
}

/** Storage for good in the cache; what must not survive a reboot (mount counts) in /run. */
function storage(): readonly string[] {
  const root = join(cacheDirectory(), 'images', 'storage');
  return ['--root', root, '--runroot', join('/run/sluice', contentKey({ texts: [root] }))];
}
