import { describe, expect, it } from 'vitest';
import { finalizer } from '../api/index.ts';
import { anEventBus } from '../api/v1alpha1/builders.ts';
import { targetOf } from '../plan/text.ts';
import type { Kafka, KafkaTopic } from '../strimzi/index.ts';
import { decideEventBus as decideAt, retryMs } from './decide.ts';
import type { BusObserved, Unreachable } from './observe.ts';
import { endpointObserved } from './observe-strimzi.ts';
import { reportEventBus } from './report.ts';

const url = 'http://registry.shop:8080/apis/ccompat/v7';
const away: Unreachable = {
  state: 'unreachable',
  reason: 'BrokerUnreachable',
  message: 'Kafka does not answer.',
  retry: 'backoff',
};

const now = new Date('2026-06-01T00:00:00Z');
const decideEventBus = (seen: BusObserved) => decideAt(seen, now);

function observed(over: Partial<BusObserved> = {}): BusObserved {
  return {
    bus: anEventBus({ schemaRegistry: { url } }),
    kafka: { state: 'reachable', cluster: { clusterId: 'abc', version: '4.3', brokers: 1 } },
    registry: { state: 'reachable', level: 'BACKWARD' },
    failures: 0,
    ...over,
  };
}

describe('a bus', () => {
  it('in order is looked at again after half a minute to a minute, and not all at the same time', () => {
    const after = (uid: string) =>
      decideEventBus(observed({ bus: anEventBus({}, { metadata: { uid } }) })).requeueAfterMs;
    const times = ['00000000-a', '00001234-b', 'ffffffff-c', 'not-hex'].map((uid) => after(uid) ?? 0);
    for (const ms of times) expect(ms >= 30_000 && ms < 60_000).toBe(true);
    expect(new Set(times).size).toBeGreaterThan(2);
  });

  it('out of order is looked at again soon, then later, and at least every 30 s', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 1000].map(retryMs)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
    expect(decideEventBus(observed({ kafka: away, failures: 2 })).requeueAfterMs).toBe(2_000);
  });

  it('whose brokers are away is waited for', () => {
    const { verdicts, changes } = decideEventBus(observed({ kafka: away, failures: 1 }));
    expect(changes).toEqual([]);
    expect(verdicts).toMatchObject([
      { type: 'KafkaReachable', status: 'False', reason: 'BrokerUnreachable', effect: 'waiting' },
      { type: 'RegistryReachable', status: 'True' },
    ]);
  });

  it('that cannot work as it is written needs a person', () => {
    const kafka: Unreachable = { ...away, reason: 'NotSupported', retry: 'terminal' };
    expect(decideEventBus(observed({ kafka, failures: 1 })).verdicts).toMatchObject([{ effect: 'stalled' }, {}]);
  });

  it('says that services are given no login where they ask for one that Sluice does not make', () => {
    const sasl = { mechanism: 'PLAIN', secretRef: { name: 'admin' } } as const;
    const external = { bootstrapServers: ['kafka:9092'], sasl };
    const managed = decideEventBus(observed({ bus: anEventBus({ kafka: { external } }) }));
    expect(managed.verdicts[1]).toMatchObject({ type: 'AccessGranted', status: 'False', effect: 'stalled' });
    const scram = { ...external, sasl: { ...sasl, mechanism: 'SCRAM-SHA-512' } } as const;
    const made = decideEventBus(observed({ bus: anEventBus({ kafka: { external: scram } }) }));
    expect(made.verdicts.map(({ type }) => type)).toEqual(['KafkaReachable', 'RegistryReachable']);
    const access = { credentials: 'Provided' } as const;
    const provided = decideEventBus(observed({ bus: anEventBus({ kafka: { external }, access }) }));
    expect(provided.verdicts.map(({ type }) => type)).toEqual(['KafkaReachable', 'RegistryReachable']);
  });
});

describe('a bus on Strimzi', () => {
  const strimziBus = (create?: object) =>
    anEventBus({ kafka: { strimzi: { cluster: 'main', listener: 'sasl', ...create } }, schemaRegistry: { url } });
  const kafka: Kafka = {
    apiVersion: 'kafka.strimzi.io/v1',
    kind: 'Kafka',
    metadata: { name: 'main', namespace: 'shop' },
    spec: { kafka: { listeners: [{ name: 'sasl', authentication: { type: 'scram-sha-512' } }] } },
  };
  const create = { kafka: kafka.spec, nodePools: [{ name: 'all', spec: { replicas: 1 } }] };

  it('that uses a cluster which is there makes its own login alone', () => {
    const strimzi = { isInstalled: true, kafka, nodePools: [] };
    const { changes } = decideEventBus(observed({ bus: strimziBus(), strimzi }));
    expect(changes.map(targetOf)).toEqual(['KafkaUser shop/sluice-operator-shop']);
  });

  it('that uses a listener which asks nobody makes nothing', () => {
    const plain = { ...kafka, spec: { kafka: { listeners: [{ name: 'sasl' }] } } };
    const strimzi = { isInstalled: true, kafka: plain, nodePools: [] };
    expect(decideEventBus(observed({ bus: strimziBus(), strimzi })).changes).toEqual([]);
  });

  it('that describes its cluster has it made, pools first, and no login before it is there', () => {
    const { changes } = decideEventBus(
      observed({ bus: strimziBus({ create }), strimzi: { isInstalled: true, nodePools: [] } }),
    );
    expect(changes.map(targetOf)).toEqual(['KafkaNodePool shop/all', 'Kafka shop/main']);
  });

  it('that is to make logins needs a listener which asks for one, and says so once it is found', () => {
    const access = { credentials: 'Managed' } as const;
    const bus = anEventBus({ kafka: { strimzi: { cluster: 'main', listener: 'plain' } }, access });
    const typesOn = (securityProtocol: 'PLAINTEXT' | 'SASL_SSL') =>
      decideEventBus(observed({ bus, endpoint: { bootstrapServers: ['a:1'], listener: { securityProtocol } } }))
        .verdicts.filter(({ type }) => type === 'AccessGranted')
        .map(({ reason, effect }) => [reason, effect]);
    expect(typesOn('PLAINTEXT')).toEqual([['NotSupported', 'stalled']]);
    expect(typesOn('SASL_SSL')).toEqual([]);
    expect(decideEventBus(observed({ bus })).verdicts.map(({ type }) => type)).not.toContain('AccessGranted');
  });

  it.each([
    ['where Strimzi is not installed', { isInstalled: false, nodePools: [] }],
    ['where somebody else made the cluster that it describes', { isInstalled: true, kafka, nodePools: [] }],
  ])('%s changes nothing', (_, strimzi) => {
    expect(decideEventBus(observed({ bus: strimziBus({ create }), strimzi })).changes).toEqual([]);
  });

  const deletion = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: [finalizer] };

  it('that is being deleted leaves everything of the cluster as it is', () => {
    const bus = strimziBus({ create });
    const deleted = { ...bus, metadata: { ...bus.metadata, ...deletion } };
    const { changes } = decideEventBus(observed({ bus: deleted, strimzi: { isInstalled: true, nodePools: [] } }));
    expect(changes.map(({ action }) => action)).toEqual(['RemoveFinalizer']);
  });

  it('whose cluster is to go with it is held back for that, and for nothing else', () => {
    const strimzi = { isInstalled: true, nodePools: [] };
    const actionsOf = (policy: 'Retain' | 'Delete', finalizers: readonly string[]) => {
      const bus = strimziBus({ create: { ...create, deletionPolicy: policy } });
      const held = { ...bus, metadata: { ...bus.metadata, finalizers } };
      return decideEventBus(observed({ bus: held, strimzi })).changes.map(({ action }) => action);
    };
    expect(actionsOf('Delete', [])[0]).toBe('AddFinalizer');
    expect(actionsOf('Delete', [finalizer])).not.toContain('AddFinalizer');
    expect(actionsOf('Retain', [finalizer])[0]).toBe('RemoveFinalizer');
    expect(actionsOf('Retain', [])).not.toContain('RemoveFinalizer');
  });

  it('whose cluster goes with it is let go of when that is done, and looks again until then', () => {
    const bus = strimziBus({ create: { ...create, deletionPolicy: 'Delete' } });
    const deleted = { ...bus, metadata: { ...bus.metadata, ...deletion } };
    const made = { labels: { 'app.kubernetes.io/managed-by': 'sluice', 'sluice.dev/bus': 'shop' } };
    const ours = { ...kafka, metadata: { ...kafka.metadata, ...made } };
    const topic = {
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'KafkaTopic',
      metadata: { name: 't', namespace: 'shop', ...made },
    };
    const removal = { kafka: ours, nodePools: [], losses: [], approved: undefined, deletingSinceMs: now.getTime() };
    const planOf = (topics: readonly KafkaTopic[]) =>
      decideEventBus(observed({ bus: deleted, removal: { ...removal, topics } }));
    expect(planOf([topic]).changes.map(targetOf)).toEqual(['KafkaTopic shop/t']);
    expect(planOf([topic]).requeueAfterMs).toBe(1_000);
    expect(planOf([]).changes.map(targetOf)).toEqual(['Kafka shop/main', 'its own finalizer']);
  });

  it('has in its status where the listener is, also while that cannot be told', () => {
    const endpoint = { bootstrapServers: ['a:1'], listener: { securityProtocol: 'SASL_PLAINTEXT' } } as const;
    expect(reportEventBus(observed({ bus: strimziBus(), endpoint }), {})).toMatchObject(endpoint);
    const known = { ...strimziBus(), status: endpoint };
    expect(reportEventBus(observed({ bus: known, kafka: away }), {})).toMatchObject(endpoint);
  });
});

describe('what is found of a cluster that Strimzi runs', () => {
  const bus = anEventBus({ kafka: { strimzi: { cluster: 'main', listener: 'sasl' } } });
  const found = { isInstalled: true, nodePools: [] };

  it.each([
    { what: 'Strimzi is not installed', seen: { ...found, isInstalled: false }, reason: 'KafkaClusterNotFound' },
    { what: 'there is no such Kafka', seen: found, reason: 'KafkaClusterNotFound' },
  ])('is told where $what', ({ seen, reason }) => {
    expect(() => endpointObserved(bus, seen)).toThrow(expect.objectContaining({ reason, retry: 'backoff' }));
  });

  it('is that it is being made, where the bus describes it', () => {
    const create = { kafka: {}, nodePools: [{ name: 'all', spec: {} }] };
    const making = anEventBus({ kafka: { strimzi: { cluster: 'main', listener: 'sasl', create } } });
    expect(() => endpointObserved(making, found)).toThrow(expect.objectContaining({ reason: 'KafkaClusterNotReady' }));
  });
});

describe('the status of a bus', () => {
  it('holds what it was found to be', () => {
    expect(reportEventBus(observed(), { observedGeneration: 1 })).toEqual({
      observedGeneration: 1,
      bootstrapServers: ['kafka.shop:9092'],
      clusterId: 'abc',
      kafkaVersion: '4.3',
      registry: { url, compatibility: 'BACKWARD' },
    });
  });

  it('keeps what is known of a cluster and a registry that do not answer now', () => {
    const status = { clusterId: 'abc', kafkaVersion: '4.3', registry: { url, compatibility: 'BACKWARD' } };
    const bus = anEventBus({ schemaRegistry: { url } }, { status });
    expect(reportEventBus(observed({ bus, kafka: away, registry: away }), {})).toMatchObject(status);
  });

  it('forgets the level of a registry that was replaced', () => {
    const bus = anEventBus(
      { schemaRegistry: { url } },
      { status: { registry: { url: 'http://old', compatibility: 'FULL' } } },
    );
    expect(reportEventBus(observed({ bus, registry: away }), {}).registry).toEqual({ url });
  });
});
