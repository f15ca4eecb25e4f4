// How long a failing item waits before it is tried again. Pure but for its per-item counts; used by the work queue.

export interface BackoffOptions {
  /** Delay after the first failure, ms. Default 5. */
  readonly baseMs?: number;
  /** Longest delay, ms. Default 1,000,000 (1000 s). */
  readonly maxMs?: number;
}

/**
 * Per-item exponential back-off: `baseMs × 2^failures`, at most `maxMs`.
 * The defaults are client-go's ItemExponentialFailureRateLimiter (util/workqueue/default_rate_limiters.go).
 */
export class ItemBackoff {
  readonly #baseMs: number;
  readonly #maxMs: number;
  readonly #failures = new Map<string, number>();

  constructor({ baseMs = 5, maxMs = 1_000_000 }: BackoffOptions = {}) {
    this.#baseMs = baseMs;
    this.#maxMs = maxMs;
  }

  /** Counts one more failure of the item and returns the delay before its next try, ms. */
  next(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    return Math.min(this.#baseMs * 2 ** failures, this.#maxMs);
  }

  /** Failures counted since the item was last forgotten. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Forgets the item: its next failure waits `baseMs` again. */
  forget(key: string): void {
    this.#failures.delete(key);
  }
}
