// One of several replicas leads, by a Lease that it renews. Semantics are client-go's (tools/leaderelection), with a
// fence added: the leader itself stops beginning writes before anybody else may lead.
import { setTimeout as delay } from 'node:timers/promises';
import { isAlreadyExists, isConflict } from './errors.ts';
import { defineResource, type KubeObject, revisionOf } from './resource.ts';
import { microTime } from './time.ts';

export interface Lease extends KubeObject {
  readonly spec: {
    /** Empty: released. */
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

export const leaseResource = defineResource<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
});

/** Where the Lease is kept. `update` is refused with a conflict when the Lease changed since it was read. */
export interface LeaseStore {
  get(signal: AbortSignal): Promise<Lease | undefined>;
  create(lease: Lease, signal: AbortSignal): Promise<Lease>;
  update(lease: Lease, signal: AbortSignal): Promise<Lease>;
}

export interface ElectionClock {
  /** Milliseconds on a monotonic clock, which runs on while the process is stopped. */
  now(): number;
  date(): Date;
  /** Resolves after `ms`, or at once when the signal aborts; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export interface ElectionOptions {
  readonly namespace: string;
  readonly name: string;
  /** Unique to this process, such as `<pod>_<uuid>`. */
  readonly identity: string;
  /** How long others wait, from the last renewal they saw, before they take over. Default 15,000. */
  readonly leaseDurationMs?: number;
  /** How long a leader may go without renewing before it gives up and begins no more writes. Default 10,000. */
  readonly renewDeadlineMs?: number;
  /** Time between tries to acquire or renew. Default 2,000. */
  readonly retryPeriodMs?: number;
}

export interface ElectionEvents {
  onLeading(isLeading: boolean): void;
  /** A renewal failed and the Lease was read again. */
  onSlowPath(): void;
  onFailure(error: unknown): void;
}

/** The Lease went to somebody else, or could not be renewed in time. */
export class LeadershipLostError extends Error {
  override readonly name = 'LeadershipLostError';
}

export class LeaderElector {
  readonly #options: Required<ElectionOptions>;
  readonly #store: LeaseStore;
  readonly #clock: ElectionClock;
  readonly #events: ElectionEvents;
  /** The Lease as last seen, and when that state was first seen here: others' clocks are not trusted. */
  #seen: { readonly lease: Lease; readonly at: number } | undefined;
  #isLeading = false;
  /** When the last successful renewal was begun. */
  #renewedAt = Number.NEGATIVE_INFINITY;
  #wake = new AbortController();

  constructor(
    options: ElectionOptions,
    store: LeaseStore,
    events: ElectionEvents,
    clock: ElectionClock = systemElectionClock,
  ) {
    const { leaseDurationMs = 15_000, renewDeadlineMs = 10_000, retryPeriodMs = 2_000 } = options;
    if (!(leaseDurationMs > renewDeadlineMs && renewDeadlineMs > retryPeriodMs * 1.2)) {
      throw new RangeError('leader election needs leaseDurationMs > renewDeadlineMs > 1.2 × retryPeriodMs');
    }
    this.#options = { ...options, leaseDurationMs, renewDeadlineMs, retryPeriodMs };
    this.#store = store;
    this.#events = events;
    this.#clock = clock;
  }

  /**
   * Whether a write may be begun now: this process leads and renewed within `renewDeadlineMs`. A process that was
   * suspended finds this false before anything else runs, whatever its timers think.
   */
  get isFresh(): boolean {
    return this.#isLeading && this.#clock.now() - this.#renewedAt < this.#options.renewDeadlineMs;
  }

  /**
   * Tells what a watch saw, undefined when the Lease was deleted. A release or a takeover is then acted on at once
   * instead of at the next try; a leader whose Lease was deleted stops writing, for anybody may make a new one.
   */
  observe(lease: Lease | undefined): void {
    if (!lease) {
      this.#setLeading(false);
      this.#wake.abort();
      return;
    }
    const before = this.#seen;
    // Our own renewal may come back after its answer did.
    if (before && revisionOf(lease.metadata) <= revisionOf(before.lease.metadata)) return;
    const isSame = JSON.stringify(before?.lease.spec) === JSON.stringify(lease.spec);
    this.#seen = { lease, at: before && isSame ? before.at : this.#clock.now() };
    if (lease.spec.holderIdentity !== before?.lease.spec.holderIdentity) this.#wake.abort();
  }

  /** Resolves to true when this process leads, to false when the signal aborted first. */
  async acquire(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      try {
        if (await this.#tryAcquire(signal)) return true;
      } catch (error) {
        if (!isConflict(error) && !isAlreadyExists(error) && !signal.aborted) this.#events.onFailure(error);
      }
      await this.#sleep(this.#untilNextTry(), signal);
    }
    return false;
  }

  /** Renews until the signal aborts, then releases. Rejects with LeadershipLostError when leadership is lost. */
  async hold(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        await this.#sleep(this.#options.retryPeriodMs, signal);
        if (!signal.aborted) await this.#renew(signal);
      }
      await this.#release();
    } finally {
      this.#setLeading(false);
    }
  }

  async #tryAcquire(signal: AbortSignal): Promise<boolean> {
    const lease = await this.#within(signal, (within) => this.#store.get(within));
    const { identity } = this.#options;
    const startedAt = this.#clock.now();
    const now = microTime(this.#clock.date());
    if (lease) this.observe(lease);
    // Judged by what was last seen even where the Lease is gone since: its holder may not know yet.
    const { holderIdentity = '' } = this.#seen?.lease.spec ?? {};
    if (holderIdentity !== '' && holderIdentity !== identity && !this.#isExpired()) return false;
    if (!lease) {
      const created = this.#lease(now);
      this.#lead(await this.#within(signal, (within) => this.#store.create(created, within)), startedAt);
      return true;
    }
    const { leaseTransitions = 0 } = lease.spec;
    const isOurs = lease.spec.holderIdentity === identity;
    const spec = { ...this.#lease(now).spec, leaseTransitions: isOurs ? leaseTransitions : leaseTransitions + 1 };
    const taken = { ...lease, spec };
    this.#lead(await this.#within(signal, (within) => this.#store.update(taken, within)), startedAt);
    return true;
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const { identity, renewDeadlineMs, name } = this.#options;
    const lease = this.#seen?.lease;
    if (!lease || !this.#isLeading) throw new LeadershipLostError(`the Lease ${name} was deleted`);
    if (this.#clock.now() - this.#renewedAt >= renewDeadlineMs) {
      throw new LeadershipLostError(`the Lease ${name} was not renewed for ${renewDeadlineMs / 1000} s`);
    }
    if (lease.spec.holderIdentity !== identity) {
      throw new LeadershipLostError(`the Lease ${name} is held by ${lease.spec.holderIdentity || 'nobody'} now`);
    }
    const startedAt = this.#clock.now();
    const renewTime = microTime(this.#clock.date());
    try {
      const renewed = { ...lease, spec: { ...lease.spec, renewTime } };
      this.#lead(await this.#within(signal, (within) => this.#store.update(renewed, within)), startedAt);
    } catch (error) {
      if (signal.aborted) return;
      this.#events.onSlowPath();
      if (!isConflict(error)) this.#events.onFailure(error);
      await this.#readAgain(signal);
    }
  }

  async #readAgain(signal: AbortSignal): Promise<void> {
    try {
      const lease = await this.#within(signal, (within) => this.#store.get(within));
      // An answer that was lost may have renewed: then only the resourceVersion is new to us.
      if (lease) this.#seen = { lease, at: this.#clock.now() };
    } catch (error) {
      if (!signal.aborted) this.#events.onFailure(error);
    }
  }

  async #release(): Promise<void> {
    this.#setLeading(false);
    const { signal } = new AbortController();
    try {
      try {
        await this.#giveBack(signal);
      } catch (error) {
        if (!isConflict(error)) throw error;
        // A renewal that was under way at the stop came through.
        await this.#readAgain(signal);
        await this.#giveBack(signal);
      }
    } catch (error) {
      // The others wait for the Lease to run out, as after a crash.
      this.#events.onFailure(error);
    }
  }

  async #giveBack(signal: AbortSignal): Promise<void> {
    const lease = this.#seen?.lease;
    if (!lease || lease.spec.holderIdentity !== this.#options.identity) return;
    const renewTime = microTime(this.#clock.date());
    const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime };
    await this.#within(signal, (within) => this.#store.update({ ...lease, spec }, within));
  }

  #lead(lease: Lease, startedAt: number): void {
    this.#seen = { lease, at: startedAt };
    this.#renewedAt = startedAt;
    this.#setLeading(true);
  }

  #setLeading(isLeading: boolean): void {
    if (this.#isLeading === isLeading) return;
    this.#isLeading = isLeading;
    this.#events.onLeading(isLeading);
  }

  #lease(now: string): Lease {
    const { namespace, name, identity, leaseDurationMs } = this.#options;
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace, name },
      spec: {
        holderIdentity: identity,
        leaseDurationSeconds: Math.ceil(leaseDurationMs / 1000),
        acquireTime: now,
        renewTime: now,
        leaseTransitions: 0,
      },
    };
  }

  #isExpired(): boolean {
    return this.#seen !== undefined && this.#clock.now() >= this.#seen.at + this.#options.leaseDurationMs;
  }

  /** At the retry period, spread out by a fifth, or right when the Lease seen runs out. */
  #untilNextTry(): number {
    const { retryPeriodMs, leaseDurationMs } = this.#options;
    const jittered = retryPeriodMs * (1 + 0.2 * Math.random());
    if (!this.#seen) return jittered;
    const untilExpiry = this.#seen.at + leaseDurationMs - this.#clock.now();
    return untilExpiry > 0 ? Math.min(jittered, untilExpiry) : jittered;
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(ms, AbortSignal.any([signal, this.#wake.signal]));
    if (this.#wake.signal.aborted) this.#wake = new AbortController();
  }

  /** A request that hangs is given up in time to try once more before the deadline. */
  async #within<R>(signal: AbortSignal, call: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const done = new AbortController();
    const late = new AbortController();
    void this.#clock.sleep(this.#options.renewDeadlineMs / 2, done.signal).then(() => late.abort());
    try {
      return await call(AbortSignal.any([signal, late.signal]));
    } finally {
      done.abort();
    }
  }
}

const systemElectionClock: ElectionClock = {
  now: () => performance.now(),
  date: () => new Date(),
  sleep: async (ms, signal) => {
    try {
      await delay(ms, undefined, { signal });
    } catch {
      // Woken early: the caller looks for itself why.
    }
  },
};
