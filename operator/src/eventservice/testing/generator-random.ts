// Test support: random choices that are the same for the same seed.

export interface Random {
  /** From 0 to 1, without 1. */
  next(): number;
  /** Both ends included. */
  whole(from: number, to: number): number;
  /** Whether something happens that happens in this share of cases. */
  chance(share: number): boolean;
  /** Throws a RangeError for an empty list. */
  pick<Item>(items: readonly Item[]): Item;
}

/** Mulberry32, by Tommy Ettinger: 32 bits of state are enough for choices. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    whole,
    chance: (share) => next() < share,
    pick: (items) => {
      const at = whole(0, items.length - 1);
      for (const item of items.slice(at, at + 1)) return item;
      throw new RangeError('there is nothing to pick from');
    },
  };
}
