import { describe, expect, it } from 'vitest';
import { anEventBus } from '../api/v1alpha1/builders.ts';
import { approvalHash } from '../plan/index.ts';
import { targetOf } from '../plan/text.ts';
import { decideRemoval, isRemovedWith, type RemovalObserved } from './cluster-removal.ts';
import type { Kafka, KafkaNodePool, KafkaTopic } from './resources.ts';

const now = new Date('2026-06-01T00:01:00Z');
const labels = { 'app.kubernetes.io/managed-by': 'sluice', 'sluice.dev/bus': 'shop', 'strimzi.io/cluster': 'main' };
const made = (name: string) => ({
  apiVersion: 'kafka.strimzi.io/v1',
  metadata: { name, namespace: 'shop', uid: `u-${name}`, labels },
});
const kafka: Kafka = { ...made('main'), kind: 'Kafka' };
const pool: KafkaNodePool = { ...made('all'), kind: 'KafkaNodePool' };
const topic: KafkaTopic = { ...made('shop.orders'), kind: 'KafkaTopic' };
const user = { ...made('sluice-operator-shop'), kind: 'KafkaUser' };

function aBus(deletionPolicy: 'Retain' | 'Delete' = 'Delete') {
  const create = { kafka: {}, nodePools: [{ name: 'all', spec: {} }], deletionPolicy };
  return anEventBus({ kafka: { strimzi: { cluster: 'main', listener: 'plain', create } } });
}

function decided(over: Partial<RemovalObserved> = {}, bus = aBus()) {
  const observed = { kafka, nodePools: [pool], topics: [], user, losses: [], approved: undefined };
  const decision = decideRemoval(bus, { ...observed, deletingSinceMs: now.getTime() - 1_000, ...over }, now);
  return { ...decision, targets: decision.changes.map(targetOf) };
}

describe('the cluster of a bus that is deleted', () => {
  it('is left as it is by default, and needs no finalizer', () => {
    expect(decided({}, aBus('Retain'))).toMatchObject({ targets: [], notices: [], isDone: true });
    expect([aBus('Retain'), aBus('Delete'), anEventBus()].map(isRemovedWith)).toEqual([false, true, false]);
  });

  it('goes where that was declared and it is of no use to anybody, with the login of the operator', () => {
    const { targets, changes, isDone } = decided();
    expect(targets).toEqual(['Kafka shop/main', 'KafkaNodePool shop/all', 'KafkaUser shop/sluice-operator-shop']);
    expect(changes.map(({ risk }) => risk)).toEqual(['Disruptive', 'Disruptive', 'Disruptive']);
    expect(isDone).toBe(true);
  });

  it('is retained where that would lose something and nobody approved it, and says how to', () => {
    const { targets, notices, isDone } = decided({ losses: ['topic shop.orders holds records'] });
    expect({ targets, isDone }).toEqual({ targets: [], isDone: true });
    expect(notices).toMatchObject([{ type: 'Warning', reason: 'ClusterRetained' }]);
    expect(notices[0]?.note).toMatch(
      /^Kafka shop\/main is retained .* holds records, and sluice.dev\/approve: \w{16} /,
    );
  });

  it('goes once its loss is approved, by the hash that the event told', () => {
    const losses = ['topic shop.orders holds records'];
    const hash = /approve: (\w{16})/.exec(decided({ losses }).notices[0]?.note ?? '')?.[1];
    const { changes, targets } = decided({ losses, approved: hash });
    expect(targets).toContain('Kafka shop/main');
    // What carries it out compares the same hash.
    expect(approvalHash(changes)).toBe(hash);
    expect(decided({ losses, approved: 'another' }).targets).toEqual([]);
  });

  it('goes after its topics, which nobody would let go of without it', () => {
    const going: KafkaTopic = { ...topic, metadata: { ...topic.metadata, deletionTimestamp: now.toISOString() } };
    expect(decided({ topics: [topic] })).toMatchObject({ targets: ['KafkaTopic shop/shop.orders'], isDone: false });
    expect(decided({ topics: [going] })).toMatchObject({ targets: [], isDone: false });
    const late = decided({ topics: [going], deletingSinceMs: now.getTime() - 60_000 });
    expect(late).toMatchObject({ targets: [], isDone: true, notices: [{ reason: 'ClusterRetained' }] });
  });

  it('is retained where it has topics of others', () => {
    const foreign = { ...topic, metadata: { ...topic.metadata, labels: { 'strimzi.io/cluster': 'main' } } };
    const { targets, notices } = decided({ topics: [foreign] });
    expect(targets).toEqual([]);
    expect(notices[0]?.note).toContain('KafkaTopic shop/shop.orders on it was not made for this bus');
  });

  it('is not touched where somebody else made it', () => {
    const foreign = { ...kafka, metadata: { ...kafka.metadata, labels: {} } };
    expect(decided({ kafka: foreign })).toMatchObject({ targets: [], notices: [], isDone: true });
  });
});
