// Builds what is missing: bases before what stands on them, contexts fetched side by side, one build per core.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { cacheDirectory } from '../cache.ts';
import { ensurePackages } from '../debian-packages.ts';
import { step } from '../progress.ts';
import { buildImage, exportImage, hasImage, removeImages, removeWorkingContainers } from './buildah.ts';
import { type ImageDefinition, imageRef } from './definition.ts';
import { addLayout, hasLayout } from './layout.ts';
import { withLock } from './lock.ts';

/** Has each image's layout in the cache. Bases stay in buildah's storage, the images themselves only as layouts. */
export async function ensureBuilt(images: readonly ImageDefinition[]): Promise<void> {
  if (images.every((image) => hasLayout(imageRef(image)))) return;
  await withLock(join(cacheDirectory(), 'images', 'lock'), async () => {
    const missing = images.filter((image) => !hasLayout(imageRef(image)));
    if (missing.length === 0) return;
    await ensurePackages({ buildah: 'buildah' });
    await removeWorkingContainers();
    const builder = new Builder();
    await allDone(missing.map((image) => builder.addLayout(image)));
  });
}

/** Fills a folder with all that the image's Containerfile copies. */
export async function prepareContext(image: ImageDefinition, context: string): Promise<void> {
  mkdirSync(context, { recursive: true });
  cpSync(image.folder, context, { recursive: true });
  for (const part of image.parts) await part.fetch(context);
}

/** One run: remembers what it has begun, so that a base that two images share is built once. */
class Builder {
  readonly #begun = new Map<string, Promise<void>>();
  readonly #fetches = pLimit(3);
  readonly #builds = pLimit(2);

  async addLayout(image: ImageDefinition): Promise<void> {
    const ref = imageRef(image);
    await this.#buildOnce(image);
    await this.#builds(() =>
      step(`store image ${image.name}`, () => addLayout(ref, (folder) => exportImage(ref, folder))),
    );
    await removeImages([ref]);
  }

  #buildOnce(image: ImageDefinition): Promise<void> {
    const begun = this.#begun.get(image.name) ?? this.#build(image);
    this.#begun.set(image.name, begun);
    return begun;
  }

  async #build(image: ImageDefinition): Promise<void> {
    const ref = imageRef(image);
    if (await hasImage(ref)) return;
    const context = mkdtempSync(join(tmpdir(), `sluice-image-${image.name}-`));
    try {
      const below = image.base ? [this.#buildOnce(image.base)] : [];
      const fetch = () => step(`fetch for image ${image.name}`, () => prepareContext(image, context));
      // Everything waits for the lowest image, so its fetch waits for no other.
      const fetched = image.base ? this.#fetches(fetch) : fetch();
      await allDone([...below, fetched]);
      const baseRef = image.base && imageRef(image.base);
      await this.#builds(() => step(`build image ${image.name}`, () => buildImage({ ref, context, baseRef })));
    } finally {
      rmSync(context, { recursive: true, force: true });
    }
  }
}

/** Throws what the first of them threw, but not before all have ended: the lock and the contexts are still in use. */
async function allDone(work: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(work);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
