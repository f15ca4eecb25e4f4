// Frees the disk of images that nothing builds any more: each change of a program or a base leaves its old one behind.
import { join } from 'node:path';
import { cacheDirectory } from '../cache.ts';
import { listImages, removeImages } from './buildah.ts';
import { type ImageDefinition, imageRef } from './definition.ts';
import { keepLayouts } from './layout.ts';
import { withLock } from './lock.ts';

/** Keeps these images, in the cache's layout and in buildah's storage, and no other. */
export async function pruneTo(images: readonly ImageDefinition[]): Promise<void> {
  const kept = new Set(images.map(imageRef));
  await withLock(join(cacheDirectory(), 'images', 'lock'), async () => {
    keepLayouts(kept);
    await removeImages((await listImages()).filter((ref) => !kept.has(ref)));
  });
}
