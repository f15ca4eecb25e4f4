// A broker and a registry that come and go every few seconds: nothing is lost, nobody is rolled, and all heals by itself.
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectKafka } from '../kafka/index.ts';
import {
  applyBus,
  applyService,
  deploymentOf,
  healMs,
  runPods,
  serviceNamed,
  startWorld,
  type World,
} from './testing/world.ts';

const flapMs = 60_000;
const beforeMs = 3_000;
const schema = JSON.stringify({ type: 'record', name: 'Seen', fields: [{ name: 'id', type: 'string' }] });
const publishing = (name: string) => ({ publishes: [{ topic: `shop.${name}`, schema: { inline: schema } }] });

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.startOperator();
  await applyBus(world);
});
afterAll(() => world?.stop());

it('services applied while broker and registry flap for a minute become Ready, and those that ran are left alone', async () => {
  await applyService(world, 'steady', publishing('steady'));
  await runPods(world, 'steady');
  const before = await deploymentOf(world, 'steady');

  const names: string[] = [];
  const until = performance.now() + flapMs;
  for (let round = 0; performance.now() < until; round++) {
    const server = round % 2 === 0 ? world.kafka : world.registry;
    await server.kill();
    const name = `late-${round}`;
    await applyService(world, name, publishing(name));
    names.push(name);
    await delay(beforeMs);
    await server.start();
    await delay(beforeMs);
  }
  expect(names.length).toBeGreaterThan(4);
  for (const name of names) await runPods(world, name, 2 * healMs);

  const kafka = connectKafka({ bootstrapServers: world.kafka.bootstrapServers });
  const topics = await kafka.describeTopics();
  await kafka.close();
  expect(names.filter((name) => !topics.has(`shop.${name}`))).toEqual([]);
  const after = await deploymentOf(world, 'steady');
  expect(after?.metadata.generation).toBe(before?.metadata.generation);
  const steady = (await serviceNamed(world, 'steady'))?.status?.topics;
  expect(steady).toEqual([expect.objectContaining({ topic: 'shop.steady', id: topics.get('shop.steady')?.id })]);
});
