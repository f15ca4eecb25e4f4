import { Producer, stringSerializers } from '@platformatic/kafka';
import { type KafkaServer, type RegistryServer, startKafka, startRegistry } from '@sluice/cluster';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { annotations } from '../api/index.ts';
import { carryOut } from '../plan/index.ts';
import { BusConnections } from './connections.ts';
import { decideOnBus } from './decide.ts';
import type { BusDecision } from './observation.ts';
import { observeBus } from './observe.ts';
import { eventServices, streamJobs } from './resources.ts';
import { aWorld, putBus, putConfigMap, putJob, putService, type World } from './testing/world.ts';
import type { BusDependent } from './watches.ts';

let kafka: KafkaServer;
let registry: RegistryServer;
const buses = new BusConnections();

beforeAll(async () => {
  [kafka, registry] = await Promise.all([startKafka(), startRegistry()]);
});
afterAll(async () => {
  await buses.close();
  await Promise.all([kafka?.stop(), registry?.stop()]);
});

function aWorldWithBus(): World {
  const world = aWorld();
  putBus(world, {
    kafka: { external: { bootstrapServers: kafka.bootstrapServers } },
    schemaRegistry: { url: registry.url, compatibility: 'FullTransitive' },
    topicDefaults: { partitions: 2, replicas: 1, config: { 'segment.ms': '3600000' } },
  });
  return world;
}

async function decide(world: World, object: BusDependent): Promise<BusDecision> {
  return decideOnBus(await observeBus(object, world, buses), new Date());
}

/** One reconcile: decides, acts, and gives the resource the status that comes of looking again. */
async function reconcile<T extends BusDependent>(
  world: World,
  object: T,
): Promise<{ readonly object: T; readonly decision: BusDecision }> {
  const observation = await observeBus(object, world, buses);
  if (observation.state !== 'available') throw new Error(observation.verdict.message);
  const { changes } = decideOnBus(observation, new Date());
  const resource = object.kind === 'EventService' ? eventServices : streamJobs;
  const ports = { client: world.client, cache: world.cache, fieldManager: 'test', ...observation.ports };
  const outcome = await carryOut(changes, { resource, object }, ports);
  if (outcome.failure) throw outcome.failure.error;
  const decision = await decide(world, object);
  const { topics, subjects } = decision;
  return { object: { ...object, status: { ...object.status, topics, subjects } }, decision };
}

async function live(topic: string) {
  const world = aWorldWithBus();
  const observation = await observeBus(putService(world, {}), world, buses);
  return observation.state === 'available' ? observation.live.get(topic) : undefined;
}

async function send(topic: string): Promise<void> {
  const producer = new Producer({
    clientId: 'test',
    bootstrapBrokers: [...kafka.bootstrapServers],
    serializers: stringSerializers,
  });
  await producer.send({ messages: [{ topic, key: 'k', value: 'v' }], acks: -1 });
  await producer.close();
}

const record = (...fields: object[]) => JSON.stringify({ type: 'record', name: 'Order', namespace: 'shop', fields });
const id = { name: 'id', type: 'string' };

describe('a service on a real broker and registry', () => {
  it('gets its topics, dead-letter topics and schemas, and then needs nothing more', async () => {
    const world = aWorldWithBus();
    const service = putService(world, {
      publishes: [
        {
          topic: 'full.orders',
          partitions: 3,
          config: { 'retention.ms': '604800000' },
          schema: { inline: record(id) },
        },
        { topic: 'full.plain' },
      ],
      consumes: [{ topic: 'full.orders', deadLetter: { topic: 'full.orders.dlq' } }],
    });
    const first = await reconcile(world, service);
    // The dead-letter topic waited for its source.
    const { object, decision } = await reconcile(world, first.object);
    expect(decision.changes).toEqual([]);
    expect(decision.verdicts).toMatchObject([
      { type: 'SchemasCompatible', status: 'True', reason: 'Compatible' },
      { type: 'TopicsReady', status: 'True', reason: 'InSync' },
    ]);
    expect(object.status?.topics).toMatchObject([
      { topic: 'full.orders', partitions: 3, replicas: 1, config: ['retention.ms', 'segment.ms'] },
      { topic: 'full.plain', partitions: 2 },
      { topic: 'full.orders.dlq', partitions: 3 },
    ]);
    expect(object.status?.subjects).toMatchObject([
      { subject: 'full.orders-value', version: 1, id: expect.any(Number) },
    ]);
    const level = await fetch(`${registry.url}/config/full.orders-value`);
    expect(await level.json()).toEqual({ compatibilityLevel: 'FULL_TRANSITIVE' });
  });

  it('that breaks its readers is refused and nothing changes; mended, it goes on', async () => {
    const world = aWorldWithBus();
    putConfigMap(world, 'schemas', { order: record(id) });
    const schema = { configMapKeyRef: { name: 'schemas', key: 'order' } };
    const { object } = await reconcile(world, putService(world, { publishes: [{ topic: 'break.orders', schema }] }));
    putConfigMap(world, 'schemas', { order: record(id, { name: 'total', type: 'long' }) });
    const broken = await reconcile(world, object);
    expect(broken.decision).toMatchObject({ mayRoll: false, changes: [] });
    expect(broken.decision.verdicts[0]).toMatchObject({ reason: 'SchemaIncompatible', effect: 'stalled' });
    expect(broken.decision.verdicts[0]?.message).toContain('Order.total is not in version 1 and has no default');
    expect(broken.object.status?.subjects).toEqual(object.status?.subjects);
    putConfigMap(world, 'schemas', { order: record(id, { name: 'total', type: 'long', default: 0 }) });
    const mended = await reconcile(world, broken.object);
    expect(mended.decision).toMatchObject({ mayRoll: true, changes: [] });
    expect(mended.object.status?.subjects).toMatchObject([{ version: 2 }]);
  });

  it('registers nothing for a schema that differs in its doc alone', async () => {
    const world = aWorldWithBus();
    const publishes = (text: string) => ({ publishes: [{ topic: 'doc.orders', schema: { inline: text } }] });
    const { object } = await reconcile(world, putService(world, publishes(record(id))));
    const same = record({ ...id, doc: 'Its id.' });
    const edited = { ...object, spec: putService(world, publishes(same)).spec };
    expect(await decide(world, edited)).toMatchObject({ changes: [], mayRoll: true });
  });

  it('has its settings put back when somebody changes them, and gets partitions that are declared', async () => {
    const world = aWorldWithBus();
    const topic = 'drift.orders';
    const service = putService(world, { publishes: [{ topic, config: { 'retention.ms': '604800000' } }] });
    const { object } = await reconcile(world, service);
    const observation = await observeBus(object, world, buses);
    if (observation.state !== 'available') throw new Error(observation.verdict.message);
    await observation.ports.topics.alterTopicConfig(topic, { 'segment.ms': '60000', 'retention.ms': undefined });
    const grown = {
      ...object,
      spec: putService(world, { publishes: [{ topic, partitions: 5, config: { 'retention.ms': '604800000' } }] }).spec,
    };
    const { decision } = await reconcile(world, grown);
    expect(decision.changes).toEqual([]);
    expect(await live(topic)).toMatchObject({
      partitions: 5,
      config: { 'retention.ms': '604800000', 'segment.ms': '3600000' },
    });
  });

  it('that is deleted takes an empty topic along, keeps one with records, and deletes that when it is approved', async () => {
    const world = aWorldWithBus();
    const publishes = [
      { topic: 'gone.empty', deletionPolicy: 'Delete' },
      { topic: 'gone.full', deletionPolicy: 'Delete' },
      { topic: 'gone.kept' },
    ] as const;
    const { object } = await reconcile(world, putService(world, { publishes }));
    await send('gone.full');
    const deleting = {
      ...object,
      metadata: { ...object.metadata, deletionTimestamp: new Date().toISOString() },
    };
    const { notices } = await decide(world, deleting);
    expect(notices.map(({ note }) => note.split(' ')[1])).toEqual(['gone.full', 'gone.kept']);
    await reconcile(world, deleting);
    expect(await live('gone.empty')).toBeUndefined();
    expect(await live('gone.full')).toBeDefined();
    expect(await live('gone.kept')).toBeDefined();
    const hash = /sluice\.dev\/approve: ([0-9a-f]{16})/.exec(notices[0]?.note ?? '')?.[1] ?? '';
    const approved = { ...deleting, metadata: { ...deleting.metadata, annotations: { [annotations.approve]: hash } } };
    await reconcile(world, approved);
    expect(await live('gone.full')).toBeUndefined();
    expect(await live('gone.kept')).toBeDefined();
  });

  it('has schemas that use each other, and takes their subjects along but for those that others use', async () => {
    const world = aWorldWithBus();
    const money = JSON.stringify({ type: 'record', name: 'Money', namespace: 'shop', fields: [id] });
    const priced = record({ name: 'price', type: 'Money' });
    const references = [{ name: 'shop.Money', subject: 'ref.money-value', version: 1 }];
    const publishes = [
      { topic: 'ref.orders', deletionPolicy: 'Delete', schema: { inline: priced, references } },
      { topic: 'ref.money', deletionPolicy: 'Delete', schema: { inline: money } },
    ] as const;
    const first = await reconcile(world, putService(world, { publishes }));
    const { object, decision } = await reconcile(world, first.object);
    expect(decision).toMatchObject({ changes: [], mayRoll: true });
    expect(object.status?.subjects).toMatchObject([
      { subject: 'ref.orders-value', version: 1, deletionPolicy: 'Delete' },
      { subject: 'ref.money-value', version: 1, deletionPolicy: 'Delete' },
    ]);
    const subjects = async () => (await fetch(`${registry.url}/subjects`)).json();
    const deletionTimestamp = new Date().toISOString();
    const deleting = { ...object, metadata: { ...object.metadata, deletionTimestamp } };
    const { notices } = await decide(world, deleting);
    expect(notices).toMatchObject([{ note: expect.stringMatching(/^Subject ref\.money-value is retained/) }]);
    await reconcile(world, deleting);
    expect([await live('ref.orders'), await live('ref.money')]).toEqual([undefined, undefined]);
    expect(await subjects()).toContain('ref.money-value');
    expect(await subjects()).not.toContain('ref.orders-value');
  });

  it('goes live by approval with what Sluice alone refuses, and says so from then on', async () => {
    const world = aWorldWithBus();
    const priced = (precision: number) =>
      record({ name: 'price', type: { type: 'bytes', logicalType: 'decimal', precision, scale: 2 } });
    const publishing = (precision: number) => ({
      publishes: [{ topic: 'approve.orders', schema: { inline: priced(precision) } }],
    });
    const { object } = await reconcile(world, putService(world, publishing(10)));
    const edited = { ...object, spec: putService(world, publishing(12)).spec };
    const [refused] = (await decide(world, edited)).verdicts;
    expect(refused).toMatchObject({ type: 'SchemasCompatible', reason: 'SchemaIncompatible' });
    const word = /sluice\.dev\/approve: ([0-9a-f]{16})/.exec(refused?.message ?? '')?.[1] ?? '';
    const metadata = { ...edited.metadata, annotations: { [annotations.approve]: word } };
    const approved = await reconcile(world, { ...edited, metadata });
    const told =
      "By approval and against Sluice's own check: version 2 of subject approve.orders-value, since Order.price";
    expect(approved.decision.verdicts[0]).toMatchObject({ status: 'True', message: expect.stringContaining(told) });
    const later = await decide(world, { ...approved.object, metadata: edited.metadata });
    expect(later.verdicts[0]).toMatchObject({ status: 'True', message: expect.stringContaining(told) });
  });

  it('finds its schemas registered again when the registry forgot them', async () => {
    const world = aWorldWithBus();
    const service = putService(world, { publishes: [{ topic: 'forgot.orders', schema: { inline: record(id) } }] });
    const { object } = await reconcile(world, service);
    const observation = await observeBus(object, world, buses);
    if (observation.state !== 'available') throw new Error(observation.verdict.message);
    await observation.ports.schemas?.deleteSubject('forgot.orders-value');
    const again = await reconcile(world, object);
    expect(again.decision).toMatchObject({ changes: [], mayRoll: true });
    expect(await (await fetch(`${registry.url}/subjects`)).json()).toContain('forgot.orders-value');
  });
});

describe('a job on a real broker and registry', () => {
  it('sees the newest schema of what it reads, and none where there is none', async () => {
    const world = aWorldWithBus();
    await reconcile(
      world,
      putService(world, {
        publishes: [{ topic: 'read.orders', schema: { inline: record(id) } }, { topic: 'read.raw' }],
      }),
    );
    const job = putJob(world, {
      reads: [
        { topic: 'read.orders', as: 'orders' },
        { topic: 'read.raw', as: 'raw' },
      ],
      writes: [],
    });
    const observation = await observeBus(job, world, buses);
    if (observation.state !== 'available') throw new Error(observation.verdict.message);
    expect(observation.readSchemas.get('read.orders')).toMatchObject({ state: 'found', version: 1 });
    expect(observation.readSchemas.get('read.raw')).toEqual({ state: 'none' });
  });
});
