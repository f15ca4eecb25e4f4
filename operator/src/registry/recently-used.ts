// Answers that never change, kept up to a total size: what was not asked for longest goes first.

interface Entry<Value> {
  readonly value: Value;
  readonly size: number;
  readonly at: number;
}

export interface RecentlyUsedOptions<Value> {
  /** In the unit of `sizeOf`. A value that is larger by itself is not kept. */
  readonly maxSize: number;
  readonly sizeOf: (value: Value, key: string) => number;
  /** Default: for ever. */
  readonly maxAgeMs?: number;
  readonly now?: () => number;
}

export class RecentlyUsed<Value> {
  readonly #options: Required<RecentlyUsedOptions<Value>>;
  /** The one that was asked for longest ago first. */
  readonly #entries = new Map<string, Entry<Value>>();
  #size = 0;

  constructor(options: RecentlyUsedOptions<Value>) {
    this.#options = { maxAgeMs: Number.POSITIVE_INFINITY, now: () => performance.now(), ...options };
  }

  /** Undefined where it is not known. */
  find(key: string): Value | undefined {
    const known = this.#entries.get(key);
    if (!known || this.#options.now() - known.at >= this.#options.maxAgeMs) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, known);
    return known.value;
  }

  keep(key: string, value: Value): void {
    const size = this.#options.sizeOf(value, key);
    this.#drop(key);
    this.#entries.set(key, { value, size, at: this.#options.now() });
    this.#size += size;
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= this.#options.maxSize) return;
      this.#drop(oldest);
    }
  }

  /** Reads where it is not known; what is undefined may be there later and is not kept. `read` may reject. */
  async get(key: string, read: () => Promise<Value | undefined>): Promise<Value | undefined> {
    const known = this.find(key);
    if (known !== undefined) return known;
    const value = await read();
    if (value !== undefined) this.keep(key, value);
    return value;
  }

  #drop(key: string): void {
    this.#size -= this.#entries.get(key)?.size ?? 0;
    this.#entries.delete(key);
  }
}
