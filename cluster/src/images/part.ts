// What a build context needs besides the files beside its Containerfile, and what it is made from.
import type { Inputs } from './key.ts';

export interface Part {
  /** Everything that decides its content; the image's key covers it. */
  inputs(): Inputs;
  /** Puts it into the context. Downloads go through the caches of their own tools. */
  fetch(context: string): Promise<void>;
}
