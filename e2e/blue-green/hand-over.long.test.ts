import { expect, test } from 'vitest';
import { handOver } from './hand-over.ts';

const load = { eventsPerSecond: 100, requestsPerSecond: 20 };

test('twenty hand-overs under load lose nothing, double nothing and deliver nothing twice', async () => {
  const { verdict, faults } = await handOver({ switches: 20, ...load });
  console.log('20 hand-overs', JSON.stringify(verdict));
  expect(faults).toEqual([]);
  expect(verdict.switches).toBe(20);
  expect(verdict.handover_max_ms).toBeLessThan(10_000);
});

test('a broker that waits for further members, as it does by default, has a hand-over take that much longer', async () => {
  const { verdict, faults } = await handOver({
    switches: 3,
    ...load,
    settings: { 'group.initial.rebalance.delay.ms': '3000' },
  });
  console.log("with the broker's default", JSON.stringify(verdict));
  expect(faults).toEqual([]);
  expect(verdict.handover_p50_ms).toBeGreaterThan(3_000);
});
