// Brings images to a cluster: only those that it lacks, in one archive, so that shared layers travel once.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '../cache.ts';
import { step } from '../progress.ts';
import { writeArchive } from './archive.ts';
import { ensureBuilt } from './build.ts';
import { type ImageDefinition, imageRef } from './definition.ts';

/** The part of a cluster that takes images in. */
export interface ImageStore {
  hasImage(ref: string): Promise<boolean>;
  /** Takes an OCI archive of one or more images in. */
  loadImage(archivePath: string): Promise<void>;
}

/** Builds what the cache lacks of what the cluster lacks, and loads it. */
export async function loadMissing(store: ImageStore, images: readonly ImageDefinition[]): Promise<void> {
  const present = await Promise.all(images.map((image) => store.hasImage(imageRef(image))));
  const missing = images.filter((_, index) => !present[index]);
  if (missing.length === 0) return;
  await ensureBuilt(missing);
  await step(`load images ${missing.map(({ name }) => name).join(', ')}`, async () => {
    const archive = join(cacheDirectory(), 'images', `load-${process.pid}.tar`);
    try {
      await writeArchive(missing.map(imageRef), archive);
      await store.loadImage(archive);
    } finally {
      rmSync(archive, { force: true });
    }
  });
}
