import { type KafkaServer, startKafka } from '@sluice/cluster';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectKafka } from './connect.ts';

let server: KafkaServer;

beforeAll(async () => {
  const login = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
  server = await startKafka({
    settings: {
      'listener.security.protocol.map': 'PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
      'sasl.enabled.mechanisms': 'PLAIN',
      'sasl.mechanism.inter.broker.protocol': 'PLAIN',
      'listener.name.plaintext.plain.sasl.jaas.config': `${login} username="admin" password="secret" user_admin="secret" user_sluice="right";`,
    },
  });
});
afterAll(async () => {
  await server?.stop();
});

describe('a broker that asks for a login', () => {
  it('is reached with the right one', async () => {
    const sasl = { mechanism: 'PLAIN', username: 'sluice', password: 'right' } as const;
    const admin = connectKafka({ bootstrapServers: server.bootstrapServers, sasl });
    expect(await admin.describeCluster()).toMatchObject({ brokers: 1 });
    await admin.close();
  });

  it.each([
    { what: 'a wrong password', sasl: { mechanism: 'PLAIN', username: 'sluice', password: 'wrong' } as const },
    {
      what: 'a mechanism it does not have',
      sasl: { mechanism: 'SCRAM-SHA-512', username: 'a', password: 'b' } as const,
    },
  ])('refuses $what, and the error says what to check', async ({ sasl }) => {
    const admin = connectKafka({ bootstrapServers: server.bootstrapServers, sasl });
    await expect(admin.describeCluster()).rejects.toMatchObject({
      reason: 'BrokerRefusedCredentials',
      message: expect.stringContaining('check kafka.external.sasl of the EventBus'),
    });
    await admin.close();
  });

  it('is unreachable without one', async () => {
    const admin = connectKafka({ bootstrapServers: server.bootstrapServers });
    await expect(admin.describeCluster()).rejects.toMatchObject({ reason: 'BrokerUnreachable' });
    await admin.close();
  });
});
