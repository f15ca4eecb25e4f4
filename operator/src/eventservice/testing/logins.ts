// Test support: the login that a service's pods find, tried by a real client.
import { Producer, stringSerializers } from '@platformatic/kafka';
import { secrets } from '../../bus/index.ts';
import type { World } from './world.ts';

const namespace = 'shop';

/** What the service's pods find in /bindings/kafka. */
export async function bindingOf({ client }: World, name: string): Promise<Readonly<Record<string, string>>> {
  const secret = await client.get(secrets, { namespace, name: `${name}-kafka` });
  const entries = Object.entries(secret?.data ?? {});
  return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

/** Throws where the brokers refuse the login, or the write. */
export async function writeAs(
  { kafka }: World,
  { username = '', password = '' }: Readonly<Record<string, string>>,
  topic: string,
): Promise<void> {
  const producer = new Producer({
    clientId: username,
    bootstrapBrokers: [...kafka.bootstrapServers],
    sasl: { mechanism: 'SCRAM-SHA-512', username, password },
    retries: 0,
    connectTimeout: 2_000,
    serializers: stringSerializers,
  });
  try {
    await producer.send({ messages: [{ topic, key: 'k', value: 'v' }], acks: -1 });
  } finally {
    await producer.close(true);
  }
}
