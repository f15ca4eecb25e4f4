import { describe, expect, it } from 'vitest';
import { annotations } from '../api/index.ts';
import { anEventBus } from '../api/v1alpha1/builders.ts';
import type { ApplyChange } from '../plan/index.ts';
import { hashOf, type KubeObject } from '../runtime/index.ts';
import { clusterChanges, creationRefusal } from './cluster.ts';
import { operatorUser } from './operator-user.ts';
import type { Kafka, KafkaNodePool } from './resources.ts';

const kafkaSpec = { kafka: { listeners: [{ name: 'plain' }], config: { 'num.partitions': 3 } } };
const create = { kafka: kafkaSpec, nodePools: [{ name: 'all', spec: { replicas: 1, roles: ['broker'] } }] };
const busOf = (kafka: object = kafkaSpec) =>
  anEventBus({ kafka: { strimzi: { cluster: 'main', listener: 'plain', create: { ...create, kafka } } } });

/** As the API server has it after the change was carried out. */
function applied<T extends KubeObject>(change: ApplyChange | undefined): T {
  if (!change) throw new Error('nothing is applied');
  const { metadata, ...rest } = change.object;
  const marks = { [annotations.lastApplied]: hashOf(change.object) };
  return { ...rest, metadata: { ...metadata, annotations: marks } } as unknown as T;
}

function appliesOf(bus: ReturnType<typeof busOf>, live: Parameters<typeof clusterChanges>[1]) {
  return clusterChanges(bus, live).filter((change) => change.action === 'Apply');
}

function made() {
  const [pool, kafka] = appliesOf(busOf(), { nodePools: [] });
  return { kafka: applied<Kafka>(kafka), nodePools: [applied<KafkaNodePool>(pool)] };
}

describe('a cluster that a bus describes', () => {
  it('is made word for word, labelled and owned by nobody', () => {
    expect(appliesOf(busOf(), { nodePools: [] }).map(({ object, risk }) => ({ ...object, risk }))).toEqual([
      {
        apiVersion: 'kafka.strimzi.io/v1',
        kind: 'KafkaNodePool',
        metadata: {
          name: 'all',
          namespace: 'shop',
          labels: {
            'app.kubernetes.io/managed-by': 'sluice',
            'sluice.dev/bus': 'shop',
            'strimzi.io/cluster': 'main',
          },
        },
        spec: { replicas: 1, roles: ['broker'] },
        risk: 'Safe',
      },
      expect.objectContaining({ kind: 'Kafka', spec: kafkaSpec, risk: 'Safe' }),
    ]);
  });

  it('needs nothing more once it is as described', () => {
    expect(clusterChanges(busOf(), made())).toEqual([]);
  });

  it('is changed with a warning where it is described otherwise, also where a setting was taken out', () => {
    for (const kafka of [{ kafka: { ...kafkaSpec.kafka, config: {} } }, { kafka: { listeners: [{ name: 'tls' }] } }]) {
      expect(clusterChanges(busOf(kafka), made())).toMatchObject([
        { action: 'Apply', risk: 'Disruptive', object: { kind: 'Kafka' } },
      ]);
    }
  });

  it('is refused where it was made by somebody else, by name', () => {
    const { kafka, nodePools } = made();
    expect(creationRefusal(busOf(), { kafka, nodePools })).toBeUndefined();
    const foreign = { ...kafka, metadata: { ...kafka.metadata, labels: {} } };
    expect(creationRefusal(busOf(), { kafka: foreign, nodePools })).toContain('Kafka shop/main is there');
    const [pool] = nodePools;
    const foreignPool = pool && { ...pool, metadata: { ...pool.metadata, labels: { 'strimzi.io/cluster': 'other' } } };
    expect(creationRefusal(busOf(), { nodePools: foreignPool ? [foreignPool] : [] })).toContain(
      'KafkaNodePool shop/all',
    );
  });
});

describe("the operator's own user", () => {
  const kafkaWith = (authorization?: { type: string; supportsAdminApi?: boolean }): Kafka => ({
    apiVersion: 'kafka.strimzi.io/v1',
    kind: 'Kafka',
    metadata: { name: 'main' },
    spec: { kafka: authorization ? { authorization } : {} },
  });

  it('may do what the documentation lists and nothing else', () => {
    expect(operatorUser(busOf(), kafkaWith({ type: 'simple' })).spec?.authorization).toEqual({
      type: 'simple',
      acls: [
        { resource: { type: 'cluster' }, operations: ['Describe', 'DescribeConfigs'] },
        {
          resource: { type: 'topic', name: '*', patternType: 'literal' },
          operations: ['Describe', 'DescribeConfigs', 'Create', 'Alter', 'AlterConfigs', 'Delete', 'Read'],
        },
        { resource: { type: 'group', name: '*', patternType: 'literal' }, operations: ['Describe', 'Read'] },
      ],
    });
  });

  it.each([
    [undefined, false],
    [{ type: 'simple' }, true],
    [{ type: 'custom' }, false],
    [{ type: 'custom', supportsAdminApi: true }, true],
  ])('on a cluster with authorization %j has rules: %s', (authorization, hasRules) => {
    expect(operatorUser(busOf(), kafkaWith(authorization)).spec?.authorization !== undefined).toBe(hasRules);
  });
});
