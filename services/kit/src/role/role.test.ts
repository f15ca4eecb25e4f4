import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Role, runWhileOpen } from './role.ts';
import type { RoleState } from './role-files.ts';

/** Work that takes a few turns of the event loop to finish what it has in hand, and tells how much of it runs. */
class Work {
  running = 0;
  most = 0;
  begunWhileNotOpen = 0;
  readonly #role: Role;
  readonly #turnsToDrain: number;

  constructor(role: Role, turnsToDrain: number) {
    this.#role = role;
    this.#turnsToDrain = turnsToDrain;
  }

  readonly run = async (signal: AbortSignal): Promise<void> => {
    if (!this.#role.isOpen) this.begunWhileNotOpen += 1;
    this.running += 1;
    this.most = Math.max(this.most, this.running);
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await turns(this.#turnsToDrain);
    this.running -= 1;
  };
}

async function turns(count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) await turn();
}

const state = fc.constantFrom<RoleState>('open', 'draining', 'closed');
const history = fc.array(fc.record({ state, turnsUntilNext: fc.nat(4) }), { maxLength: 30 });

test('over any history one run at most is under way, none begins unless open, and in the end it runs just when open', async () => {
  await fc.assert(
    fc.asyncProperty(state, history, fc.nat(3), async (first, changes, turnsToDrain) => {
      const role = new Role(first);
      const work = new Work(role, turnsToDrain);
      const stop = new AbortController();
      const running = runWhileOpen(role, stop.signal, work.run);
      for (const change of changes) {
        role.become(change.state);
        await turns(change.turnsUntilNext);
      }
      await turns(turnsToDrain + 3);
      expect(work.running).toBe(role.isOpen ? 1 : 0);
      stop.abort();
      await running;
      expect(work).toMatchObject({ running: 0, begunWhileNotOpen: 0 });
      expect(work.most).toBeLessThan(2);
    }),
    { numRuns: 300 },
  );
});

test('waits for the work to finish what it has in hand before it settles', async () => {
  const role = new Role('open');
  const work = new Work(role, 5);
  const stop = new AbortController();
  const running = runWhileOpen(role, stop.signal, work.run);
  await turns(1);
  stop.abort();
  await running;
  expect(work).toMatchObject({ most: 1, running: 0 });
});

test('counts as just opened after an opening alone, not where it was open from the start', () => {
  const role = new Role('open');
  expect(role.hasOpenedWithin(60_000)).toBe(false);
  role.become('draining');
  expect(role.hasOpenedWithin(60_000)).toBe(false);
  role.become('open');
  expect(role.hasOpenedWithin(60_000)).toBe(true);
  expect(role.hasOpenedWithin(0)).toBe(false);
});

test('being told the same again ends no work', () => {
  const role = new Role('open');
  const { whileOpen } = role;
  role.become('open');
  expect(whileOpen.aborted).toBe(false);
  role.become('closed');
  expect(whileOpen.aborted).toBe(true);
});
