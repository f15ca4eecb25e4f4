import { expect, test } from 'vitest';
import { expectedAlerts } from './oracle.ts';
import type { OrderRequest, PlacedOrder } from './orders.ts';
import { createScenario } from './scenario.ts';

const seeds = Array.from({ length: 200 }, (_, index) => index);

/** As the order service would answer, one order a millisecond. */
function placed(requests: readonly OrderRequest[], beginAt = 1_000_000): readonly PlacedOrder[] {
  return requests.map((request, index) => ({ ...request, orderId: `o${index}`, occurredAt: beginAt + index }));
}

test('gives the same orders for the same seed, and others for another', () => {
  expect(createScenario(7, 'run')).toEqual(createScenario(7, 'run'));
  expect(createScenario(8, 'run')).not.toEqual(createScenario(7, 'run'));
});

test.each([
  ['at least 60 orders', (count: number) => count >= 60],
  ['few enough for a minute', (count: number) => count <= 150],
])('has %s, whatever the seed', (_name, fits) => {
  for (const seed of seeds) {
    const { customers, closing } = createScenario(seed, 'run');
    expect(fits(customers.flat().length + closing.length)).toBe(true);
  }
});

test('raises alerts for its suspicious customers and for no near miss, whatever the seed', () => {
  for (const seed of seeds) {
    const { customers, closing, alerts } = createScenario(seed, 'run');
    const expected = expectedAlerts(placed([...customers.flat(), ...closing]));
    expect(expected).toHaveLength(alerts);
    const kinds = expected.map(({ customerId }) => customerId.split('-')[1]);
    expect(new Set(kinds)).toEqual(new Set(['suspicious', 'twice', 'overlapping', 'closing']));
    expect(kinds.at(-1)).toBe('closing');
    expect(
      new Set(expected.filter(({ customerId }) => customerId.includes('suspicious')).map((alert) => alert.customerId))
        .size,
    ).toBe(5);
  }
});

test('gives each customer to one list, so that their orders keep their order', () => {
  const { customers, closing } = createScenario(1, 'run');
  const owners = [...customers, closing].map((list) => new Set(list.map(({ customerId }) => customerId)));
  expect(owners.every((ids) => ids.size === 1)).toBe(true);
  expect(new Set(owners.flatMap((ids) => [...ids])).size).toBe(owners.length);
});
