// The work queue of a controller: which item is reconciled next, and never by two workers at once.
// Semantics are controller-runtime's priority queue (pkg/controller/priorityqueue).
import { type BackoffOptions, ItemBackoff } from './backoff.ts';

/** Priority of the initial list and of resyncs, below every real change (controller-runtime: pkg/handler). */
export const lowPriority = -100;

export interface QueueClock {
  /** Milliseconds on a monotonic clock. */
  now(): number;
  /** Calls back once after `delayMs`; the returned function cancels. */
  after(delayMs: number, callback: () => void): () => void;
}

export interface AddOptions {
  /** Higher is handed out first; equal ones in the order of their adding. Default 0. */
  readonly priority?: number;
  /** Not handed out before this many ms have passed. Default 0. */
  readonly afterMs?: number;
}

interface Waiting {
  readonly key: string;
  priority: number;
  /** Clock time from which the item may be handed out. */
  readyAt: number;
  /** Order of adding; decides between items of equal priority. */
  readonly order: number;
}

/**
 * De-duplicating priority queue. An item that waits is there once: adding it again raises its priority to the higher
 * of both and shortens its delay to the shorter. An item in work is not handed out again until `done`; what was added
 * meanwhile is handed out once after that. After `shutDown` waiting `get`s and later ones resolve to undefined.
 */
export class WorkQueue {
  readonly #clock: QueueClock;
  readonly #backoff: ItemBackoff;
  readonly #waiting = new Map<string, Waiting>();
  readonly #inWork = new Set<string>();
  readonly #getters: ((key: string | undefined) => void)[] = [];
  #order = 0;
  #cancelTimer: (() => void) | undefined;
  #isShutDown = false;

  constructor(clock: QueueClock = systemClock, backoff: BackoffOptions = {}) {
    this.#clock = clock;
    this.#backoff = new ItemBackoff(backoff);
  }

  add(key: string, { priority = 0, afterMs = 0 }: AddOptions = {}): void {
    if (this.#isShutDown) return;
    const readyAt = this.#clock.now() + afterMs;
    const present = this.#waiting.get(key);
    if (present) {
      present.priority = Math.max(present.priority, priority);
      present.readyAt = Math.min(present.readyAt, readyAt);
    } else {
      this.#waiting.set(key, { key, priority, readyAt, order: this.#order++ });
    }
    this.#handOut();
  }

  /** Adds the item after its back-off, counting one more failure. */
  addRateLimited(key: string, { priority = 0 }: { readonly priority?: number } = {}): void {
    this.add(key, { priority, afterMs: this.#backoff.next(key) });
  }

  /** Ends the item's back-off; called when it succeeded. */
  forget(key: string): void {
    this.#backoff.forget(key);
  }

  failures(key: string): number {
    return this.#backoff.failures(key);
  }

  /** The next item, locked until `done`; waits for one. Undefined once the queue is shut down. */
  get(): Promise<string | undefined> {
    if (this.#isShutDown) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#getters.push(resolve);
      this.#handOut();
    });
  }

  /** Unlocks an item that `get` gave. */
  done(key: string): void {
    this.#inWork.delete(key);
    this.#handOut();
  }

  /** Items that could be handed out now, were a worker free. */
  get depth(): number {
    const now = this.#clock.now();
    return [...this.#waiting.values()].filter((item) => this.#isReady(item, now)).length;
  }

  /** Stops handing out; items in work may still be marked done. */
  shutDown(): void {
    this.#isShutDown = true;
    this.#cancelTimer?.();
    this.#waiting.clear();
    for (const resolve of this.#getters.splice(0)) resolve(undefined);
  }

  #isReady(item: Waiting, now: number): boolean {
    return item.readyAt <= now && !this.#inWork.has(item.key);
  }

  #handOut(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    while (this.#getters.length > 0) {
      const next = this.#best();
      if (!next) break;
      this.#waiting.delete(next.key);
      this.#inWork.add(next.key);
      this.#getters.shift()?.(next.key);
    }
    if (this.#getters.length > 0) this.#wakeForDelayed();
  }

  #best(): Waiting | undefined {
    const now = this.#clock.now();
    let best: Waiting | undefined;
    for (const item of this.#waiting.values()) {
      if (!this.#isReady(item, now)) continue;
      if (!best || item.priority > best.priority || (item.priority === best.priority && item.order < best.order)) {
        best = item;
      }
    }
    return best;
  }

  #wakeForDelayed(): void {
    let earliest = Number.POSITIVE_INFINITY;
    // An item in work is not waited for: `done` hands out again.
    for (const item of this.#waiting.values()) {
      if (!this.#inWork.has(item.key)) earliest = Math.min(earliest, item.readyAt);
    }
    if (earliest === Number.POSITIVE_INFINITY) return;
    this.#cancelTimer = this.#clock.after(Math.max(0, earliest - this.#clock.now()), () => this.#handOut());
  }
}

const systemClock: QueueClock = {
  now: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, Math.ceil(delayMs));
    return () => clearTimeout(timer);
  },
};
