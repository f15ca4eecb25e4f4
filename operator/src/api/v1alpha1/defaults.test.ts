import { describe, expect, it } from 'vitest';
import { anEventBus, anEventService, aStreamJob, type Written } from './builders.ts';
import { busKeyOf, credentialsOf, groupOf, onDeleteOf, onUpgradeOf, topicManagementOf } from './defaults.ts';
import type { EventBusSpec } from './event-bus.ts';
import type { StreamJobSpec } from './stream-job.ts';

const external = { bootstrapServers: ['kafka.shop:9092'] };
const strimzi = { cluster: 'shop', listener: 'tls' };
const storage = { persistentVolumeClaim: 'flink-state' };
const busOf = (spec: Written<EventBusSpec>) => anEventBus(spec).spec;
const jobOf = (spec: Written<StreamJobSpec>) => aStreamJob(spec).spec;

describe('topicManagementOf', () => {
  it('is what the bus says', () => {
    expect(topicManagementOf(busOf({ kafka: { strimzi }, topicManagement: 'Direct' }))).toBe('Direct');
  });

  it('is Strimzi on a Strimzi cluster and Direct elsewhere', () => {
    expect(topicManagementOf(busOf({ kafka: { strimzi } }))).toBe('Strimzi');
    expect(topicManagementOf(busOf({ kafka: { external } }))).toBe('Direct');
  });
});

describe('credentialsOf', () => {
  const secretRef = { name: 'admin' };

  it('is what the bus says', () => {
    expect(credentialsOf(anEventBus({ kafka: { strimzi }, access: { credentials: 'Provided' } }))).toBe('Provided');
  });

  it.each([
    ['the operator logs in by SASL', { external: { ...external, sasl: { mechanism: 'PLAIN' as const, secretRef } } }],
    ['the operator shows a certificate', { external: { ...external, tls: { clientSecretRef: secretRef } } }],
  ])('is Managed where %s', (_, kafka) => {
    expect(credentialsOf(anEventBus({ kafka }))).toBe('Managed');
  });

  it.each([
    ['PLAINTEXT', 'None'],
    ['SSL', 'None'],
    ['SASL_PLAINTEXT', 'Managed'],
    ['SASL_SSL', 'Managed'],
  ] as const)('on a Strimzi cluster whose listener speaks %s is %s', (securityProtocol, expected) => {
    const status = { listener: { securityProtocol } };
    expect(credentialsOf(anEventBus({ kafka: { strimzi } }, { status }))).toBe(expected);
  });

  it('is None where nobody logs in, encrypted or not', () => {
    expect(credentialsOf(anEventBus({ kafka: { external } }))).toBe('None');
    expect(credentialsOf(anEventBus({ kafka: { external: { ...external, tls: {} } } }))).toBe('None');
  });
});

describe('busKeyOf', () => {
  it("is in the resource's own namespace", () => {
    expect(busKeyOf(anEventService({}, { metadata: { namespace: 'orders' } }))).toEqual({
      namespace: 'orders',
      name: 'shop',
    });
  });

  it('is in the namespace that the reference names', () => {
    expect(busKeyOf(aStreamJob({ bus: { name: 'shop', namespace: 'platform' } }))).toEqual({
      namespace: 'platform',
      name: 'shop',
    });
  });
});

describe('groupOf', () => {
  it('is namespace and name joined by a dot', () => {
    expect(groupOf(anEventService())).toBe('shop.order');
    expect(groupOf(aStreamJob())).toBe('shop.fraud');
  });

  it('is what the entry names', () => {
    expect(groupOf(anEventService(), { group: 'shop.legacy' })).toBe('shop.legacy');
  });
});

describe('onUpgradeOf', () => {
  it('is a savepoint on Flink and the last checkpoint on Spark, which has no savepoints', () => {
    expect(onUpgradeOf(jobOf({ state: { storage } }))).toBe('Savepoint');
    expect(onUpgradeOf(jobOf({ engine: 'Spark', state: { storage } }))).toBe('LastCheckpoint');
  });

  it('is what the job says', () => {
    expect(onUpgradeOf(jobOf({ state: { onUpgrade: 'Discard' } }))).toBe('Discard');
  });
});

describe('onDeleteOf', () => {
  it('is a savepoint where Flink has somewhere to write it', () => {
    expect(onDeleteOf(jobOf({ state: { storage } }))).toBe('Savepoint');
    expect(onDeleteOf(jobOf({ state: { onUpgrade: 'Discard' } }))).toBe('Nothing');
    expect(onDeleteOf(jobOf({ engine: 'Spark', state: { storage } }))).toBe('Nothing');
  });

  it('is what the job says', () => {
    expect(onDeleteOf(jobOf({ state: { storage, onDelete: 'Nothing' } }))).toBe('Nothing');
  });
});
