// Writes topics as KafkaTopic resources, for Strimzi's topic operator to carry out. Waits for nothing: what it makes of them
// is in their conditions and, by Kafka's Admin API, in Kafka.
import { annotations, type EventBus, fieldManagers } from '../api/index.ts';
import type { LiveTopics } from '../kafka/index.ts';
import type { TopicPort } from '../plan/index.ts';
import { applyIfChanged, type ReconcileContext } from '../runtime/index.ts';
import { type KafkaTopic, kafkaTopics, managedAnnotation } from './resources.ts';
import { byTopic, kafkaTopicOf, settingsOf, type TopicSettings, topicIndexValue } from './topic.ts';

/** KafkaTopics written at once. */
const atOnce = 16;

export interface TopicPortParts extends Pick<ReconcileContext, 'cache' | 'client'> {
  readonly bus: EventBus;
  readonly describeTopics: (names: readonly string[]) => Promise<LiveTopics>;
  /** For topics that Strimzi does not manage. */
  readonly direct: Pick<TopicPort, 'deleteTopic'>;
}

/** The KafkaTopic that stands for the topic: of several the oldest, as Strimzi has it. */
export function findKafkaTopic(
  { metadata, spec }: Pick<EventBus, 'metadata' | 'spec'>,
  cache: Pick<ReconcileContext['cache'], 'list'>,
  topic: string,
): KafkaTopic | undefined {
  const value = topicIndexValue(metadata.namespace, spec.kafka.strimzi?.cluster ?? '', topic);
  const age = (kafkaTopic: KafkaTopic) => `${kafkaTopic.metadata.creationTimestamp ?? ''} ${kafkaTopic.metadata.name}`;
  const [oldest] = cache
    .list(kafkaTopics, { index: { name: byTopic, value } })
    .toSorted((a, b) => (age(a) < age(b) ? -1 : 1));
  return oldest;
}

export function strimziTopicPort({ bus, cache, client, describeTopics, direct }: TopicPortParts): TopicPort {
  // One manager whoever declares the topic: it may pass from a service to a job.
  const options = { fieldManager: fieldManagers.EventBus, hashAnnotation: annotations.lastApplied };
  const write = async (settings: TopicSettings) => {
    const name = findKafkaTopic(bus, cache, settings.topic)?.metadata.name;
    await applyIfChanged(client, cache, kafkaTopics, kafkaTopicOf(bus, settings, name), options);
  };
  /** What the KafkaTopic says, or what Kafka has: Strimzi takes back what a KafkaTopic does not say. */
  const current = async (topic: string): Promise<TopicSettings> => {
    const known = findKafkaTopic(bus, cache, topic);
    if (known) return settingsOf(known);
    const live = (await describeTopics([topic])).get(topic);
    if (!live) return { topic, config: {} };
    const { partitions, replicas, config } = live;
    return { topic, partitions, replicas, config };
  };
  return {
    async createTopics(topics) {
      let refusal: PromiseRejectedResult | undefined;
      for (let from = 0; from < topics.length; from += atOnce) {
        const results = await Promise.allSettled(topics.slice(from, from + atOnce).map(write));
        refusal ??= results.find((result) => result.status === 'rejected');
      }
      if (refusal) throw refusal.reason;
    },
    async addPartitions(topic, to) {
      await write({ ...(await current(topic)), partitions: to });
    },
    async alterTopicConfig(topic, entries) {
      const settings = await current(topic);
      const config: Record<string, string> = { ...settings.config };
      for (const [name, value] of Object.entries(entries)) {
        if (value === undefined) delete config[name];
        else config[name] = value;
      }
      await write({ ...settings, config });
    },
    async deleteTopic(topic, topicId) {
      const known = findKafkaTopic(bus, cache, topic);
      if (known) await client.delete(kafkaTopics, known.metadata, { uid: known.metadata.uid });
      // Strimzi keeps the topic of a KafkaTopic that it was told not to manage.
      const isManaged = known !== undefined && known.metadata.annotations?.[managedAnnotation] !== 'false';
      if (!isManaged) await direct.deleteTopic(topic, topicId);
    },
  };
}
