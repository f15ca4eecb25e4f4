// The work queue of a controller: which item is reconciled next, and never by two workers at once.
// Semantics are controller-runtime's priority queue (pkg/controller/priorityqueue).
import { type BackoffOptions, ItemBackoff } from './backoff.ts';
import { Heap } from './heap.ts';

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

/** Told what happens to items, for metrics. Times in ms. */
export interface QueueObserver {
  /** An item that was not there already. */
  added(): void;
  retried(): void;
  /** Handed out after it could have been for this long. */
  waited(ms: number): void;
  worked(ms: number): void;
}

interface Waiting {
  readonly key: string;
  priority: number;
  /** Clock time from which the item may be handed out. */
  readyAt: number;
  /** Order of adding; decides between items of equal priority. */
  readonly order: number;
}

/** An item's place in a heap. It is void once the item left or moved: both heaps are cleaned when it comes up. */
interface Place {
  readonly item: Waiting;
  readonly priority: number;
  readonly readyAt: number;
}

/**
 * De-duplicating priority queue. An item that waits is there once: adding it again raises its priority to the higher
 * of both and shortens its delay to the shorter. An item in work is not handed out again until `done`; what was added
 * meanwhile is handed out once after that. After `shutDown` waiting `get`s and later ones resolve to undefined.
 */
export class WorkQueue {
  readonly #clock: QueueClock;
  readonly #backoff: ItemBackoff;
  readonly #observer: QueueObserver;
  readonly #waiting = new Map<string, Waiting>();
  /** Items in work and when they were handed out. */
  readonly #inWork = new Map<string, number>();
  readonly #getters: ((key: string | undefined) => void)[] = [];
  readonly #ready = new Heap<Place>((a, b) =>
    a.priority === b.priority ? a.item.order < b.item.order : a.priority > b.priority,
  );
  readonly #delayed = new Heap<Place>((a, b) => a.readyAt < b.readyAt);
  #order = 0;
  #cancelTimer: (() => void) | undefined;
  #isShutDown = false;

  constructor(clock: QueueClock = systemClock, backoff: BackoffOptions = {}, observer: QueueObserver = silent) {
    this.#clock = clock;
    this.#backoff = new ItemBackoff(backoff);
    this.#observer = observer;
  }

  add(key: string, { priority = 0, afterMs = 0 }: AddOptions = {}): void {
    if (this.#isShutDown) return;
    const readyAt = this.#clock.now() + afterMs;
    let item = this.#waiting.get(key);
    if (item) {
      if (item.priority >= priority && item.readyAt <= readyAt) return;
      item.priority = Math.max(item.priority, priority);
      item.readyAt = Math.min(item.readyAt, readyAt);
    } else {
      item = { key, priority, readyAt, order: this.#order++ };
      this.#waiting.set(key, item);
      this.#observer.added();
    }
    this.#place(item);
    this.#handOut();
  }

  /** Adds the item after its back-off, counting one more failure. */
  addRateLimited(key: string, { priority = 0 }: { readonly priority?: number } = {}): void {
    this.#observer.retried();
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
    const startedAt = this.#inWork.get(key);
    if (startedAt !== undefined) this.#observer.worked(this.#clock.now() - startedAt);
    this.#inWork.delete(key);
    const item = this.#waiting.get(key);
    if (item) this.#place(item);
    this.#handOut();
  }

  /** Items that could be handed out now, were a worker free. Linear: for scrapes. */
  get depth(): number {
    return [...this.depthByPriority.values()].reduce((sum, depth) => sum + depth, 0);
  }

  /** The same, apart for each priority that waits. */
  get depthByPriority(): ReadonlyMap<number, number> {
    const now = this.#clock.now();
    const depths = new Map<number, number>();
    for (const { key, readyAt, priority } of this.#waiting.values()) {
      if (readyAt <= now && !this.#inWork.has(key)) depths.set(priority, (depths.get(priority) ?? 0) + 1);
    }
    return depths;
  }

  /** How long each item in work has been there, ms. */
  get inWorkMs(): readonly number[] {
    const now = this.#clock.now();
    return [...this.#inWork.values()].map((startedAt) => now - startedAt);
  }

  /** Stops handing out; items in work may still be marked done. */
  shutDown(): void {
    this.#isShutDown = true;
    this.#cancelTimer?.();
    this.#waiting.clear();
    this.#ready.clear();
    this.#delayed.clear();
    for (const resolve of this.#getters.splice(0)) resolve(undefined);
  }

  #place(item: Waiting): void {
    // `done` places what waits for its own end.
    if (this.#inWork.has(item.key)) return;
    const place = { item, priority: item.priority, readyAt: item.readyAt };
    if (item.readyAt <= this.#clock.now()) this.#ready.push(place);
    else this.#delayed.push(place);
  }

  #isVoid({ item, priority, readyAt }: Place): boolean {
    return this.#waiting.get(item.key) !== item || item.priority !== priority || item.readyAt !== readyAt;
  }

  #handOut(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#getters.length === 0) return;
    this.#takeUpDue();
    while (this.#getters.length > 0) {
      const next = this.#ready.pop();
      if (!next) break;
      if (this.#isVoid(next)) continue;
      const { key } = next.item;
      this.#waiting.delete(key);
      const now = this.#clock.now();
      this.#inWork.set(key, now);
      this.#observer.waited(Math.max(0, now - next.item.readyAt));
      this.#getters.shift()?.(key);
    }
    if (this.#getters.length > 0) this.#wakeForDelayed();
  }

  #takeUpDue(): void {
    const now = this.#clock.now();
    for (let next = this.#delayed.peek(); next; next = this.#delayed.peek()) {
      const isVoid = this.#isVoid(next);
      if (!isVoid && next.readyAt > now) return;
      this.#delayed.pop();
      if (!isVoid) this.#ready.push(next);
    }
  }

  #wakeForDelayed(): void {
    const next = this.#delayed.peek();
    if (!next) return;
    this.#cancelTimer = this.#clock.after(Math.max(0, next.readyAt - this.#clock.now()), () => this.#handOut());
  }
}

const silent: QueueObserver = { added: () => {}, retried: () => {}, waited: () => {}, worked: () => {} };

const systemClock: QueueClock = {
  now: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, Math.ceil(delayMs));
    return () => clearTimeout(timer);
  },
};
