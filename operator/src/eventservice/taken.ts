// What the API server said a moment ago that it would take. The looks of one change ask about the very same object: before
// its topics are made, after, and when its turn for children comes.
import { hashOf, type KubeObject } from '../runtime/index.ts';

/** So long a verdict counts as new: what it depends on besides, such as a namespace's label, may change at any time. */
const maxAgeMs = 60_000;

export class Taken {
  readonly #now: () => number;
  /** When, by the object's hash, the oldest first. */
  readonly #since = new Map<string, number>();

  /** `now`: a clock that never goes back, ms. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  has(object: KubeObject): boolean {
    const since = this.#since.get(hashOf(object));
    return since !== undefined && this.#now() - since < maxAgeMs;
  }

  add(object: KubeObject): void {
    const now = this.#now();
    for (const [hash, since] of this.#since) {
      if (now - since < maxAgeMs) break;
      this.#since.delete(hash);
    }
    const hash = hashOf(object);
    this.#since.delete(hash);
    this.#since.set(hash, now);
  }

  get size(): number {
    return this.#since.size;
  }
}
