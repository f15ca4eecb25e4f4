import { describe, expect, it } from 'vitest';
import { anEventBus } from '../api/v1alpha1/builders.ts';
import { avroText } from '../registry/index.ts';
import type { Secret } from './resources.ts';
import { recordedConnections } from './testing/connections.ts';

const noSecret = async () => undefined;
const url = 'http://registry.shop:8080/apis/ccompat/v7/';

function secretOf(data: Record<string, string>) {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return async (name: string): Promise<Secret> => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name },
    data: Object.fromEntries(encoded),
  });
}

function changed(bus: ReturnType<typeof anEventBus>, servers: readonly string[]) {
  const metadata = { ...bus.metadata, generation: (bus.metadata.generation ?? 0) + 1 };
  return { ...bus, metadata, spec: { ...bus.spec, kafka: { external: { bootstrapServers: servers } } } };
}

describe('the connection to a bus', () => {
  it('is opened once and shared by all who ask', async () => {
    const { buses, opened } = recordedConnections();
    const bus = anEventBus({ schemaRegistry: { url } });
    const [first, second] = await Promise.all([buses.to(bus, noSecret), buses.to(bus, noSecret)]);
    expect(second).toBe(first);
    expect(opened).toEqual([{ bootstrapServers: ['kafka.shop:9092'] }, { url: url.slice(0, -1) }]);
  });

  it('is replaced when the spec names other brokers, and the former one is closed', async () => {
    const { buses, opened, closed } = recordedConnections();
    const bus = anEventBus();
    await buses.to(bus, noSecret);
    await buses.to(changed(bus, ['other:9092']), noSecret);
    expect(opened).toHaveLength(2);
    expect(closed).toEqual(['kafka kafka.shop:9092']);
  });

  it('stays when the spec changes in what does not matter to it', async () => {
    const { buses, opened, closed } = recordedConnections();
    const bus = anEventBus();
    await buses.to(bus, noSecret);
    await buses.to(changed(bus, ['kafka.shop:9092']), noSecret);
    expect(opened).toHaveLength(1);
    expect(closed).toEqual([]);
  });

  it('takes a changed login up when it is asked to look at the secrets again, and not before', async () => {
    const { buses, opened } = recordedConnections();
    const sasl = { mechanism: 'SCRAM-SHA-512', secretRef: { name: 'admin' } } as const;
    const bus = anEventBus({ kafka: { external: { bootstrapServers: ['kafka:9092'], sasl } } });
    await buses.to(bus, secretOf({ username: 'sluice', password: 'old' }));
    await buses.to(bus, secretOf({ username: 'sluice', password: 'new' }));
    expect(opened).toHaveLength(1);
    await buses.to(bus, secretOf({ username: 'sluice', password: 'new' }), { isFresh: true });
    expect(opened[1]).toMatchObject({ sasl: { mechanism: 'SCRAM-SHA-512', username: 'sluice', password: 'new' } });
  });

  it('passes certificates on as they are in their secrets', async () => {
    const { buses, opened } = recordedConnections();
    const tls = { caSecretRef: { name: 'ca', key: 'ca.crt' }, clientSecretRef: { name: 'client' } };
    const bus = anEventBus({ kafka: { external: { bootstrapServers: ['kafka:9093'], tls } } });
    await buses.to(bus, secretOf({ 'ca.crt': 'CA', 'tls.crt': 'CERT', 'tls.key': 'KEY' }));
    expect(opened[0]).toMatchObject({ tls: { ca: 'CA', certificate: 'CERT', key: 'KEY' } });
  });

  it.each([
    { what: 'a token', data: { token: 'abc' }, auth: { token: 'abc' } },
    { what: 'name and password', data: { username: 'u', password: 'p' }, auth: { username: 'u', password: 'p' } },
  ])('logs in at the registry with $what', async ({ data, auth }) => {
    const { buses, opened } = recordedConnections();
    const bus = anEventBus({ schemaRegistry: { url, auth: { secretRef: { name: 'login' } } } });
    await buses.to(bus, secretOf(data));
    expect(opened[1]).toMatchObject({ auth });
  });

  it('cannot be had without its secret or its key, and the error names them', async () => {
    const { buses } = recordedConnections();
    const sasl = { mechanism: 'PLAIN', secretRef: { name: 'admin' } } as const;
    const bus = anEventBus({ kafka: { external: { bootstrapServers: ['kafka:9092'], sasl } } });
    await expect(buses.to(bus, noSecret)).rejects.toMatchObject({
      reason: 'SecretNotFound',
      message: expect.stringContaining('Secret shop/admin'),
    });
    await expect(buses.to(bus, secretOf({ username: 'u' }))).rejects.toMatchObject({
      reason: 'SecretKeyMissing',
      message: expect.stringContaining('no key "password"'),
    });
  });

  it('to a Strimzi cluster is waited for until its listener was found', async () => {
    const { buses } = recordedConnections();
    const bus = anEventBus({ kafka: { strimzi: { cluster: 'shop', listener: 'tls' } } });
    await expect(buses.to(bus, noSecret)).rejects.toMatchObject({ reason: 'KafkaClusterNotReady', retry: 'backoff' });
  });

  it('to a Strimzi cluster is by what was found of its listener and by the Secret of the operators own user', async () => {
    const { buses, opened } = recordedConnections();
    const listener = { securityProtocol: 'SASL_SSL', certificates: ['CA 1', 'CA 2'] } as const;
    const status = { bootstrapServers: ['shop-kafka-bootstrap.shop.svc:9093'], listener };
    const bus = anEventBus({ kafka: { strimzi: { cluster: 'shop', listener: 'tls' } } }, { status });
    await buses.to(bus, secretOf({ password: 'secret' }));
    expect(opened).toEqual([
      {
        bootstrapServers: ['shop-kafka-bootstrap.shop.svc:9093'],
        tls: { ca: 'CA 1\nCA 2' },
        sasl: { mechanism: 'SCRAM-SHA-512', username: 'sluice-operator-shop', password: 'secret' },
      },
    ]);
  });

  it('is closed when its bus is gone, and all are when the process stops', async () => {
    const { buses, closed } = recordedConnections();
    const bus = (name: string) =>
      anEventBus({ kafka: { external: { bootstrapServers: [`${name}:1`] } } }, { metadata: { name } });
    for (const name of ['a', 'b', 'c']) await buses.to(bus(name), noSecret);
    await buses.keepOnly(new Set(['uid-of-a', 'uid-of-c']));
    expect(closed).toEqual(['kafka b:1']);
    await buses.close();
    expect(closed).toEqual(['kafka b:1', 'kafka a:1', 'kafka c:1']);
  });
});

describe('what is known of a bus', () => {
  it('is asked once for all, and after a change of ours about what was changed alone', async () => {
    const { buses, calls } = recordedConnections();
    const connection = await buses.to(anEventBus(), noSecret);
    await Promise.all([connection.liveTopics(), connection.liveTopics()]);
    await connection.liveTopics();
    expect(calls).toEqual(['kafka:describeTopics']);
    await connection.topics.addPartitions('orders', 2);
    await connection.liveTopics();
    expect(calls).toEqual(['kafka:describeTopics', 'kafka:addPartitions', 'kafka:describeTopics orders']);
  });

  it('is asked again after a change that failed, since it may have been made', async () => {
    const recorded = recordedConnections();
    const connection = await recorded.buses.to(anEventBus(), noSecret);
    await connection.liveTopics();
    recorded.isBrokerAway = true;
    await expect(connection.topics.createTopics([])).rejects.toThrow('does not answer');
    recorded.isBrokerAway = false;
    await connection.liveTopics();
    expect(recorded.calls.filter((call) => call === 'kafka:describeTopics')).toHaveLength(2);
  });

  it('of the registry is kept apart for each subject', async () => {
    const { buses, calls } = recordedConnections();
    const { registryView, schemas } = await buses.to(anEventBus({ schemaRegistry: { url } }), noSecret);
    for (const subject of ['a', 'b', 'a']) await registryView?.latest(subject);
    expect(calls).toEqual(['registry:latest a', 'registry:latest b']);
    await schemas?.registerSchema('a', avroText('"string"'));
    await registryView?.latest('a');
    expect(calls.at(-1)).toBe('registry:latest a');
    expect(calls).toHaveLength(4);
  });
});
