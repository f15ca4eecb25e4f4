import { Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka';
import { type KafkaServer, startKafka } from '@sluice/cluster';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Grant } from '../plan/index.ts';
import { isGrant } from './access.ts';
import type { KafkaAdmin } from './admin.ts';
import { connectKafka } from './connect.ts';

const administrator = { username: 'admin', password: 'admin-secret' };
let server: KafkaServer;
let admin: KafkaAdmin;

beforeAll(async () => {
  server = await startKafka({ administrator });
  const sasl = { mechanism: 'SCRAM-SHA-512', ...administrator } as const;
  admin = connectKafka({ bootstrapServers: server.bootstrapServers, sasl });
  await admin.createTopics(['declared', 'other'].map((topic) => ({ topic, partitions: 1, replicas: 1, config: {} })));
});
afterAll(async () => {
  await admin?.close();
  await server?.stop();
});

function clientOf(username: string, password: string) {
  return {
    clientId: username,
    bootstrapBrokers: [...server.bootstrapServers],
    sasl: { mechanism: 'SCRAM-SHA-512', username, password } as const,
    // The first group makes the broker make its own topic of offsets.
    retries: 5,
    retryDelay: 200,
    connectTimeout: 2_000,
  };
}

async function write(username: string, password: string, topic: string): Promise<void> {
  const producer = new Producer({ ...clientOf(username, password), serializers: stringSerializers });
  try {
    await producer.send({ messages: [{ topic, key: 'k', value: 'v' }], acks: -1 });
  } finally {
    await producer.close(true);
  }
}

async function read(username: string, password: string, topic: string, groupId: string): Promise<string> {
  const consumer = new Consumer({ ...clientOf(username, password), groupId, deserializers: stringDeserializers });
  try {
    const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false, maxWaitTime: 500 });
    for await (const { value } of stream) return value;
    return 'nothing';
  } finally {
    await consumer.close(true);
  }
}

/** The topics that a user sees who logs in itself. */
async function seenBy(username: string): Promise<ReadonlySet<string>> {
  await admin.putUser(username, 'right');
  const sasl = { mechanism: 'SCRAM-SHA-512', username, password: 'right' } as const;
  const own = connectKafka({ bootstrapServers: server.bootstrapServers, sasl });
  try {
    return await own.topicNames();
  } finally {
    await own.close();
  }
}

const writes: Grant = { resource: 'Topic', pattern: 'Literal', name: 'declared', operation: 'Write' };
const reads: readonly Grant[] = [
  { resource: 'Topic', pattern: 'Literal', name: 'declared', operation: 'Read' },
  { resource: 'Group', pattern: 'Literal', name: 'shop.reader', operation: 'Read' },
];

describe('users and rules on a broker that keeps them', () => {
  it('are told, and that they are kept', async () => {
    const live = await admin.describeAccess();
    expect(live).toMatchObject({ hasRules: true, acls: [] });
    expect([...live.users]).toEqual(['admin']);
  });

  it('let a user do what it was granted, and nothing else', async () => {
    await admin.putUser('writer', 'right');
    await expect(write('writer', 'right', 'declared')).rejects.toThrow();
    await admin.grant('writer', [writes]);
    await write('writer', 'right', 'declared');
    await expect(write('writer', 'right', 'other')).rejects.toThrow();
    await expect(read('writer', 'right', 'declared', 'shop.reader')).rejects.toThrow();
    await expect(write('writer', 'wrong', 'declared')).rejects.toThrow();

    await admin.putUser('reader', 'right');
    await admin.grant('reader', reads);
    expect(await read('reader', 'right', 'declared', 'shop.reader')).toBe('v');
    expect(await seenBy('reader')).toEqual(new Set(['declared']));
    expect(await seenBy('nobody')).toEqual(new Set());
    await expect(read('reader', 'right', 'declared', 'shop.foreign')).rejects.toThrow();
    await expect(read('reader', 'right', 'other', 'shop.reader')).rejects.toThrow();
    await expect(write('reader', 'right', 'declared')).rejects.toThrow();
  });

  it('are as they were when they are given twice', async () => {
    await admin.grant('writer', [writes]);
    const { acls } = await admin.describeAccess();
    expect(acls.filter((acl) => isGrant(acl, 'writer', writes))).toHaveLength(1);
  });

  it('take a new password, and the former one is refused', async () => {
    await admin.putUser('changing', 'first');
    await admin.grant('changing', [writes]);
    await write('changing', 'first', 'declared');
    await admin.putUser('changing', 'second');
    await expect.poll(() => write('changing', 'second', 'declared').then(() => 'written')).toBe('written');
    await expect(write('changing', 'first', 'declared')).rejects.toThrow();
  });

  it('go again, the very rules and no others', async () => {
    await admin.putUser('leaving', 'right');
    await admin.grant('leaving', [writes, ...reads]);
    const { acls } = await admin.describeAccess();
    const gone = acls.filter(({ principal, operation }) => principal === 'User:leaving' && operation === 'Write');
    await admin.revoke(gone);
    await expect
      .poll(async () => (await admin.describeAccess()).acls.filter(({ principal }) => principal === 'User:leaving'))
      .toMatchObject([{ operation: 'Read' }, { operation: 'Read' }]);
    await admin.deleteUser('leaving');
    await admin.deleteUser('leaving');
    await expect.poll(async () => (await admin.describeAccess()).users.has('leaving')).toBe(false);
  });
});

it('says that a broker without an authorizer keeps no rules', async () => {
  const open = await startKafka();
  const anyone = connectKafka({ bootstrapServers: open.bootstrapServers });
  try {
    expect(await anyone.describeAccess()).toMatchObject({ hasRules: false, acls: [] });
  } finally {
    await anyone.close();
    await open.stop();
  }
});
