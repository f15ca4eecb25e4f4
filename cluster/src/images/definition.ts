// What an image is: a folder of cluster/images, the image it stands on, and what has to be fetched for it.
import { join } from 'node:path';
import { folderInputs, keyOf } from './key.ts';
import type { Part } from './part.ts';

export const imagesFolder = join(import.meta.dirname, '..', '..', 'images');

export interface ImageDefinition<Name extends string = string> {
  readonly name: Name;
  /** Holds the Containerfile and what it copies. */
  readonly folder: string;
  readonly base: ImageDefinition | undefined;
  readonly parts: readonly Part[];
}

export interface ImageOptions {
  readonly base?: ImageDefinition;
  /** Folder below cluster/images; by default the image's name. */
  readonly folder?: string;
  readonly parts?: readonly Part[];
}

export function image<Name extends string>(name: Name, options: ImageOptions = {}): ImageDefinition<Name> {
  return {
    name,
    folder: join(imagesFolder, options.folder ?? name),
    base: options.base,
    parts: options.parts ?? [],
  };
}

/** 12 hex digits over everything it is built from, the images below it included. */
export function imageKey(definition: ImageDefinition): string {
  const { base, folder, parts } = definition;
  const below = base ? [imageKey(base)] : [];
  return keyOf([{ texts: below }, folderInputs(folder), ...parts.map((part) => part.inputs())]);
}

/** What pods and Containerfiles call it. The tag is the key, so that a changed image is another image. */
export function imageRef(definition: ImageDefinition): string {
  return `docker.io/sluice/${definition.name}:${imageKey(definition)}`;
}
