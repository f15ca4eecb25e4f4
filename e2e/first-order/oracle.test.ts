import { expect, test } from 'vitest';
import { expectedAlerts } from './oracle.ts';
import { anOrder, type PlacedOrder } from './orders.ts';

/** One customer's orders, by amount and second. */
function orders(...amountsAt: readonly (readonly [cents: number, second: number])[]): readonly PlacedOrder[] {
  return amountsAt.map(([cents, second]) => ({
    ...anOrder('ada', cents),
    orderId: `o${cents}`,
    occurredAt: second * 1_000,
  }));
}

const ids = (placed: readonly PlacedOrder[]) => expectedAlerts(placed).map(({ alertId }) => alertId);

test('tells of three orders that rise tenfold within a minute', () => {
  expect(expectedAlerts(orders([100, 1], [101, 2], [1_000, 3]))).toEqual([
    {
      alertId: 'fraud-o1000',
      customerId: 'ada',
      currency: 'EUR',
      orderIds: ['o100', 'o101', 'o1000'],
      amountsCents: [100, 101, 1_000],
      detectedAt: 3_000,
    },
  ]);
});

test.each([
  { name: 'less than tenfold', placed: orders([100, 1], [101, 2], [999, 3]) },
  { name: 'a minute apart', placed: orders([100, 0], [101, 2], [1_000, 60]) },
  { name: 'no rise at the second', placed: orders([100, 1], [100, 2], [1_000, 3]) },
  { name: 'no rise at the third', placed: orders([100, 1], [2_000, 2], [1_500, 3]) },
  { name: 'another order in between', placed: orders([100, 1], [200, 2], [150, 3], [1_400, 4]) },
  {
    name: 'two currencies',
    placed: orders([100, 1], [101, 2], [1_000, 3]).map((order, index) => ({
      ...order,
      currency: index === 1 ? 'USD' : 'EUR',
    })),
  },
  {
    name: 'two customers',
    placed: orders([100, 1], [101, 2], [1_000, 3]).map((order, index) => ({
      ...order,
      customerId: index === 1 ? 'bob' : 'ada',
    })),
  },
])('passes over $name', ({ placed }) => {
  expect(ids(placed)).toEqual([]);
});

test('goes by the time of the orders, not by their place in the list', () => {
  expect(ids(orders([1_000, 3], [100, 1], [101, 2]))).toEqual(['fraud-o1000']);
});

test('counts an order in one alert at most', () => {
  expect(ids(orders([100, 1], [300, 2], [1_000, 3], [5_000, 4]))).toEqual(['fraud-o1000']);
});

test('looks on from the next order where a run fails', () => {
  expect(ids(orders([100, 1], [200, 2], [300, 3], [2_000, 4]))).toEqual(['fraud-o2000']);
});
