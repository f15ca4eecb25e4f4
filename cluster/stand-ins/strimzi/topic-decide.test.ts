import { describe, expect, it } from 'vitest';
import type { LiveTopic } from '../../../operator/src/kafka/index.ts';
import { type KafkaTopic, managedAnnotation, pauseAnnotation } from './resources.ts';
import { configOf, decideTopic, winnerOf } from './topic-decide.ts';

function aTopic(spec: KafkaTopic['spec'] = {}, metadata: Partial<KafkaTopic['metadata']> = {}): KafkaTopic {
  return {
    apiVersion: 'kafka.strimzi.io/v1',
    kind: 'KafkaTopic',
    metadata: { name: 'order', namespace: 'shop', uid: 'one', creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
    spec,
  };
}

const live: LiveTopic = { topic: 'order', id: 'id', partitions: 3, replicas: 1, config: {} };
const decide = (topic: KafkaTopic, found: LiveTopic | undefined = live) => decideTopic(topic, topic, found);
const ready = { type: 'Ready', status: 'True' };
const refused = (message: string) => ({ type: 'Ready', status: 'False', reason: 'NotSupported', message });

describe('a KafkaTopic', () => {
  it('is made with what it declares and the brokers’ defaults for the rest', () => {
    const { steps, condition } = decideTopic(aTopic({ partitions: 3 }), aTopic(), undefined);
    expect(steps).toEqual([{ action: 'create', partitions: 3, replicas: undefined, config: {} }]);
    expect(condition).toEqual(ready);
  });

  it('changes nothing of a topic that is as declared, nor of what it does not declare', () => {
    expect(decide(aTopic({ partitions: 3, replicas: 1 }))).toMatchObject({ steps: [], condition: ready });
    expect(decide(aTopic())).toMatchObject({ steps: [], condition: ready });
  });

  it('grows, sets and drops settings', () => {
    const found = { ...live, config: { 'retention.ms': '1', 'max.message.bytes': '2' } };
    expect(decide(aTopic({ partitions: 4, config: { 'retention.ms': 5 } }), found).steps).toEqual([
      { action: 'grow', to: 4 },
      { action: 'configure', entries: { 'retention.ms': '5', 'max.message.bytes': undefined } },
    ]);
  });

  it('refuses fewer partitions and other replicas, and changes the rest all the same', () => {
    const config = { 'retention.ms': 5 };
    const configure = { action: 'configure', entries: { 'retention.ms': '5' } };
    expect(decide(aTopic({ partitions: 2, config }))).toMatchObject({
      steps: [configure],
      condition: refused('Decreasing partitions not supported'),
    });
    const message = 'Replication factor change not supported, but required for partitions [0, 1, 2]';
    expect(decide(aTopic({ partitions: 4, replicas: 2, config }))).toMatchObject({
      steps: [{ action: 'grow', to: 4 }, configure],
      condition: refused(message),
    });
  });

  it('refuses another name once it has one', () => {
    const topic = { ...aTopic({ topicName: 'Order' }), status: { topicName: 'order' } };
    expect(decide(topic)).toMatchObject({
      steps: [],
      condition: refused('Changing spec.topicName is not supported'),
      told: 'name and id',
    });
  });

  it('does nothing while it is paused or not managed', () => {
    const paused = aTopic({ partitions: 9 }, { annotations: { [pauseAnnotation]: 'true' } });
    expect(decide(paused)).toEqual({
      steps: [],
      condition: { type: 'ReconciliationPaused', status: 'True' },
      told: 'name',
    });
    const free = aTopic({ partitions: 9 }, { annotations: { [managedAnnotation]: 'false' } });
    expect(decide(free)).toEqual({ steps: [], condition: { type: 'Unmanaged', status: 'True' }, told: 'nothing' });
  });

  it('yields to the oldest that stands for the same topic, by name where they are of one second', () => {
    const later = aTopic({}, { name: 'later', uid: 'two', creationTimestamp: '2026-01-01T00:00:01Z' });
    const twin = aTopic({}, { name: 'a-twin', uid: 'three' });
    expect(winnerOf(later, [later, aTopic()]).metadata.name).toBe('order');
    expect(winnerOf(aTopic(), [aTopic(), twin, later]).metadata.name).toBe('a-twin');
    const free = aTopic({}, { annotations: { [managedAnnotation]: 'false' } });
    expect(winnerOf(later, [free, later]).metadata.name).toBe('later');
    expect(decideTopic(later, aTopic(), live)).toMatchObject({
      steps: [],
      condition: {
        status: 'False',
        reason: 'ResourceConflict',
        message: "Managed by Ref{namespace='shop', name='order'}",
      },
    });
  });

  it('writes settings as Kafka takes them', () => {
    const config = { 'retention.ms': 5, 'cleanup.policy': ['compact', 'delete'], preallocate: true, 'flush.ms': null };
    const texts = { 'retention.ms': '5', 'cleanup.policy': 'compact,delete', preallocate: 'true' };
    expect(configOf(aTopic({ config }))).toEqual(texts);
  });
});
