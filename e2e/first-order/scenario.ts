// The orders of the demo, from a seed: ordinary customers, suspicious ones, and near misses that must raise no alert.
// Pure: ids and times are the order service's, so what alerts must come is reckoned from its answers, by oracle.ts.
//
// Event time moves only as events come, and MATCH_RECOGNIZE tells of a match once the watermark has passed its last order.
// So the orders end with `closing`: a customer whose own three orders are suspicious, placed after all the others were
// answered. Its alert says that the watermark has passed every order before it, hence that no further alert can come. What
// passes the watermark over `closing` itself is a trickle of single orders from customers of their own (`trickleOrder`).
import { anOrder, type OrderRequest } from './orders.ts';

export interface Scenario {
  /** One list a customer, to be placed one after the other; customers in any order, at once. */
  readonly customers: readonly (readonly OrderRequest[])[];
  /** To be placed when all others are; its alert is the last. */
  readonly closing: readonly OrderRequest[];
  /** How many alerts the orders raise when they are all placed within a minute, the closing one's included. */
  readonly alerts: number;
}

/**
 * The scenario of a seed.
 * @param run told apart from other runs against the same topics by this, which is in every customer's id
 */
export function createScenario(seed: number, run: string): Scenario {
  const random = randomOf(seed);
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  let customers = 0;
  const customer = (kind: string) => {
    customers += 1;
    return `${run}-${kind}-${customers}`;
  };
  /** Three amounts that rise tenfold or more. */
  const rising = () => {
    const first = between(100, 900);
    const second = first + between(1, 500);
    return [first, second, Math.max(10 * first, second + 1) + between(0, 900)];
  };
  const orders = (id: string, amounts: readonly number[]) => amounts.map((cents) => anOrder(id, cents));

  // At most eight times the smallest, in whatever order they come.
  const ordinary = Array.from({ length: 10 }, () =>
    orders(
      customer('ordinary'),
      Array.from({ length: between(2, 5) }, () => between(500, 4_000)),
    ),
  );
  const suspicious = Array.from({ length: 5 }, () => {
    // What comes before falls and what comes after is small: neither is part of a rise.
    const before = Array.from({ length: between(0, 2) }, (_, index) => 90_000 - index);
    const after = Array.from({ length: between(0, 2) }, () => between(10, 20));
    return orders(customer('suspicious'), [...before, ...rising(), ...after]);
  });
  const nearMisses = [
    orders(customer('ninefold'), [1_000, 2_000, 9_999]),
    orders(customer('level'), [100, 100, 1_000]),
    orders(customer('dip'), [100, 1_200, 1_100]),
    orders(customer('interrupted'), [100, 200, 150, 1_400]),
    orders(customer('two-only'), [100, 5_000]),
    inTurn(customer('currencies'), rising(), ['EUR', 'USD', 'EUR']),
  ];
  const twice = orders(customer('twice'), [...rising(), ...rising()]);
  // The last three rise tenfold too, but two of them are in the first alert.
  const overlapping = orders(customer('overlapping'), [100, 300, 1_000, 5_000]);
  return {
    customers: shuffle([...ordinary, ...suspicious, ...nearMisses, twice, overlapping], random),
    closing: orders(`${run}-closing`, rising()),
    alerts: suspicious.length + 2 + 1 + 1,
  };
}

function inTurn(id: string, amounts: readonly number[], currencies: readonly string[]): readonly OrderRequest[] {
  return amounts.map((cents, index) => anOrder(id, cents, currencies[index]));
}

/** One order of a customer who never comes again. */
export function trickleOrder(run: string, number: number): OrderRequest {
  return anOrder(`${run}-trickle-${number}`, 100);
}

function shuffle<Item>(items: readonly Item[], random: () => number): readonly Item[] {
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ item }) => item);
}

/** Numbers in [0, 1) that a seed determines: mulberry32, by Tommy Ettinger, public domain. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
