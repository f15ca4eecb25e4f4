// A controller: which changes wake which objects, and the workers that reconcile them one at a time each.
import { randomUUID } from 'node:crypto';
import type { Cache } from './cache.ts';
import type { Client } from './client.ts';
import { ApiError, NotLeaderError, TerminalError } from './errors.ts';
import type { EventRecorder } from './events.ts';
import type { Logger } from './logger.ts';
import { type ReconcileResult, type RuntimeMetrics, reconcileResults } from './metrics.ts';
import { controllerOf, refersTo } from './owner-references.ts';
import type { Predicate } from './predicates.ts';
import { lowPriority, WorkQueue } from './queue.ts';
import { type KubeObject, keyOf, type ObjectKey, parseKey, type Resource } from './resource.ts';
import type { Indexer, ObjectChange } from './store.ts';

const defaultTimeoutMs = 120_000;
/** After its time is up a reconcile has this long to notice before the process counts as stuck. */
const stuckGraceMs = 30_000;
/** Every object is looked at again this often, for what no watch tells (controller-runtime: SyncPeriod 10 h). */
const defaultResyncMs = 10 * 3_600_000;

export interface ReconcileContext {
  /** Its calls end with `signal`, and its writes are refused once this process no longer leads. */
  readonly client: Client;
  readonly cache: Cache;
  readonly events: EventRecorder;
  readonly logger: Logger;
  /** Aborts when the time is up or the process must end. */
  readonly signal: AbortSignal;
  readonly reconcileId: string;
}

/** Absent: wait for the next change. */
export interface ReconcileOutcome {
  readonly requeueAfterMs?: number;
  /** Of the look that is asked for, as in the queue. Default 0. */
  readonly priority?: number;
}

/** A further kind whose changes wake objects of the controller's own. Methods, so that kinds can share a list. */
export interface Watch<T extends KubeObject = KubeObject> {
  readonly resource: Resource<T>;
  /** The objects to reconcile; asked for the old and for the new object. */
  map(object: T, cache: Cache): readonly ObjectKey[];
  predicate?(change: ObjectChange<T>): boolean;
}

export interface Index<T extends KubeObject = KubeObject> {
  readonly resource: Resource<T>;
  readonly name: string;
  values(object: T): readonly string[];
}

export interface ControllerOptions<T extends KubeObject> {
  /** In logs and metrics, such as `eventservice`. */
  readonly name: string;
  /** The kind that is reconciled. */
  readonly for: Resource<T>;
  /** Which of its changes count. Default all; `generationChanged` leaves out our own status writes. */
  readonly predicate?: Predicate<T>;
  /** Kinds made by this controller: a change wakes the owner. */
  readonly owns?: readonly Resource[];
  readonly watches?: readonly Watch[];
  /** Further kinds that are only read, from the cache. */
  readonly reads?: readonly Resource[];
  readonly indexes?: readonly Index[];
  /**
   * Brings the world one step closer to what the object says. The object may be gone: read it first. Throwing tries
   * again with back-off; TerminalError, and answers that judge what we sent, wait for the object to change.
   */
  reconcile(key: ObjectKey, context: ReconcileContext): Promise<ReconcileOutcome | undefined>;
  /** Objects reconciled at once. Default 4. */
  readonly concurrency?: number;
  /** After this a reconcile's signal aborts, ms. Default 120,000. */
  readonly timeoutMs?: number;
  /** Time between two looks at every object, ms, spread out by a tenth. Default 36,000,000 (10 h). */
  readonly resyncMs?: number;
}

/** Lets a watch be written with its own object type. */
export function watchOf<T extends KubeObject>(watch: Watch<T>): Watch {
  // Safe: the cache hands a watch only objects of its own resource.
  return watch as unknown as Watch;
}

/** Lets an index be written with its own object type. */
export function indexOf<T extends KubeObject>(resource: Resource<T>, name: string, values: Indexer<T>): Index {
  return { resource, name, values } as unknown as Index;
}

export interface ControllerParts {
  readonly client: Client;
  readonly cache: Cache;
  readonly events: EventRecorder;
  readonly logger: Logger;
  readonly metrics: RuntimeMetrics;
}

export class Controller<T extends KubeObject = KubeObject> {
  readonly #options: ControllerOptions<T>;
  readonly #parts: ControllerParts;
  readonly #logger: Logger;
  readonly #queue: WorkQueue;
  readonly #concurrency: number;
  readonly #timeoutMs: number;
  /** One for each reconcile in work. */
  readonly #inWork = new Set<AbortController>();

  /** Declares what is watched; call before the cache runs. */
  constructor(options: ControllerOptions<T>, parts: ControllerParts) {
    this.#options = options;
    this.#parts = parts;
    this.#concurrency = options.concurrency ?? 4;
    this.#timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
    this.#logger = parts.logger.child({ controller: options.name });
    this.#queue = this.#observedQueue();
    this.#declare();
  }

  get name(): string {
    return this.#options.name;
  }

  /** Whether a reconcile has outlived its time and more: it will not come back by itself. */
  get isStuck(): boolean {
    return this.#queue.inWorkMs.some((ms) => ms > this.#timeoutMs + stuckGraceMs);
  }

  /**
   * Works until `stop` aborts, and then until the reconciles in work are through. `cut` aborts those as well.
   * Never rejects.
   */
  async run(stop: AbortSignal, cut: AbortSignal): Promise<void> {
    const shutDown = () => this.#queue.shutDown();
    if (stop.aborted) shutDown();
    stop.addEventListener('abort', shutDown, { once: true });
    const cutAll = () => {
      for (const one of this.#inWork) one.abort(cut.reason);
    };
    cut.addEventListener('abort', cutAll, { once: true });
    const resyncMs = (this.#options.resyncMs ?? defaultResyncMs) * (0.95 + 0.1 * Math.random());
    const resync = setInterval(() => this.#enqueueAll(), Math.min(resyncMs, 2 ** 31 - 1));
    await Promise.all(Array.from({ length: this.#concurrency }, () => this.#work(cut)));
    clearInterval(resync);
  }

  #declare(): void {
    const { cache } = this.#parts;
    const { owns = [], watches = [], reads = [], indexes = [], predicate } = this.#options;
    const primary = this.#options.for;
    for (const resource of [primary, ...owns, ...watches.map((watch) => watch.resource), ...reads]) {
      cache.watch(resource);
    }
    for (const { resource, name, values } of indexes) cache.addIndex(resource, name, values);

    cache.listen(primary, (change) => {
      if (predicate === undefined || predicate(change)) this.#enqueue(change, ({ metadata }) => [metadata]);
    });
    const ownersOf = (object: KubeObject): readonly ObjectKey[] => {
      const owner = controllerOf(object);
      if (!owner || !refersTo(owner, primary)) return [];
      return [{ namespace: primary.namespaced ? object.metadata.namespace : undefined, name: owner.name }];
    };
    for (const resource of owns) cache.listen(resource, (change) => this.#enqueue(change, ownersOf));
    for (const watch of watches) {
      cache.listen(watch.resource, (change) => {
        if (watch.predicate && !watch.predicate(change)) return;
        this.#enqueue(change, (object) => watch.map(object, cache));
      });
    }
  }

  // Old and new both count: an object that changed hands wakes its former owner as well.
  #enqueue<O extends KubeObject>(change: ObjectChange<O>, keysOf: (object: O) => readonly ObjectKey[]): void {
    const priority = change.isInitial ? lowPriority : 0;
    const keys = new Set<string>();
    for (const object of [change.old, change.object]) {
      if (object) for (const key of keysOf(object)) keys.add(keyOf(key));
    }
    // Added once each: a second add of what an idle worker took at once would be delivered again.
    for (const key of keys) this.#queue.add(key, { priority });
  }

  #enqueueAll(): void {
    for (const { metadata } of this.#parts.cache.list(this.#options.for)) {
      this.#queue.add(keyOf(metadata), { priority: lowPriority });
    }
  }

  async #work(cut: AbortSignal): Promise<void> {
    const { metrics } = this.#parts;
    const labels = { controller: this.name };
    for (let key = await this.#queue.get(); key !== undefined; key = await this.#queue.get()) {
      metrics.activeWorkers.inc(labels);
      const startedAt = performance.now();
      const result = await this.#reconcile(key, cut);
      metrics.reconcileSeconds.observe(labels, (performance.now() - startedAt) / 1000);
      metrics.reconciles.inc({ ...labels, result });
      metrics.activeWorkers.dec(labels);
      this.#queue.done(key);
    }
  }

  async #reconcile(key: string, cut: AbortSignal): Promise<ReconcileResult> {
    const { client, cache, events } = this.#parts;
    const reconcileId = randomUUID();
    const logger = this.#logger.child({ object: key, reconcileId });
    const ending = new AbortController();
    const { signal } = ending;
    const timer = setTimeout(() => {
      this.#parts.metrics.reconcileTimeouts.inc({ controller: this.name });
      ending.abort(new Error(`not done after ${this.#timeoutMs / 1000} s`));
    }, this.#timeoutMs);
    this.#inWork.add(ending);
    if (cut.aborted) ending.abort(cut.reason);
    try {
      const context = { client: client.with({ signal }), cache, events, logger, signal, reconcileId };
      const outcome = await this.#options.reconcile(parseKey(key), context);
      this.#queue.forget(key);
      if (outcome?.requeueAfterMs === undefined) return 'success';
      this.#queue.add(key, { afterMs: outcome.requeueAfterMs, priority: outcome.priority ?? 0 });
      return 'requeue_after';
    } catch (error) {
      return this.#failed(key, error, logger, cut);
    } finally {
      clearTimeout(timer);
      this.#inWork.delete(ending);
    }
  }

  #failed(key: string, error: unknown, logger: Logger, cut: AbortSignal): ReconcileResult {
    const { metrics } = this.#parts;
    const labels = { controller: this.name };
    if (error instanceof NotLeaderError || cut.aborted) {
      logger.info({ err: error }, 'reconcile broken off, since this process stops');
      return 'error';
    }
    metrics.reconcileErrors.inc(labels);
    if (isBug(error)) metrics.panics.inc(labels);
    if (error instanceof TerminalError || (error instanceof ApiError && error.retry === 'terminal')) {
      metrics.terminalErrors.inc(labels);
      this.#queue.forget(key);
      logger.error({ err: error }, 'reconcile failed and is not tried again before the object changes');
      return 'error';
    }
    if (error instanceof ApiError && error.retryAfterMs !== undefined) {
      this.#queue.add(key, { afterMs: error.retryAfterMs });
    } else {
      this.#queue.addRateLimited(key);
    }
    logger.error({ err: error, failures: this.#queue.failures(key) }, 'reconcile failed and is tried again');
    return 'error';
  }

  #observedQueue(): WorkQueue {
    const { metrics } = this.#parts;
    const controller = this.name;
    const labels = { name: controller, controller };
    for (const result of reconcileResults) metrics.reconciles.inc({ controller, result }, 0);
    for (const counter of [
      metrics.reconcileErrors,
      metrics.terminalErrors,
      metrics.panics,
      metrics.reconcileTimeouts,
    ]) {
      counter.inc({ controller }, 0);
    }
    for (const counter of [metrics.queueAdds, metrics.queueRetries]) counter.inc(labels, 0);
    for (const histogram of [metrics.queueSeconds, metrics.workSeconds]) histogram.zero(labels);
    metrics.reconcileSeconds.zero({ controller });
    metrics.activeWorkers.set({ controller }, 0);
    metrics.maxConcurrent.set({ controller }, this.#concurrency);
    const queue = new WorkQueue(undefined, undefined, {
      added: () => metrics.queueAdds.inc(labels),
      retried: () => metrics.queueRetries.inc(labels),
      waited: (ms) => metrics.queueSeconds.observe(labels, ms / 1000),
      worked: (ms) => metrics.workSeconds.observe(labels, ms / 1000),
    });
    // A priority that was seen once stays, at zero.
    const priorities = new Set([0, lowPriority]);
    metrics.onScrape(() => {
      const inWork = queue.inWorkMs;
      const depths = queue.depthByPriority;
      for (const priority of depths.keys()) priorities.add(priority);
      for (const priority of priorities) {
        metrics.queueDepth.set({ ...labels, priority }, depths.get(priority) ?? 0);
      }
      metrics.unfinishedSeconds.set(labels, inWork.reduce((sum, ms) => sum + ms, 0) / 1000);
      metrics.longestRunningSeconds.set(labels, Math.max(0, ...inWork) / 1000);
    });
    return queue;
  }
}

/** What Go would call a panic: the code is wrong, not the world. */
function isBug(error: unknown): boolean {
  const bugs = [TypeError, RangeError, ReferenceError, SyntaxError];
  return !(error instanceof Error) || bugs.some((type) => error instanceof type);
}
