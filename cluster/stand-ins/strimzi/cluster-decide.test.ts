import { describe, expect, it } from 'vitest';
import { decideCluster } from './cluster-decide.ts';
import { desiredOf } from './cluster-desired.ts';
import { serverProperties } from './cluster-settings.ts';
import type { Kafka, KafkaNodePool } from './resources.ts';

type KafkaSpec = Kafka['spec']['kafka'];
const plain = { name: 'plain', port: 9092, type: 'internal', tls: false };

function aKafka(kafka: Partial<KafkaSpec> = {}): Kafka {
  const metadata = { name: 'shop', namespace: 'kafka' };
  return {
    apiVersion: 'kafka.strimzi.io/v1',
    kind: 'Kafka',
    metadata,
    spec: { kafka: { listeners: [plain], ...kafka } },
  };
}

function aPool(spec: Partial<KafkaNodePool['spec']> = {}): KafkaNodePool {
  return {
    apiVersion: 'kafka.strimzi.io/v1',
    kind: 'KafkaNodePool',
    metadata: { name: 'dual', namespace: 'kafka' },
    spec: { replicas: 1, roles: ['controller', 'broker'], storage: { type: 'ephemeral' }, ...spec },
  };
}

describe('a Kafka with its node pools', () => {
  it('is run where it asks for one node', () => {
    expect(decideCluster(aKafka(), [aPool()])).toEqual({ pool: aPool() });
    const storage = { type: 'jbod', volumes: [{ type: 'persistent-claim', size: '1Gi' }] };
    const login = { ...plain, name: 'login', port: 9094, authentication: { type: 'scram-sha-512' } };
    const kafka = aKafka({ version: '4.3.1', authorization: { type: 'simple' }, listeners: [plain, login] });
    expect(decideCluster(kafka, [aPool({ storage })])).toHaveProperty('pool');
  });

  it.each([
    // What is asked for, and a word of the refusal.
    { kafka: aKafka(), pools: [], word: 'strimzi.io/cluster: shop' },
    { kafka: aKafka(), pools: [aPool({ replicas: 3 })], word: '3 are asked for' },
    { kafka: aKafka(), pools: [aPool(), aPool({ replicas: 0 })], word: 'in pools: 2' },
    { kafka: aKafka(), pools: [aPool({ roles: ['broker'] })], word: 'both roles' },
    { kafka: aKafka({ version: '4.2.0' }), pools: [aPool()], word: 'Unsupported Kafka.spec.kafka.version: 4.2.0' },
    { kafka: aKafka({ listeners: [{ ...plain, type: 'nodeport' }] }), pools: [aPool()], word: 'nodeport' },
    { kafka: aKafka({ listeners: [{ ...plain, tls: true }] }), pools: [aPool()], word: 'certificates' },
    {
      kafka: aKafka({ listeners: [{ ...plain, authentication: { type: 'tls' } }] }),
      pools: [aPool()],
      word: 'scram-sha-512',
    },
    { kafka: aKafka({ authorization: { type: 'custom' } }), pools: [aPool()], word: 'custom' },
    { kafka: aKafka(), pools: [aPool({ storage: { type: 'jbod', volumes: [] } })], word: 'one volume' },
  ])('is told by NotReady why it is not run: $word', ({ kafka, pools, word }) => {
    const condition = { type: 'NotReady', status: 'True', message: expect.stringContaining(word) };
    expect(decideCluster(kafka, pools)).toMatchObject({ condition });
  });

  it('keeps its own settings from being overridden, and passes on the rest', () => {
    const config = { 'log.dirs': '/etc', 'super.users': 'User:eve', 'num.partitions': 3, 'ssl.cipher.suites': null };
    const lines = serverProperties(aKafka({ config, authorization: { type: 'simple' } }), 'host', '/data').split('\n');
    expect(lines).toContain('num.partitions=3');
    expect(lines).toContain('log.dirs=/data');
    expect(lines).toContain('super.users=User:strimzi-stand-in');
    expect(lines.filter((line) => line.startsWith('ssl.'))).toEqual([]);
  });

  it('has no authorizer unless it asks for one', () => {
    expect(serverProperties(aKafka(), 'host', '/data')).not.toContain('authorizer');
  });

  it('gets a claim for persistent storage, kept or not as it says', () => {
    const pool = (deleteClaim: boolean) => aPool({ storage: { type: 'persistent-claim', size: '2Gi', deleteClaim } });
    expect(desiredOf(aKafka(), pool(true), 'image').nodes.spec).toMatchObject({
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' },
      volumeClaimTemplates: [{ spec: { resources: { requests: { storage: '2Gi' } } } }],
    });
    expect(desiredOf(aKafka(), pool(false), 'image').nodes.spec).toMatchObject({
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain' },
    });
    expect(desiredOf(aKafka(), aPool(), 'image').nodes.spec).not.toHaveProperty('volumeClaimTemplates');
  });

  it('is rolled when its settings change', () => {
    const template = (kafka: Kafka) => JSON.stringify(desiredOf(kafka, aPool(), 'image').nodes.spec);
    expect(template(aKafka({ config: { 'num.partitions': 3 } }))).not.toBe(template(aKafka()));
  });
});
