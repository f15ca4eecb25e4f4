// Consumer groups of both protocols on a real broker: who is in them, when they are empty, where they stand.
import { Consumer, stringDeserializers } from '@platformatic/kafka';
import { type KafkaServer, startKafka } from '@sluice/cluster';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../runtime/testing/cluster.ts';
import type { KafkaAdmin } from './admin.ts';
import { connectKafka } from './connect.ts';

let server: KafkaServer;
let admin: KafkaAdmin;
beforeAll(async () => {
  server = await startKafka();
  admin = connectKafka({ bootstrapServers: server.bootstrapServers });
  await admin.createTopics([{ topic: 'shop.payments', partitions: 3, replicas: 1, config: {} }]);
});
afterAll(async () => {
  await admin?.close();
  await server?.stop();
});

type Protocol = 'classic' | 'consumer';

/** Reads the topic until the test has ended, or it is closed. */
async function aMember(group: string, protocol: Protocol, clientId = 'order-a-1') {
  const consumer = new Consumer({
    clientId,
    groupId: group,
    groupProtocol: protocol,
    bootstrapBrokers: [...server.bootstrapServers],
    deserializers: stringDeserializers,
  });
  onTestFinished(() => consumer.close(true).catch(() => {}));
  const stream = await consumer.consume({ topics: ['shop.payments'], autocommit: false });
  stream.on('error', () => {
    // It is evicted in the course of the test.
  });
  return consumer;
}

async function groupOf(name: string) {
  return (await admin.describeGroups([name])).get(name);
}

describe.each<Protocol>(['classic', 'consumer'])('a group of the %s protocol', (protocol) => {
  it('tells its members, their partitions and when it is empty', async () => {
    const group = `shop.told-${protocol}`;
    expect(await groupOf(group)).toEqual({ state: 'absent' });
    const member = await aMember(group, protocol);
    const seen = await eventually('the member has all partitions', async () => {
      const found = await groupOf(group);
      const isWhole = found?.state === 'known' && found.members[0]?.partitions?.get('shop.payments')?.length === 3;
      return isWhole && found.isStable && found;
    });
    expect(seen).toMatchObject({ type: protocol, isEmpty: false, members: [{ host: '127.0.0.1' }] });
    expect(seen.members[0]?.clientId).toContain('order-a-1');
    await member.close(true);
    await eventually('it is empty', async () => {
      const found = await groupOf(group);
      return found?.state === 'known' && found.isEmpty;
    });
  });
});

describe('offsets', () => {
  it('are committed in a group that nobody reads in, which then is there and empty', async () => {
    await admin.commitOffsets('shop.first', { 'shop.payments': { 0: 0, 2: 7 } });
    expect(await groupOf('shop.first')).toMatchObject({ state: 'known', type: 'classic', isEmpty: true, members: [] });
    expect(await admin.committedOffsets(['shop.first'])).toEqual(
      new Map([['shop.first', { 'shop.payments': { 0: 0, 2: 7 } }]]),
    );
  });

  it('are left as they are in a group that has members', async () => {
    await aMember('shop.live', 'classic');
    await eventually('it has a member', async () => {
      const found = await groupOf('shop.live');
      return found?.state === 'known' && found.isStable;
    });
    await admin.commitOffsets('shop.live', { 'shop.payments': { 0: 5 } });
    expect((await admin.committedOffsets(['shop.live'])).get('shop.live')).toEqual({});
  });

  it('lie between the ends of the log', async () => {
    const topics = [{ topic: 'shop.payments', partitions: 3 }];
    const ends = { 'shop.payments': { 0: 0, 1: 0, 2: 0 } };
    expect(await admin.logEnds(topics, 'Earliest')).toEqual(ends);
    expect(await admin.logEnds(topics, 'Latest')).toEqual(ends);
  });
});

it('lets members go, and those that are gone already', async () => {
  await aMember('shop.evicted', 'classic');
  const found = await eventually('it has a member', async () => {
    const group = await groupOf('shop.evicted');
    return group?.state === 'known' && group.isStable && group;
  });
  await admin.evictMembers('shop.evicted', found.members);
  await eventually('that member is gone', async () => {
    const group = await groupOf('shop.evicted');
    return group?.state === 'known' && !group.members.some(({ memberId }) => memberId === found.members[0]?.memberId);
  });
  await admin.evictMembers('shop.evicted', found.members);
});
