// A namespace that is deleted goes, whatever holds its services: records that nobody approved to lose, brokers that are away.
import { Producer, stringSerializers } from '@platformatic/kafka';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../runtime/testing/cluster.ts';
import {
  applyBus,
  applyService,
  healMs,
  liveTopics,
  runPods,
  serviceNamed,
  startWorld,
  type World,
} from './testing/world.ts';

const path = '/api/v1/namespaces/shop';
const topics = { full: 'shop.full', empty: 'shop.empty' };

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.startOperator();
});
afterAll(() => world?.stop());

/** Services with topics that are to go with them, one of which holds a record. */
async function settle(): Promise<void> {
  await applyBus(world);
  for (const [name, topic] of Object.entries(topics)) {
    await applyService(world, name, { publishes: [{ topic, deletionPolicy: 'Delete' }] });
    await runPods(world, name, healMs);
    expect((await serviceNamed(world, name))?.metadata.finalizers).toEqual(['sluice.dev/cleanup']);
  }
  const bootstrapBrokers = [...world.kafka.bootstrapServers];
  const producer = new Producer({ clientId: 'test', bootstrapBrokers, serializers: stringSerializers });
  await producer.send({ messages: [{ topic: topics.full, key: 'k', value: 'v' }], acks: -1 });
  await producer.close();
}

async function deleteNamespace(): Promise<void> {
  expect((await world.call(path, { method: 'DELETE' })).status).toBe(200);
  await eventually('the namespace is gone', async () => (await world.call(path)).status === 404, 3 * healMs);
}

it('goes without waiting for an approval, and leaves what holds records', async () => {
  await settle();
  await deleteNamespace();
  expect((await liveTopics(world)).has(topics.full)).toBe(true);
});

it('goes while the brokers are away, and leaves what they hold', async () => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
  expect((await world.call('/api/v1/namespaces', { method: 'POST', body: namespace })).status).toBe(201);
  await settle();
  await world.kafka.kill();
  await deleteNamespace();
  await world.kafka.start();
  await eventually('the brokers answer', async () => (await liveTopics(world)).has(topics.full), healMs);
});
