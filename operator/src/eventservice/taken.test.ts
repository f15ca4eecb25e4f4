import { expect, test } from 'vitest';
import { Taken } from './taken.ts';

const anObject = (image: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'order' }, spec: { image } });

test('knows an object that was taken for a minute, and no other', () => {
  let now = 0;
  const taken = new Taken(() => now);
  taken.add(anObject('order:1'));
  expect(taken.has(anObject('order:1'))).toBe(true);
  expect(taken.has(anObject('order:2'))).toBe(false);
  now = 60_000;
  expect(taken.has(anObject('order:1'))).toBe(false);
});

test('forgets what is old with every new one', () => {
  let now = 0;
  const taken = new Taken(() => now);
  for (const image of ['a', 'b', 'c']) taken.add(anObject(image));
  now = 30_000;
  // Its minute begins anew.
  taken.add(anObject('a'));
  now = 60_000;
  taken.add(anObject('d'));
  expect(taken.size).toBe(2);
  expect(taken.has(anObject('a'))).toBe(true);
});
