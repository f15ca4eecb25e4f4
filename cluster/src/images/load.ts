// Brings images to a cluster: only those that it lacks, in one archive, so that shared layers travel once.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory, contentKey } from '../cache.ts';
import type { ClusterProvider } from '../cluster-provider.ts';
import { step } from '../progress.ts';
import { writeArchive } from './archive.ts';
import { ensureBuilt } from './build.ts';
import { type ImageDefinition, imageRef } from './definition.ts';

/** The part of a cluster that takes images in. */
export type ImageStore = Pick<ClusterProvider, 'hasImage' | 'loadImage'>;

/** Builds what the cache lacks of what the cluster lacks, and loads it. */
export async function loadMissing(store: ImageStore, images: readonly ImageDefinition[]): Promise<void> {
  const missing = await missingFrom(store, images);
  const [first] = missing;
  if (!first) return;
  await ensureBuilt(missing);
  await step(`load images ${missing.map(({ name }) => name).join(', ')}`, async () => {
    const refs = missing.map(imageRef);
    const archive = join(cacheDirectory(), 'images', `load-${contentKey({ texts: refs })}.tar`);
    await writeArchive(refs, archive);
    await store.loadImage(archive, imageRef(first));
    const [lost] = await missingFrom(store, missing);
    if (lost) throw new Error(`${archive} was loaded, but the cluster still lacks ${imageRef(lost)}`);
    // Not where loading failed: a cluster that takes no images from here tells its user to load this file.
    rmSync(archive);
  });
}

async function missingFrom(store: ImageStore, images: readonly ImageDefinition[]): Promise<readonly ImageDefinition[]> {
  const present = await Promise.all(images.map((image) => store.hasImage(imageRef(image))));
  return images.filter((_, index) => !present[index]);
}
