// What the cluster, the demo and the charts' values use of the images.
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../cache.ts';
import { writeArchive } from './archive.ts';
import { ensureBuilt } from './build.ts';
import { ofSpark, runnable } from './catalogue.ts';
import { type ImageDefinition, imageKey, imageRef } from './definition.ts';
import { type ImageStore, loadMissing } from './load.ts';

export { flinkCrdPath } from './flink-crds.ts';
export { ensureMaven } from './maven.ts';
export type { ImageStore };

const all = [...runnable, ...ofSpark] as const;

export type ImageName = (typeof all)[number]['name'];

export interface Image {
  readonly name: ImageName;
  /** `docker.io/sluice/<name>:<key>`. */
  readonly ref: string;
  /** Builds the image when the cache lacks it; resolves to its OCI archive, which may be deleted after use. */
  build(): Promise<string>;
}

export const imageNames: readonly ImageName[] = all.map(({ name }) => name);
/** What the platform and the demo are made of. */
const platform: readonly ImageName[] = runnable.map(({ name }) => name);

/** The images that pods run. */
export function images(): readonly Image[] {
  return all.map((definition) => ({
    name: definition.name,
    // Computed when asked for: the key of a program's image needs its bundle, which others need not wait for.
    get ref() {
      return imageRef(definition);
    },
    build: async () => {
      await ensureBuilt([definition]);
      return archiveOf(definition);
    },
  }));
}

/** Builds the named images, by default the platform's, where the cache lacks them. */
export async function buildImages(names: readonly ImageName[] = platform): Promise<void> {
  await ensureBuilt(named(names));
}

/** Loads the named images, by default the platform's, into a cluster. What it has already is neither built nor sent. */
export async function loadImages(store: ImageStore, names: readonly ImageName[] = platform): Promise<void> {
  await loadMissing(store, named(names));
}

/** The reference of each image. */
export function imageRefs(): Readonly<Record<ImageName, string>> {
  const [kafka, registry, flink, flinkOperator, operator, order, notification, strimziStandIn] = runnable;
  const [spark, sparkStandIn] = ofSpark;
  return {
    kafka: imageRef(kafka),
    registry: imageRef(registry),
    flink: imageRef(flink),
    'flink-operator': imageRef(flinkOperator),
    operator: imageRef(operator),
    order: imageRef(order),
    notification: imageRef(notification),
    'strimzi-stand-in': imageRef(strimziStandIn),
    spark: imageRef(spark),
    'spark-stand-in': imageRef(sparkStandIn),
  };
}

function named(names: readonly ImageName[]): readonly ImageDefinition[] {
  return all.filter(({ name }) => names.includes(name));
}

async function archiveOf(definition: ImageDefinition): Promise<string> {
  const path = join(cacheDirectory(), 'images', 'archives', `${definition.name}-${imageKey(definition)}.tar`);
  if (existsSync(path)) return path;
  const partial = `${path}.${process.pid}`;
  await writeArchive([imageRef(definition)], partial);
  await rename(partial, path);
  return path;
}
