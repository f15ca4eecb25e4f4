// Puts the parts together, starts them in the order in which they need each other and stops them in reverse.
import { setTimeout as delay } from 'node:timers/promises';
import { Cache } from './cache.ts';
import type { Client } from './client.ts';
import { Controller, type ControllerOptions } from './controller.ts';
import { EventSender } from './events.ts';
import { type HttpServer, startHttpServer, text } from './http-server.ts';
import { type ElectionOptions, LeaderElector } from './leader-election.ts';
import { leaseStore, watchLease } from './lease-store.ts';
import type { Logger } from './logger.ts';
import { createRuntimeMetrics, type RuntimeMetrics } from './metrics.ts';
import type { KubeObject } from './resource.ts';

const eventsFlushMs = 2_000;

export interface ManagerOptions {
  readonly client: Client;
  readonly logger: Logger;
  /** Who reports events, such as `example.com/operator`. */
  readonly reportingController: string;
  /** This process among its replicas, such as the pod's name. */
  readonly instance: string;
  /** Namespaces to watch. Default all. */
  readonly namespaces?: readonly string[];
  /** Absent: works without asking, as the only replica. */
  readonly leaderElection?: Omit<ElectionOptions, 'identity'>;
  /** Serves /metrics; 0 takes a free port. Absent: not served. */
  readonly metricsPort?: number;
  /** Serves /healthz and /readyz; 0 takes a free port. Absent: not served. */
  readonly probePort?: number;
  /** How long reconciles in work may go on after a stop before they are cut, ms. Default 22,000: with events and Lease, 30 s. */
  readonly gracefulStopMs?: number;
  readonly metrics?: RuntimeMetrics;
}

export class Manager {
  readonly cache: Cache;
  /** Fenced by leadership; what it writes is in the cache when the write returns. */
  readonly client: Client;
  readonly events: EventSender;
  readonly metrics: RuntimeMetrics;
  readonly #options: ManagerOptions;
  readonly #elector: LeaderElector | undefined;
  readonly #controllers: Controller[] = [];
  readonly #servers: HttpServer[] = [];
  #isReading = false;

  constructor(options: ManagerOptions) {
    this.#options = options;
    const { logger } = options;
    const metrics = options.metrics ?? createRuntimeMetrics();
    this.metrics = metrics;
    const client = options.client.with({ metrics: metrics.requests });
    this.cache = new Cache(client, options.namespaces ?? [], {
      onList: (resource) => metrics.relists.inc({ resource }),
      onFailure: (resource, error) => {
        metrics.watchFailures.inc({ resource });
        logger.warn({ resource, err: error }, 'the watch broke and is resumed');
      },
    });
    this.#elector = this.#newElector(client);
    this.client = client.with({
      mayWrite: () => this.#elector?.isFresh ?? true,
      onWritten: (resource, object) => this.cache.assume(resource, object),
    });
    this.events = new EventSender(
      this.client.with({ onWritten: () => {} }),
      { controller: options.reportingController, instance: options.instance },
      () => metrics.eventsDropped.inc(),
    );
  }

  /** Before `start`. */
  addController<T extends KubeObject>(options: ControllerOptions<T>): void {
    const { client, cache, events, metrics } = this;
    const controller = new Controller(options, { client, cache, events, metrics, logger: this.#options.logger });
    // Safe: a controller takes no objects from outside, only keys.
    this.#controllers.push(controller as unknown as Controller);
  }

  /** Where probes and metrics are served, once started. */
  get ports(): readonly number[] {
    return this.#servers.map(({ port }) => port);
  }

  /**
   * Runs until the signal aborts, then stops gracefully and resolves. Rejects with LeadershipLostError when leadership
   * is lost: the process should end, since what it knows may be old.
   */
  async start(signal: AbortSignal): Promise<void> {
    const reading = new AbortController();
    let isReadDone: Promise<void> = Promise.resolve();
    try {
      // Probes first, so that a slow start is seen as "not ready" and not as dead.
      await this.#serve();
      // Caches before workers: a reconcile on half a cache would make what is there already.
      isReadDone = this.cache.run(reading.signal);
      this.#isReading = true;
      await this.cache.waitForSync(signal);
      this.#options.logger.info({}, 'caches synced');
      // Leadership last: a follower waits with warm caches and takes over at once.
      await this.#lead(signal);
    } finally {
      reading.abort();
      await isReadDone;
      for (const server of this.#servers.splice(0)) await server.close();
    }
  }

  async #lead(signal: AbortSignal): Promise<void> {
    const elector = this.#elector;
    if (!elector || !this.#options.leaderElection) return this.#work(signal, new Promise(() => {}));
    const watching = new AbortController();
    const watched = watchLease(this.#options.client, this.#options.leaderElection, elector, watching.signal);
    const holding = new AbortController();
    try {
      if (!(await elector.acquire(signal))) return;
      const held = elector.hold(holding.signal);
      try {
        await this.#work(signal, held);
      } finally {
        // Released after the last write, never before.
        holding.abort();
        await held.catch(() => {});
      }
    } finally {
      watching.abort();
      await watched;
    }
  }

  /** Works until the signal aborts or `lost` rejects. */
  async #work(signal: AbortSignal, lost: Promise<void>): Promise<void> {
    const stop = new AbortController();
    const cut = new AbortController();
    const worked = Promise.all(this.#controllers.map((controller) => controller.run(stop.signal, cut.signal)));
    this.#options.logger.info({ controllers: this.#controllers.map(({ name }) => name) }, 'working');
    try {
      await Promise.race([aborted(signal), lost]);
      stop.abort();
      await Promise.race([worked, lost, timeLimit(this.#options.gracefulStopMs ?? 22_000, worked)]);
    } finally {
      stop.abort();
      cut.abort();
      await this.events.close(AbortSignal.timeout(eventsFlushMs));
    }
  }

  async #serve(): Promise<void> {
    const { metricsPort, probePort } = this.#options;
    const { registry } = this.metrics;
    if (probePort !== undefined) {
      this.#servers.push(
        await startHttpServer(probePort, { '/healthz': () => this.#live(), '/readyz': () => this.#ready() }),
      );
    }
    if (metricsPort !== undefined) {
      this.#servers.push(
        await startHttpServer(metricsPort, {
          '/metrics': async () => ({
            status: 200,
            contentType: registry.contentType,
            body: await this.metrics.scrape(),
          }),
        }),
      );
    }
  }

  #live() {
    const stuck = this.#controllers.filter(({ isStuck }) => isStuck).map(({ name }) => name);
    return stuck.length === 0 ? text(200, 'ok') : text(500, `a reconcile does not end: ${stuck.join(', ')}`);
  }

  #ready() {
    return this.#isReading && this.cache.hasAllSynced ? text(200, 'ok') : text(503, 'the caches have not synced yet');
  }

  #newElector(client: Client): LeaderElector | undefined {
    const { leaderElection, instance, logger } = this.#options;
    if (!leaderElection) return undefined;
    const labels = { name: leaderElection.name };
    const { metrics } = this;
    metrics.isLeader.set(labels, 0);
    metrics.leaderSlowPath.inc(labels, 0);
    return new LeaderElector(
      { ...leaderElection, identity: `${instance}_${crypto.randomUUID()}` },
      leaseStore(client, leaderElection),
      {
        onLeading: (isLeading) => {
          metrics.isLeader.set(labels, isLeading ? 1 : 0);
          logger.info({ lease: leaderElection.name }, isLeading ? 'leading' : 'no longer leading');
        },
        onSlowPath: () => metrics.leaderSlowPath.inc(labels),
        onFailure: (error) => logger.warn({ lease: leaderElection.name, err: error }, 'the Lease could not be renewed'),
      },
    );
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Resolves after `ms`, without keeping the process alive longer than `work`. */
async function timeLimit(ms: number, work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  void work.finally(() => done.abort());
  try {
    await delay(ms, undefined, { signal: done.signal });
  } catch {
    // The work was through first.
  }
}
