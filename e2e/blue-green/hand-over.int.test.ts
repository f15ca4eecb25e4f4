import { expect, test } from 'vitest';
import { handOver } from './hand-over.ts';

test('three hand-overs under load lose nothing, double nothing and deliver nothing twice, and requests are answered', async () => {
  const { verdict, faults } = await handOver({ switches: 3, eventsPerSecond: 100, requestsPerSecond: 20 });
  expect(faults).toEqual([]);
  expect(verdict.switches).toBe(3);
  expect(verdict.events_sent).toBeGreaterThan(300);
  // The pod that is asked was open, draining and closed meanwhile.
  expect(verdict.http_requests).toBeGreaterThan(100);
  expect(verdict.handover_max_ms).toBeLessThan(3_000);
}, 120_000);
