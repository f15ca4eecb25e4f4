import { expect, test } from 'vitest';
import { RecentIds } from './recent-ids.ts';

test('has an effect once, though the event comes again', async () => {
  const ids = new RecentIds(10);
  let effects = 0;
  const effect = () => {
    effects += 1;
  };
  expect(await ids.once('a', effect)).toBe('Done');
  expect(await ids.once('a', effect)).toBe('Repeated');
  expect(effects).toBe(1);
});

test('tries an effect again that failed', async () => {
  const ids = new RecentIds(10);
  await expect(ids.once('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await ids.once('a', () => undefined)).toBe('Done');
});

test('forgets the oldest when it is full', async () => {
  const ids = new RecentIds(2);
  for (const id of ['a', 'b', 'c']) await ids.once(id, () => undefined);
  expect(await ids.once('b', () => undefined)).toBe('Repeated');
  expect(await ids.once('a', () => undefined)).toBe('Done');
});
