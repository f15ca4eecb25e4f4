import { expect, test } from 'vitest';
import { reasons } from '../api/index.ts';
import type { JobHealth } from '../engines/index.ts';
import { settled } from './health.ts';

const held: JobHealth = { backpressured: 'Match' };

/** What is told of one look after the other. */
function told(...looks: readonly JobHealth[]): readonly (string | undefined)[] {
  let former: Parameters<typeof settled>[1];
  return looks.map((seen) => {
    former = { seen, told: settled(seen, former) };
    return former.told?.backpressured;
  });
}

test('what holds a job up is told when it is there twice, and until it is away twice', () => {
  expect(told(held, {}, held, held, {}, held, {}, {}, held)).toEqual([
    ...[undefined, undefined, undefined, 'Match', 'Match', 'Match', 'Match', undefined, undefined],
  ]);
});

test('keeps its name while it lasts, so that nothing is written for another part of it', () => {
  expect(told(held, held, { backpressured: 'Sink' })).toEqual([undefined, 'Match', 'Match']);
});

test('trouble is told at once', () => {
  const trouble = { reason: reasons.restartLoop, message: 'again and again' };
  expect(settled({ trouble }, undefined)).toEqual({ trouble });
});
