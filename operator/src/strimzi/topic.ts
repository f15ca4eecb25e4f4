// The KafkaTopic of a topic: its name, what it says, and whether it says what a change asks for. Pure.
import type { EventBus } from '../api/index.ts';
import type { LiveTopic } from '../kafka/index.ts';
import type { Change } from '../plan/index.ts';
import { hashOf, keyOf } from '../runtime/index.ts';
import { strimziChild } from './child.ts';
import { clusterLabel, type KafkaTopic } from './resources.ts';

/** A topic as a KafkaTopic says it. */
export interface TopicSettings {
  readonly topic: string;
  readonly partitions?: number;
  readonly replicas?: number;
  readonly config: Readonly<Record<string, string>>;
}

/** Index of the KafkaTopics in the cache, by {@link topicIndexValue}. */
export const byTopic = 'topic';

export function topicIndexValues({ metadata, spec }: KafkaTopic): readonly string[] {
  const cluster = metadata.labels?.[clusterLabel];
  return cluster === undefined ? [] : [topicIndexValue(metadata.namespace, cluster, spec?.topicName ?? metadata.name)];
}

export function topicIndexValue(namespace: string | undefined, cluster: string, topic: string): string {
  return `${keyOf({ namespace, name: cluster })}/${topic}`;
}

/**
 * The topic's own name where Kubernetes takes it, and else what is left of it with a hash: Kafka allows capital letters,
 * `_`, and `.` and `-` everywhere.
 */
export function resourceNameOf(topic: string): string {
  if (/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(topic)) return topic;
  const left = topic
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 200);
  return `${left === '' ? 'topic' : left}-${hashOf(topic)}`;
}

/** `name`: of the KafkaTopic that stands for the topic already, whoever made it: a second one would be refused. */
export function kafkaTopicOf(
  bus: EventBus,
  { topic, partitions, replicas, config }: TopicSettings,
  name: string = resourceNameOf(topic),
): KafkaTopic {
  return {
    ...strimziChild(bus, 'KafkaTopic', name),
    spec: {
      topicName: topic,
      ...(partitions === undefined ? {} : { partitions }),
      ...(replicas === undefined ? {} : { replicas }),
      config,
    },
  };
}

export function settingsOf({ metadata, spec = {} }: KafkaTopic): TopicSettings {
  const { topicName = metadata.name, partitions, replicas, config = {} } = spec;
  return {
    topic: topicName,
    ...(partitions === undefined ? {} : { partitions }),
    ...(replicas === undefined ? {} : { replicas }),
    config: Object.fromEntries(Object.entries(config).map(([name, value]) => [name, String(value)])),
  };
}

/** Whether the topic is not as its KafkaTopic says, or is to go: Strimzi is at work on it, or was since. */
export function saysOtherwise(kafkaTopic: KafkaTopic, live: LiveTopic | undefined): boolean {
  if (!live || kafkaTopic.metadata.deletionTimestamp !== undefined) return true;
  const { partitions = live.partitions, replicas = live.replicas, config } = settingsOf(kafkaTopic);
  return partitions !== live.partitions || replicas !== live.replicas || hashOf(config) !== hashOf(live.config);
}

/** Whether the KafkaTopic says already what the change asks for, so that it is Strimzi's to carry out. */
export function isWritten(change: Change, kafkaTopic: KafkaTopic): boolean {
  if (change.action === 'DeleteTopic') return kafkaTopic.metadata.deletionTimestamp !== undefined;
  const said = settingsOf(kafkaTopic);
  switch (change.action) {
    case 'CreateTopic':
      return (
        said.partitions === change.partitions &&
        said.replicas === change.replicas &&
        hashOf(said.config) === hashOf(change.config)
      );
    case 'AddPartitions':
      return said.partitions === change.to;
    case 'AlterTopicConfig':
      return Object.entries(change.entries).every(([name, { to }]) => said.config[name] === to);
    default:
      return false;
  }
}
