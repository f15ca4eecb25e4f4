// Which image each part of the demo runs. What is not named gets the tag `dev`, as in the golden files.
import { readFileSync } from 'node:fs';

export interface Images {
  /** The reference of an image by its name, such as `order`. */
  image(name: string): string;
}

/** @param references by name, as the build of the images prints them */
export function imagesOf(references: Readonly<Record<string, string>> = {}): Images {
  return { image: (name) => references[name] ?? `docker.io/sluice/${name}:dev` };
}

/** @throws Error when the file is not an object of names and references */
export function readImages(file: string): Images {
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof parsed !== 'object' || parsed === null) throw new Error(`${file}: not an object of image references`);
  const references = Object.entries(parsed).map(([name, reference]) => {
    if (typeof reference !== 'string') throw new Error(`${file}: the reference of ${name} is not text`);
    return [name, reference] as const;
  });
  return imagesOf(Object.fromEntries(references));
}
