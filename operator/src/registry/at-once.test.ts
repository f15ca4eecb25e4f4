import { expect, it } from 'vitest';
import { atOnce } from './at-once.ts';

it('works on so many at once and no more, and keeps their order', async () => {
  const under = { way: 0, most: 0 };
  const results = await atOnce(3, [5, 1, 4, 2, 3], async (item) => {
    under.most = Math.max(under.most, ++under.way);
    for (let i = 0; i < item; i++) await Promise.resolve();
    under.way--;
    return item * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30]);
  expect(under.most).toBe(3);
});

it('begins nothing after a failure, and throws it when all have ended', async () => {
  const ended: number[] = [];
  const failing = atOnce(2, [1, 2, 3, 4], async (item) => {
    await Promise.resolve();
    if (item === 1) throw new Error('one');
    await Promise.resolve();
    ended.push(item);
  });
  await expect(failing).rejects.toThrow('one');
  expect(ended).toEqual([2]);
});

it('of nothing is nothing', async () => {
  expect(await atOnce(2, [], async () => 1)).toEqual([]);
});
