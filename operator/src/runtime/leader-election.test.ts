import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiError } from './errors.ts';
import {
  type ElectionClock,
  LeaderElector,
  LeadershipLostError,
  type Lease,
  type LeaseStore,
} from './leader-election.ts';

const namespace = 'default';
const name = 'lock';
const settings = { namespace, name, leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000 };

/** Time that passes only when told to, for several processes that can each be suspended. */
class World {
  now = 0;
  lease: Lease | undefined;
  readonly #due: { readonly at: number; readonly run: () => void; readonly owner: Process | undefined }[] = [];

  at(delayMs: number, owner: Process | undefined, run: () => void): () => void {
    const entry = { at: this.now + delayMs, owner, run };
    this.#due.push(entry);
    return () => {
      const index = this.#due.indexOf(entry);
      if (index >= 0) this.#due.splice(index, 1);
    };
  }

  /** Lets time pass; `onEvent` is called after everything that happens. */
  async advance(ms: number, onEvent: () => void = () => {}): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      await settled();
      onEvent();
      const next = this.#due
        .filter(({ owner, at }) => !owner?.isSuspended && at <= until)
        .sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#due.splice(this.#due.indexOf(next), 1);
      this.now = Math.max(this.now, next.at);
      next.run();
    }
    this.now = until;
  }
}

/** Lets every promise that can go on do so. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What happens to one request to the store. */
interface Fate {
  readonly latencyMs: number;
  /** Lost before or after it was carried out. */
  readonly lost?: 'request' | 'answer' | undefined;
}

class Process {
  isSuspended = false;
  isReachable = true;
  readonly elector: LeaderElector;
  readonly stop = new AbortController();
  ended: 'released' | 'lost' | undefined;
  failures = 0;
  readonly #world: World;
  readonly #fates: () => Fate;

  constructor(world: World, identity: string, fates: () => Fate = () => ({ latencyMs: 5 })) {
    this.#world = world;
    this.#fates = fates;
    const events = { onLeading: () => {}, onSlowPath: () => {}, onFailure: () => void this.failures++ };
    this.elector = new LeaderElector({ ...settings, identity }, this.#store(), events, this.#clock());
  }

  start(): this {
    void (async () => {
      if (!(await this.elector.acquire(this.stop.signal))) return;
      try {
        await this.elector.hold(this.stop.signal);
        this.ended = 'released';
      } catch (error) {
        expect(error).toBeInstanceOf(LeadershipLostError);
        this.ended = 'lost';
      }
    })();
    return this;
  }

  /** Tells what the watch would. */
  watch(): void {
    this.elector.observe(this.#world.lease);
  }

  #clock(): ElectionClock {
    return {
      now: () => this.#world.now,
      date: () => new Date(this.#world.now),
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (signal.aborted) return resolve();
          const cancel = this.#world.at(ms, this, resolve);
          const onAbort = () => {
            cancel();
            resolve();
          };
          signal.addEventListener('abort', onAbort, { once: true });
        }),
    };
  }

  #store(): LeaseStore {
    const world = this.#world;
    const call = <R>(signal: AbortSignal, body: () => R): Promise<R> =>
      new Promise((resolve, reject) => {
        const noAnswer = () => reject(new ApiError({ status: 0, message: 'no answer' }));
        signal.addEventListener('abort', noAnswer, { once: true });
        if (!this.isReachable) return;
        const { latencyMs, lost } = this.#fates();
        world.at(latencyMs / 2, undefined, () => {
          if (lost === 'request') return;
          let answer: () => void;
          try {
            const result = body();
            answer = () => resolve(result);
          } catch (error) {
            answer = () => reject(error);
          }
          if (lost !== 'answer') world.at(latencyMs / 2, this, answer);
        });
      });
    const stored = (lease: Lease): Lease => {
      const resourceVersion = String(Number(world.lease?.metadata.resourceVersion ?? '0') + 1);
      world.lease = { ...lease, metadata: { ...lease.metadata, resourceVersion } };
      return world.lease;
    };
    return {
      get: (signal) => call(signal, () => world.lease),
      create: (lease, signal) =>
        call(signal, () => {
          if (world.lease) throw new ApiError({ status: 409, reason: 'AlreadyExists', message: 'it exists' });
          return stored(lease);
        }),
      update: (lease, signal) =>
        call(signal, () => {
          if (world.lease?.metadata.resourceVersion !== lease.metadata.resourceVersion) {
            throw new ApiError({ status: 409, reason: 'Conflict', message: 'it changed' });
          }
          return stored(lease);
        }),
    };
  }
}

describe('leader election', () => {
  it('gives one of two the lead and keeps it there', async () => {
    const world = new World();
    const [a, b] = [new Process(world, 'a').start(), new Process(world, 'b')];
    await world.advance(100);
    b.start();
    await world.advance(60_000);
    expect([a.elector.isFresh, b.elector.isFresh]).toEqual([true, false]);
    expect(world.lease?.spec).toMatchObject({ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 });
    expect(world.lease?.spec.renewTime).toMatch(/\.\d{6}Z$/);
  });

  it('passes the lead on at once when it is released, if the watch tells', async () => {
    const world = new World();
    const a = new Process(world, 'a').start();
    await world.advance(100);
    const b = new Process(world, 'b').start();
    await world.advance(5_000);
    a.stop.abort();
    await world.advance(50);
    expect(a.ended).toBe('released');
    b.watch();
    await world.advance(50);
    expect([a.elector.isFresh, b.elector.isFresh]).toEqual([false, true]);
    expect(world.lease?.spec.leaseTransitions).toBe(1);
  });

  it('is released though a renewal was under way at the stop and came through', async () => {
    const world = new World();
    const a = new Process(world, 'a', () => ({ latencyMs: 200 })).start();
    // Leads from 0.4 s on; the renewal that begins at 2.4 s is stored at 2.5 s and answered at 2.6 s.
    await world.advance(2_550);
    expect(world.lease?.metadata.resourceVersion).toBe('2');
    a.stop.abort();
    await world.advance(1_000);
    expect(a.ended).toBe('released');
    expect(world.lease?.spec.holderIdentity).toBe('');
    expect(a.failures).toBe(0);
  });

  it('takes the lead over 15 s after the last renewal it saw, and not before, when the leader is gone', async () => {
    const world = new World();
    const a = new Process(world, 'a').start();
    await world.advance(100);
    const b = new Process(world, 'b').start();
    await world.advance(20_000);
    a.isSuspended = true;
    b.watch();
    // It may have seen the last renewal up to 2.4 s ago already, when it last looked.
    await world.advance(12_500);
    expect(b.elector.isFresh).toBe(false);
    await world.advance(2_600);
    expect(b.elector.isFresh).toBe(true);
  });

  it('judges by its own clock: a Lease whose times lie years back is waited for as any other', async () => {
    const world = new World();
    const old = { renewTime: '2001-01-01T00:00:00.000000Z', acquireTime: '2001-01-01T00:00:00.000000Z' };
    world.lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace, name, resourceVersion: '7' },
      spec: { holderIdentity: 'somebody', leaseDurationSeconds: 15, ...old },
    };
    const a = new Process(world, 'a').start();
    await world.advance(14_900);
    expect(a.elector.isFresh).toBe(false);
    await world.advance(300);
    expect(a.elector.isFresh).toBe(true);
  });

  it('begins no write 10 s after its last renewal began, and gives up', async () => {
    const world = new World();
    const a = new Process(world, 'a').start();
    await world.advance(100);
    a.isReachable = false;
    await world.advance(9_000);
    expect(a.elector.isFresh).toBe(true);
    await world.advance(1_500);
    expect(a.elector.isFresh).toBe(false);
    await world.advance(5_000);
    expect(a.ended).toBe('lost');
    expect(a.failures).toBeGreaterThan(0);
  });

  it('finds itself not fresh the moment it wakes from a long stop', async () => {
    const world = new World();
    const a = new Process(world, 'a').start();
    await world.advance(3_000);
    a.isSuspended = true;
    await world.advance(30_000);
    a.isSuspended = false;
    expect(a.elector.isFresh).toBe(false);
    await world.advance(10);
    expect(a.ended).toBe('lost');
  });

  it('is not renewed by an answer that it reads after a long stop', async () => {
    const world = new World();
    const a = new Process(world, 'a', () => ({ latencyMs: 200 })).start();
    await world.advance(2_550);
    const b = new Process(world, 'b').start();
    // The renewal begun at 2.4 s was carried out; its answer waits in the socket.
    a.isSuspended = true;
    await world.advance(30_000);
    expect(b.elector.isFresh).toBe(true);
    a.isSuspended = false;
    await world.advance(0, () => expect(a.elector.isFresh).toBe(false));
    await world.advance(5_000, () => expect(a.elector.isFresh).toBe(false));
    expect(a.ended).toBe('lost');
  });

  it('goes on leading when the answer to a renewal was lost', async () => {
    const world = new World();
    let fate: Fate = { latencyMs: 5 };
    const a = new Process(world, 'a', () => fate).start();
    await world.advance(100);
    fate = { latencyMs: 5, lost: 'answer' };
    await world.advance(2_100);
    fate = { latencyMs: 5 };
    await world.advance(60_000);
    expect(a.elector.isFresh).toBe(true);
    expect(a.ended).toBeUndefined();
  });

  it('stops writing when its Lease is deleted, and gives up', async () => {
    const world = new World();
    const a = new Process(world, 'a').start();
    await world.advance(100);
    world.lease = undefined;
    a.watch();
    expect(a.elector.isFresh).toBe(false);
    await world.advance(10);
    expect(a.ended).toBe('lost');
  });

  it('refuses times that contradict each other', () => {
    const world = new World();
    const elector = (times: object) => () =>
      new LeaderElector({ ...settings, identity: 'a', ...times }, {} as LeaseStore, {
        onLeading: () => {},
        onSlowPath: () => {},
        onFailure: () => {},
      });
    expect(elector({ renewDeadlineMs: 15_000 })).toThrow(RangeError);
    expect(elector({ retryPeriodMs: 9_000 })).toThrow(RangeError);
    expect(world.lease).toBeUndefined();
  });

  it('never has two that may write, whatever is lost, late or suspended; and somebody leads when all is well', async () => {
    const fate = fc.record({
      latencyMs: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 12_000 })),
      lost: fc.option(fc.constantFrom('request' as const, 'answer' as const), { nil: undefined }),
    });
    const step = fc.record({
      who: fc.nat(2),
      do: fc.constantFrom('suspend', 'resume', 'cut off', 'reconnect', 'watch'),
      afterMs: fc.integer({ min: 0, max: 9_000 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fate, { minLength: 20, maxLength: 20 }),
        fc.array(step, { maxLength: 12 }),
        async (fates, steps) => {
          const world = new World();
          let isWell = false;
          let next = 0;
          const processes = ['a', 'b', 'c'].map(
            (identity) =>
              new Process(
                world,
                identity,
                () => (isWell ? undefined : fates[next++ % fates.length]) ?? { latencyMs: 5 },
              ),
          );
          for (const process of processes) process.start();
          const mayWrite = () => processes.filter(({ elector, isSuspended }) => !isSuspended && elector.isFresh);
          const check = () => expect(mayWrite().length).toBeLessThanOrEqual(1);
          for (const { who, do: what, afterMs } of steps) {
            await world.advance(afterMs, check);
            const process = processes[who];
            if (!process) continue;
            if (what === 'suspend') process.isSuspended = true;
            if (what === 'resume') process.isSuspended = false;
            if (what === 'cut off') process.isReachable = false;
            if (what === 'reconnect') process.isReachable = true;
            if (what === 'watch' && !process.isSuspended && world.lease) process.watch();
            check();
          }
          isWell = true;
          for (const process of processes) {
            process.isSuspended = false;
            process.isReachable = true;
          }
          // One that gave up has exited; its supervisor starts it anew.
          processes.push(new Process(world, 'd').start());
          await world.advance(60_000, check);
          expect(mayWrite()).toHaveLength(1);
          for (const process of processes) process.stop.abort();
          await world.advance(10_000);
        },
      ),
      { numRuns: 100 },
    );
  }, 30_000);
});
