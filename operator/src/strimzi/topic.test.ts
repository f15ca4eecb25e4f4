import { describe, expect, it } from 'vitest';
import { anEventBus } from '../api/v1alpha1/builders.ts';
import type { TopicsDecision } from '../kafka/index.ts';
import type { Change } from '../plan/index.ts';
import { awaitTopics } from './awaited.ts';
import type { KafkaTopic } from './resources.ts';
import { kafkaTopicOf, resourceNameOf, saysOtherwise, topicIndexValues } from './topic.ts';

const bus = anEventBus({ kafka: { strimzi: { cluster: 'main', listener: 'plain' } } });
const settings = { topic: 'shop.orders', partitions: 3, replicas: 1, config: { 'retention.ms': '1000' } };
const told = { risk: 'Safe', reason: 'declared' } as const;
const creation: Change = { action: 'CreateTopic', ...settings, ...told };

describe('the name of a KafkaTopic', () => {
  it.each(['shop.orders', 'a', 'a-b.c9'])('is the name of the topic where Kubernetes takes it: %s', (topic) => {
    expect(resourceNameOf(topic)).toBe(topic);
  });

  it.each(['Shop.Orders', 'a_b', '.a', 'a.', 'a..b', '-a', 'a-', '___', 'A'.repeat(249), 'a.-b'])(
    'is made one where it does not: %s',
    (topic) => {
      const name = resourceNameOf(topic);
      expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
      expect(name.length).toBeLessThanOrEqual(253);
    },
  );

  it('is another one for each topic', () => {
    const topics = ['a_b', 'a-b', 'A_b', 'a.b', 'a..b', 'a__b', '__', '_'];
    expect(new Set(topics.map(resourceNameOf)).size).toBe(topics.length);
  });
});

describe('a KafkaTopic', () => {
  it('is labelled for its cluster and its bus, and owned by nobody', () => {
    expect(kafkaTopicOf(bus, settings)).toEqual({
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'KafkaTopic',
      metadata: {
        name: 'shop.orders',
        namespace: 'shop',
        labels: { 'app.kubernetes.io/managed-by': 'sluice', 'sluice.dev/bus': 'shop', 'strimzi.io/cluster': 'main' },
      },
      spec: { topicName: 'shop.orders', partitions: 3, replicas: 1, config: { 'retention.ms': '1000' } },
    });
  });

  it('is found by cluster and topic, by its own name where it says no other', () => {
    const kafkaTopic = kafkaTopicOf(bus, settings, 'other');
    expect(topicIndexValues(kafkaTopic)).toEqual(['shop/main/shop.orders']);
    const { spec: _, ...bare } = kafkaTopic;
    expect(topicIndexValues(bare)).toEqual(['shop/main/other']);
  });

  it('says otherwise than Kafka where anything differs that it says', () => {
    const live = { topic: 'shop.orders', id: 'x', partitions: 3, replicas: 1, config: { 'retention.ms': '1000' } };
    const kafkaTopic = kafkaTopicOf(bus, settings);
    expect(saysOtherwise(kafkaTopic, live)).toBe(false);
    expect(saysOtherwise(kafkaTopicOf(bus, { topic: 'shop.orders', config: live.config }), live)).toBe(false);
    expect(saysOtherwise(kafkaTopic, undefined)).toBe(true);
    expect(saysOtherwise(kafkaTopic, { ...live, partitions: 2 })).toBe(true);
    expect(saysOtherwise(kafkaTopic, { ...live, replicas: 2 })).toBe(true);
    expect(saysOtherwise(kafkaTopic, { ...live, config: {} })).toBe(true);
    const metadata = { ...kafkaTopic.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
    expect(saysOtherwise({ ...kafkaTopic, metadata }, live)).toBe(true);
  });
});

describe('what is written to KafkaTopics', () => {
  const progressing = {
    type: 'TopicsReady',
    status: 'False',
    reason: 'Progressing',
    message: 'on its way',
    effect: 'waiting',
  } as const;
  const decision = (...changes: Change[]): TopicsDecision => ({
    changes,
    verdicts: [progressing],
    topics: [],
    notices: [],
    mayRoll: true,
  });
  const withStatus = (status?: KafkaTopic['status'], annotations = {}): ReadonlyMap<string, KafkaTopic> => {
    const written = kafkaTopicOf(bus, settings);
    const metadata = { ...written.metadata, generation: 1, annotations };
    return new Map([[settings.topic, { ...written, metadata, ...(status ? { status } : {}) }]]);
  };

  it('is still to be written where there is no KafkaTopic, and what needs the topic waits', () => {
    const awaited = awaitTopics(decision(creation), new Map());
    expect(awaited).toMatchObject({ changes: [creation], verdicts: [progressing], isAwaited: true });
  });

  const growth: Change = { action: 'AddPartitions', topic: settings.topic, topicId: 'x', from: 1, to: 3, ...told };
  const alteration = (to?: string): Change => ({
    action: 'AlterTopicConfig',
    topic: settings.topic,
    topicId: 'x',
    entries: { 'retention.ms': { from: '5', ...(to === undefined ? {} : { to }) } },
    ...told,
  });
  it.each([
    { change: creation, isWritten: true },
    { change: { ...creation, partitions: 4 }, isWritten: false },
    { change: { ...creation, config: {} }, isWritten: false },
    { change: growth, isWritten: true },
    { change: { ...growth, to: 5 }, isWritten: false },
    { change: alteration('1000'), isWritten: true },
    { change: alteration('2000'), isWritten: false },
    { change: alteration(), isWritten: false },
    { change: { action: 'DeleteTopic', topic: settings.topic, topicId: 'x', ...told } as const, isWritten: false },
  ])('is not written again where the KafkaTopic says so: $change.action $isWritten', ({ change, isWritten }) => {
    expect(awaitTopics(decision(change), withStatus()).changes).toEqual(isWritten ? [] : [change]);
  });

  it('is not deleted again while Strimzi is at it', () => {
    const [[topic, kafkaTopic]] = [...withStatus()] as [[string, KafkaTopic]];
    const metadata = { ...kafkaTopic.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
    const deletion: Change = { action: 'DeleteTopic', topic, topicId: 'x', ...told };
    expect(awaitTopics(decision(deletion), new Map([[topic, { ...kafkaTopic, metadata }]])).changes).toEqual([]);
  });

  const refusedBy = (reason: string): KafkaTopic['status'] => ({
    observedGeneration: 1,
    conditions: [{ type: 'Ready', status: 'False', reason, message: 'Topic replicas.' }],
  });
  it.each([
    {
      what: 'not looked at yet: it is waited for',
      topics: withStatus(),
      verdict: { reason: 'Progressing', effect: 'waiting', message: expect.stringContaining('is waited for') },
    },
    {
      what: 'refused for good: a person must change something',
      topics: withStatus(refusedBy('NotSupported')),
      verdict: {
        reason: 'TopicRefused',
        effect: 'stalled',
        message: "KafkaTopic shop/shop.orders: Strimzi's topic operator says: NotSupported: Topic replicas.",
      },
    },
    {
      what: 'refused for now: it is waited for',
      topics: withStatus(refusedBy('KafkaError')),
      verdict: { reason: 'TopicRefused', effect: 'waiting' },
    },
    {
      what: 'not managed: the annotation is named',
      topics: withStatus(undefined, { 'strimzi.io/managed': 'false' }),
      verdict: { reason: 'TopicRefused', effect: 'stalled', message: expect.stringContaining('strimzi.io/managed') },
    },
    {
      what: 'paused: the annotation is named',
      topics: withStatus(undefined, { 'strimzi.io/pause-reconciliation': 'true' }),
      verdict: { effect: 'stalled', message: expect.stringContaining('strimzi.io/pause-reconciliation') },
    },
  ])('is told as Strimzi has it, $what', ({ topics, verdict }) => {
    expect(awaitTopics(decision(creation), topics)).toMatchObject({
      changes: [],
      verdicts: [verdict],
      isAwaited: true,
    });
  });

  it('leaves what is refused by our own rules as it is said there', () => {
    const refused = { ...progressing, reason: 'PartitionsCannotShrink', effect: 'stalled' } as const;
    const mixed = { ...decision(creation), verdicts: [refused], mayRoll: false };
    expect(awaitTopics(mixed, withStatus(refusedBy('KafkaError'))).verdicts).toEqual([refused]);
  });
});
