import { describe, expect, it } from 'vitest';
import { RecentlyUsed } from './recently-used.ts';

function aMemory(maxSize: number, maxAgeMs?: number) {
  const clock = { now: 0 };
  const reads: string[] = [];
  const memory = new RecentlyUsed<string>({
    maxSize,
    sizeOf: (value) => value.length,
    now: () => clock.now,
    ...(maxAgeMs === undefined ? {} : { maxAgeMs }),
  });
  const absent = new Set<string>();
  const get = (key: string) =>
    memory.get(key, async () => {
      reads.push(key);
      return absent.has(key) ? undefined : key;
    });
  return { clock, reads, absent, get };
}

describe('what never changes', () => {
  it('is read once', async () => {
    const { get, reads } = aMemory(10);
    expect([await get('a'), await get('a')]).toEqual(['a', 'a']);
    expect(reads).toEqual(['a']);
  });

  it('is read again once it was forgotten for others that were asked for since', async () => {
    const { get, reads } = aMemory(3);
    for (const key of ['a', 'b', 'c', 'a', 'd', 'a', 'b']) await get(key);
    // `b` was asked for longest ago when `d` came.
    expect(reads).toEqual(['a', 'b', 'c', 'd', 'b']);
  });

  it('is not kept where it is larger than all that may be kept', async () => {
    const { get, reads } = aMemory(3);
    for (const key of ['a', 'long', 'long', 'a']) await get(key);
    expect(reads).toEqual(['a', 'long', 'long', 'a']);
  });

  it('is read again once it is old', async () => {
    const { get, reads, clock } = aMemory(3, 1000);
    await get('a');
    clock.now = 999;
    await get('a');
    clock.now = 1000;
    await get('a');
    expect(reads).toEqual(['a', 'a']);
  });

  it('is asked for again while it is not there', async () => {
    const { get, reads, absent } = aMemory(3);
    absent.add('a');
    expect(await get('a')).toBeUndefined();
    absent.clear();
    expect(await get('a')).toBe('a');
    expect(reads).toEqual(['a', 'a']);
  });
});
