import { describe, expect, it } from 'vitest';
import { Remembered } from './remembered.ts';

describe('a remembered answer', () => {
  it('is given again until it is old', async () => {
    let now = 0;
    let reads = 0;
    const remembered = new Remembered(
      1000,
      async () => ++reads,
      () => now,
    );
    expect(await remembered.get('a')).toBe(1);
    now = 999;
    expect(await remembered.get('a')).toBe(1);
    now = 1000;
    expect(await remembered.get('a')).toBe(2);
  });

  it('that failed is not kept, and all who waited learn of it', async () => {
    let reads = 0;
    const remembered = new Remembered(1000, async () => {
      reads++;
      if (reads === 1) throw new Error('away');
      return reads;
    });
    const both = await Promise.allSettled([remembered.get('a'), remembered.get('a')]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await remembered.get('a')).toBe(2);
  });

  it('is read anew for who wants it fresh, once for all who want that meanwhile', async () => {
    const answers = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    let reads = 0;
    const remembered = new Remembered(1000, () => answers[reads++]?.promise ?? Promise.resolve('third'));
    const old = remembered.get('a');
    const fresh = [remembered.fresh('a'), remembered.fresh('a')];
    answers[0]?.resolve('old');
    answers[1]?.resolve('new');
    expect([await old, ...(await Promise.all(fresh)), await remembered.get('a')]).toEqual(['old', 'new', 'new', 'new']);
    expect(await remembered.fresh('a')).toBe('third');
  });

  it('that was forgotten while it was read does not come back', async () => {
    const answers = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    let reads = 0;
    const remembered = new Remembered(1000, () => answers[reads++]?.promise ?? Promise.resolve('third'));
    const first = remembered.get('a');
    remembered.forget();
    const second = remembered.get('a');
    answers[1]?.resolve('new');
    answers[0]?.resolve('old');
    expect([await first, await second, await remembered.get('a')]).toEqual(['old', 'new', 'new']);
  });
});
