import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judge, type Observations, type Switch } from './check.ts';

const forced: Switch = { fromMs: 5_000, untilMs: 6_000, isDrained: false };
const switches: readonly Switch[] = [
  { fromMs: 1_000, untilMs: 2_000, isDrained: true },
  { fromMs: 3_000, untilMs: 4_000, isDrained: true },
  forced,
];

/** An event every 10 ms over 8 s, each with its effect 3 ms later, and a request each. */
function aFaultlessRun(): Observations {
  const ids = Array.from({ length: 800 }, (_, index) => index + 1);
  return {
    sent: ids.map((id) => ({ id, key: id % 4, sentMs: id * 10, isAcknowledged: true })),
    deliveries: ids.map((id) => ({ id, pod: 'blue-0', atMs: id * 10 + 2 })),
    effects: ids.map((id) => ({ id, atMs: id * 10 + 3 })),
    requests: ids.map((id) => ({ connection: id % 2 === 0 ? 'Kept' : 'Fresh', atMs: id * 10 })),
  };
}

const without = <Item extends { readonly id: number }>(items: readonly Item[], id: number) =>
  items.filter((item) => item.id !== id);

test('finds nothing wrong with a run in which nothing is', () => {
  const { verdict, faults } = judge(aFaultlessRun(), switches);
  expect(faults).toEqual([]);
  expect(verdict).toEqual({
    switches: 3,
    http_requests: 800,
    http_failed: 0,
    events_sent: 800,
    events_lost: 0,
    effects_doubled: 0,
    effects_unknown: 0,
    effects_out_of_order: 0,
    redelivered_drained: 0,
    redelivered_forced: 0,
    redelivered_outside: 0,
    handover_p50_ms: 3,
    handover_max_ms: 3,
  });
});

test.each<{ name: string; plant: (run: Observations) => Observations; finds: object; says: RegExp }>([
  {
    name: 'an event that is lost',
    plant: (run) => ({ ...run, effects: without(run.effects, 350), deliveries: without(run.deliveries, 350) }),
    finds: { events_lost: 1 },
    says: /^1 lost: 350 sent at 3500$/,
  },
  {
    name: 'an event that was delivered but did nothing',
    plant: (run) => ({ ...run, effects: without(run.effects, 350) }),
    finds: { events_lost: 1, redelivered_drained: 0 },
    says: /^1 lost: 350/,
  },
  {
    name: 'an effect that is doubled',
    plant: (run) => ({ ...run, effects: [...run.effects, { id: 350, atMs: 9_000 }] }),
    finds: { effects_doubled: 1, effects_out_of_order: 0 },
    says: /^1 doubled: 350 again at 9000$/,
  },
  {
    name: 'an effect of what nobody sent',
    plant: (run) => ({ ...run, effects: [...run.effects, { id: 4_711, atMs: 9_000 }] }),
    finds: { effects_unknown: 1 },
    says: /^1 never sent: 4711$/,
  },
  {
    name: 'an event that overtook another of its key',
    plant: (run) => {
      const late = run.effects.find(({ id }) => id === 350);
      return { ...run, effects: [...without(run.effects, 350), ...(late ? [{ ...late, atMs: 9_000 }] : [])] };
    },
    finds: { effects_out_of_order: 1, events_lost: 0 },
    says: /^1 out of order: 350/,
  },
  {
    name: 'a redelivery in a switch that drained',
    plant: (run) => ({ ...run, deliveries: [...run.deliveries, { id: 350, pod: 'green-1', atMs: 3_600 }] }),
    finds: { redelivered_drained: 1, redelivered_forced: 0, effects_doubled: 0 },
    says: /^1 redelivered though drained: 350 to green-1 at 3600$/,
  },
  {
    name: 'a redelivery while nothing is switched',
    plant: (run) => ({ ...run, deliveries: [...run.deliveries, { id: 350, pod: 'green-1', atMs: 9_000 }] }),
    finds: { redelivered_outside: 1, redelivered_drained: 0 },
    says: /^1 redelivered outside any switch: 350/,
  },
  {
    name: 'a request that failed',
    plant: (run) => ({ ...run, requests: [...run.requests, { connection: 'Kept', atMs: 1_500, problem: 'reset' }] }),
    finds: { http_failed: 1 },
    says: /^1 failed requests: Kept at 1500: reset$/,
  },
])('finds $name', ({ plant, finds, says }) => {
  const { verdict, faults } = judge(plant(aFaultlessRun()), switches);
  expect(verdict).toMatchObject(finds);
  expect(faults).toEqual([expect.stringMatching(says)]);
});

test('counts redeliveries of a forced switch and faults nobody for them', () => {
  const run = aFaultlessRun();
  const again = [540, 541, 542].map((id) => ({ id, pod: 'green-0', atMs: 5_500 }));
  const { verdict, faults } = judge({ ...run, deliveries: [...run.deliveries, ...again] }, switches);
  expect(verdict).toMatchObject({ redelivered_forced: 3, redelivered_drained: 0, redelivered_outside: 0 });
  expect(faults).toEqual([]);
});

test('does not miss an event that the broker never acknowledged, nor mind it when it came', () => {
  const run = aFaultlessRun();
  const sent = run.sent.map((event) => (event.id === 350 ? { ...event, isAcknowledged: false } : event));
  expect(judge({ ...run, sent }, switches).faults).toEqual([]);
  expect(judge({ ...run, sent, effects: without(run.effects, 350) }, switches).faults).toEqual([]);
});

test('takes the oldest event of each switch for its gap: the middle one and the worst over all', () => {
  const run = aFaultlessRun();
  const late = new Map([
    [110, 400],
    [310, 800],
    [510, 200],
  ]);
  const effects = run.effects.map(({ id, atMs }) => ({ id, atMs: atMs + (late.get(id) ?? 0) }));
  // Of another key each, so that nothing is overtaken.
  const sent = run.sent.map((event) => (late.has(event.id) ? { ...event, key: 100 + event.id } : event));
  const { verdict } = judge({ ...run, sent, effects }, switches);
  expect(verdict).toMatchObject({ handover_p50_ms: 403, handover_max_ms: 803 });
});

test('finds as many faults as were planted, wherever they are', () => {
  const ids = fc.uniqueArray(fc.integer({ min: 1, max: 800 }), { maxLength: 20 });
  fc.assert(
    fc.property(ids, ids, ids, (lost, doubled, redelivered) => {
      const run = aFaultlessRun();
      const kept = run.effects.filter(({ id }) => !lost.includes(id));
      const twice = kept.filter(({ id }) => doubled.includes(id)).map(({ id }) => ({ id, atMs: 9_000 }));
      const again = redelivered.map((id) => ({ id, pod: 'green-0', atMs: 9_000 }));
      const { verdict } = judge(
        { ...run, effects: [...kept, ...twice], deliveries: [...run.deliveries, ...again] },
        switches,
      );
      expect(verdict).toMatchObject({
        events_lost: lost.length,
        effects_doubled: twice.length,
        redelivered_outside: redelivered.length,
      });
    }),
  );
});
