// Keys of images: an image is built again exactly when something that it is built from has changed.
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { contentKey } from '../cache.ts';

export interface Inputs {
  readonly texts?: readonly string[];
  readonly files?: readonly string[];
}

/** All files below the folder, in one order on every machine. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** A folder's files with their names, since where a file lies matters as much as what is in it. */
export function folderInputs(folder: string): Inputs {
  const files = filesBelow(folder);
  return { texts: files.map((file) => relative(folder, file)), files };
}

/** One key over all inputs, in their order. */
export function keyOf(inputs: readonly Inputs[]): string {
  return contentKey({
    texts: inputs.flatMap(({ texts = [] }) => [...texts, '']),
    files: inputs.flatMap(({ files = [] }) => files),
  });
}
