import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ItemBackoff } from './backoff.ts';

describe('ItemBackoff', () => {
  it('doubles from 5 ms for each failure of an item', () => {
    const backoff = new ItemBackoff();
    expect([1, 2, 3, 4].map(() => backoff.next('a'))).toEqual([5, 10, 20, 40]);
  });

  it('keeps the counts of items apart and starts anew after forget', () => {
    const backoff = new ItemBackoff();
    backoff.next('a');
    backoff.next('a');
    expect(backoff.next('b')).toBe(5);
    backoff.forget('a');
    expect(backoff.failures('a')).toBe(0);
    expect(backoff.next('a')).toBe(5);
  });

  it('never shrinks and never passes 1000 s, however often an item fails', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), (failures) => {
        const backoff = new ItemBackoff();
        let previous = 0;
        for (let i = 0; i < failures; i++) {
          const delay = backoff.next('a');
          expect(delay).toBeGreaterThanOrEqual(previous);
          expect(delay).toBeLessThanOrEqual(1_000_000);
          previous = delay;
        }
      }),
      { numRuns: 50 },
    );
  });
});
