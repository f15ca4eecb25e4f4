// A thousand random edits of a service, valid and invalid, on brokers that ask for a login. SLUICE_EDITS is their number,
// SLUICE_SEED what they are made from; without it, another one each time.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runEdits } from './testing/generator-run.ts';
import { startWorld, type World } from './testing/world.ts';

const count = Number(process.env['SLUICE_EDITS'] ?? 1_000);
const seed = Number(process.env['SLUICE_SEED'] ?? Math.floor(Math.random() * 1_000_000));

let world: World;
beforeAll(async () => {
  world = await startWorld({ username: 'admin', password: 'admin-secret' });
  await world.startOperator();
});
afterAll(() => world?.stop());

it(`answers each of ${count} random edits (SLUICE_SEED=${seed}), and is as at first with the first spec`, async () => {
  const begun = performance.now();
  const counts = await runEdits(world, seed, count);
  const seconds = Math.round((performance.now() - begun) / 1_000);
  console.log(`SLUICE_SEED=${seed} SLUICE_EDITS=${count}: ${JSON.stringify(counts)} in ${seconds} s`);
  expect(counts.taken + counts.refused + counts.shown).toBe(count);
});
