import { createServer, type Server } from 'node:net';
import { Producer, stringSerializers } from '@platformatic/kafka';
import { type KafkaServer, startKafka } from '@sluice/cluster';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SluiceError } from '../errors.ts';
import type { KafkaAdmin, LiveTopic } from './admin.ts';
import { connectKafka } from './connect.ts';

let server: KafkaServer;
let admin: KafkaAdmin;

beforeAll(async () => {
  server = await startKafka();
  admin = connectKafka({ bootstrapServers: server.bootstrapServers });
});
afterAll(async () => {
  await admin?.close();
  await server?.stop();
});

async function topic(name: string): Promise<LiveTopic | undefined> {
  return (await admin.describeTopics()).get(name);
}

/** The topic's id; fails the test when it is not there. */
async function idOf(name: string): Promise<string> {
  const found = await topic(name);
  if (!found) throw new Error(`topic ${name} is not there`);
  return found.id;
}

async function failureOf(call: Promise<unknown>): Promise<SluiceError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SluiceError)) throw new Error(`expected a SluiceError, got ${error}`);
  return error;
}

describe('a cluster', () => {
  it('is described by its id and the release of its metadata', async () => {
    const { clusterId, version, brokers } = await admin.describeCluster();
    expect(clusterId).toMatch(/^[\w-]{22}$/);
    expect(version).toBe('4.3');
    expect(brokers).toBe(1);
  });
});

describe('topics', () => {
  it('are created in one go, each with its partitions and settings, and read back', async () => {
    await admin.createTopics([
      { topic: 'create.a', partitions: 3, replicas: 1, config: { 'retention.ms': '604800000' } },
      { topic: 'create.b', partitions: 1, config: { 'retention.ms': '604800000' } },
      { topic: 'create.c', config: {} },
    ]);
    expect(await topic('create.a')).toEqual({
      topic: 'create.a',
      id: expect.stringMatching(/^[\w-]{22}$/),
      partitions: 3,
      replicas: 1,
      config: { 'retention.ms': '604800000' },
    });
    expect(await topic('create.b')).toMatchObject({ partitions: 1, config: { 'retention.ms': '604800000' } });
    expect(await topic('create.c')).toMatchObject({ config: {} });
  });

  it('that are there already do not hinder those that are not', async () => {
    await admin.createTopics([{ topic: 'again.a', partitions: 2, config: {} }]);
    await admin.createTopics([
      { topic: 'again.a', partitions: 5, config: {} },
      { topic: 'again.b', partitions: 1, config: {} },
    ]);
    expect(await topic('again.a')).toMatchObject({ partitions: 2 });
    expect(await topic('again.b')).toMatchObject({ partitions: 1 });
  });

  it('that Kafka refuses are named with its own words, and the others are created', async () => {
    const failure = await failureOf(
      admin.createTopics([
        { topic: 'refused.a', partitions: 1, replicas: 3, config: {} },
        { topic: 'refused.b', partitions: 1, replicas: 1, config: {} },
      ]),
    );
    expect(failure).toMatchObject({ reason: 'TopicRefused' });
    expect(failure.message).toMatch(/^Topic refused\.a: Kafka at 127\.0\.0\.1:\d+ refused its creation: .*replicat/i);
    expect(await topic('refused.b')).toBeDefined();
  });

  it('with a setting that Kafka does not know are refused for good', async () => {
    const failure = await failureOf(admin.createTopics([{ topic: 'odd', config: { 'no.such.setting': '1' } }]));
    expect(failure).toMatchObject({ reason: 'TopicRefused', retry: 'terminal' });
    expect(failure.message).toContain('no.such.setting');
  });

  it('grow by partitions', async () => {
    await admin.createTopics([{ topic: 'grow', partitions: 1, config: {} }]);
    await admin.addPartitions('grow', 4);
    expect(await topic('grow')).toMatchObject({ partitions: 4 });
  });

  it('get and lose settings one by one', async () => {
    const config = { 'retention.ms': '1000000', 'cleanup.policy': 'compact' };
    await admin.createTopics([{ topic: 'alter', partitions: 1, config }]);
    await admin.alterTopicConfig('alter', {
      'retention.ms': '2000000',
      'segment.ms': '60000',
      'cleanup.policy': undefined,
    });
    expect((await topic('alter'))?.config).toEqual({ 'retention.ms': '2000000', 'segment.ms': '60000' });
  });

  it('are deleted by the id alone: one that was made anew stays', async () => {
    await admin.createTopics([{ topic: 'delete', partitions: 1, config: {} }]);
    const former = await idOf('delete');
    await admin.deleteTopic('delete', former);
    expect(await topic('delete')).toBeUndefined();
    await admin.createTopics([{ topic: 'delete', partitions: 1, config: {} }]);
    const id = await idOf('delete');
    expect(id).not.toBe(former);
    await admin.deleteTopic('delete', former);
    expect(await topic('delete')).toMatchObject({ id });
  });

  it('that are gone are deleted without complaint', async () => {
    await admin.deleteTopic('never.was', 'AAAAAAAAAAAAAAAAAAAAAA');
  });

  it('with records are told from empty ones', async () => {
    await admin.createTopics([
      { topic: 'records.some', partitions: 3, config: {} },
      { topic: 'records.none', partitions: 1, config: {} },
    ]);
    const producer = new Producer({
      clientId: 'test',
      bootstrapBrokers: [...server.bootstrapServers],
      serializers: stringSerializers,
    });
    await producer.send({ messages: [{ topic: 'records.some', key: 'k', value: 'v' }], acks: -1 });
    await producer.close();
    expect(await admin.topicsWithRecords(['records.some', 'records.none'])).toEqual(new Set(['records.some']));
  });
});

describe('a broker that cannot be reached', () => {
  it('is an error with its address and the next step, not a wait', async () => {
    const nobody = connectKafka({ bootstrapServers: ['127.0.0.1:1'] });
    const startedAt = performance.now();
    const failure = await failureOf(nobody.describeCluster());
    expect(failure).toMatchObject({ reason: 'BrokerUnreachable', retry: 'backoff' });
    expect(failure.message).toMatch(/^Kafka at 127\.0\.0\.1:1 does not answer \(.+\): check that the brokers run/);
    expect(performance.now() - startedAt).toBeLessThan(10_500);
    await nobody.close();
  });

  it('that takes the connection and says nothing is given up within 10 s', async () => {
    const mute: Server = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => mute.once('listening', resolve));
    const address = mute.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const stuck = connectKafka({ bootstrapServers: [`127.0.0.1:${port}`] });
    const startedAt = performance.now();
    expect(await failureOf(stuck.describeTopics())).toMatchObject({ reason: 'BrokerUnreachable' });
    expect(performance.now() - startedAt).toBeLessThan(10_500);
    await stuck.close();
    mute.close();
  });

  it('is used again once it is back, and knows its topics', async () => {
    await admin.createTopics([{ topic: 'survivor', partitions: 2, config: {} }]);
    const { id } = (await topic('survivor')) ?? { id: '' };
    await server.kill();
    expect(await failureOf(admin.describeTopics())).toMatchObject({ reason: 'BrokerUnreachable' });
    await server.start();
    await expect.poll(() => topic('survivor').catch(() => undefined), { timeout: 20_000 }).toMatchObject({ id });
  });
});
