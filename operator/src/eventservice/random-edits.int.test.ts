// The first of the random edits of `random-edits.long.test.ts`, always the same ones, on brokers that ask for no login.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runEdits } from './testing/generator-run.ts';
import { startWorld, type World } from './testing/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.startOperator();
});
afterAll(() => world?.stop());

it('answers each of forty random edits, and is as at first with the first spec', async () => {
  const { taken, refused, shown } = await runEdits(world, 2, 40);
  expect(Math.min(taken, refused, shown)).toBeGreaterThan(0);
}, 180_000);
