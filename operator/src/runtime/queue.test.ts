import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type QueueClock, WorkQueue } from './queue.ts';

/** A clock that stands still until it is advanced. */
function aClock(): QueueClock & { advance(ms: number): void } {
  let now = 0;
  const timers = new Set<{ at: number; callback: () => void }>();
  return {
    now: () => now,
    after: (delayMs, callback) => {
      const timer = { at: now + delayMs, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance: (ms) => {
      now += ms;
      for (const timer of [...timers].filter(({ at }) => at <= now)) {
        if (timers.delete(timer)) timer.callback();
      }
    },
  };
}

/** What `get` gives at once; undefined when it would wait. */
async function take(
  queue: WorkQueue,
): Promise<{ readonly now: string | undefined; readonly later: Promise<string | undefined> }> {
  const later = queue.get();
  const now = await Promise.race([later, Promise.resolve().then(() => undefined)]);
  return { now, later };
}

describe('WorkQueue', () => {
  it('hands out a changed item once, however often it was added', async () => {
    const queue = new WorkQueue(aClock());
    queue.add('a');
    queue.add('a');
    expect(await queue.get()).toBe('a');
    queue.done('a');
    expect((await take(queue)).now).toBeUndefined();
  });

  it('never hands out an item in work, and redelivers it once when it changed meanwhile', async () => {
    const queue = new WorkQueue(aClock());
    queue.add('a');
    await queue.get();
    queue.add('a');
    queue.add('a');
    const second = await take(queue);
    expect(second.now).toBeUndefined();
    queue.done('a');
    expect(await second.later).toBe('a');
    queue.done('a');
    expect((await take(queue)).now).toBeUndefined();
  });

  it('prefers the higher priority, raises it on a second add, and is first-in first-out within one', async () => {
    const queue = new WorkQueue(aClock());
    queue.add('resync', { priority: -100 });
    queue.add('first');
    queue.add('raised', { priority: -100 });
    queue.add('raised', { priority: 1 });
    queue.add('last');
    expect([await queue.get(), await queue.get(), await queue.get(), await queue.get()]).toEqual([
      'raised',
      'first',
      'last',
      'resync',
    ]);
  });

  it('wakes a waiting worker when a delayed item is due, by the shorter of two delays', async () => {
    const clock = aClock();
    const queue = new WorkQueue(clock);
    const waiting = await take(queue);
    queue.add('a', { afterMs: 1_000 });
    queue.add('a', { afterMs: 100 });
    clock.advance(99);
    expect(queue.depth).toBe(0);
    clock.advance(1);
    expect(await waiting.later).toBe('a');
  });

  it('backs off a failing item and forgets it on success', async () => {
    const clock = aClock();
    const queue = new WorkQueue(clock);
    queue.addRateLimited('a');
    expect((await take(queue)).now).toBeUndefined();
    clock.advance(5);
    expect(queue.failures('a')).toBe(1);
    queue.forget('a');
    expect(queue.failures('a')).toBe(0);
  });

  it('releases every waiting worker on shutdown and takes nothing more', async () => {
    const queue = new WorkQueue(aClock());
    const waiting = [queue.get(), queue.get()];
    queue.shutDown();
    expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
    queue.add('a');
    expect(await queue.get()).toBeUndefined();
  });

  it('behaves as its specification over random histories', async () => {
    type Step =
      | { readonly do: 'add'; readonly key: string; readonly priority: number; readonly afterMs: number }
      | { readonly do: 'take' }
      | { readonly do: 'done'; readonly pick: number }
      | { readonly do: 'advance'; readonly ms: number };
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.record({
        do: fc.constant('add' as const),
        key: fc.constantFrom('a', 'b', 'c', 'd'),
        priority: fc.integer({ min: -2, max: 2 }),
        afterMs: fc.constantFrom(0, 0, 0, 5, 20),
      }),
      fc.record({ do: fc.constant('take' as const) }),
      fc.record({ do: fc.constant('done' as const), pick: fc.nat(3) }),
      fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 15 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const clock = aClock();
        const queue = new WorkQueue(clock);
        let waiting: { key: string; priority: number; at: number }[] = [];
        const inWork: string[] = [];
        // The specification: of what is due and not in work, the highest priority, then the longest in the queue.
        const due = () => waiting.filter(({ key, at }) => at <= clock.now() && !inWork.includes(key));
        const expected = () => due().sort((a, b) => b.priority - a.priority)[0];
        for (const each of steps) {
          if (each.do === 'add') {
            queue.add(each.key, each);
            const at = clock.now() + each.afterMs;
            const present = waiting.find(({ key }) => key === each.key);
            if (present) {
              present.priority = Math.max(present.priority, each.priority);
              present.at = Math.min(present.at, at);
            } else waiting.push({ key: each.key, priority: each.priority, at });
          } else if (each.do === 'advance') clock.advance(each.ms);
          else if (each.do === 'done') {
            const [key] = inWork.splice(each.pick, 1);
            if (key) queue.done(key);
          } else {
            const next = expected();
            if (!next) continue;
            expect(await queue.get()).toBe(next.key);
            waiting = waiting.filter(({ key }) => key !== next.key);
            inWork.push(next.key);
          }
          expect(queue.depth).toBe(due().length);
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
