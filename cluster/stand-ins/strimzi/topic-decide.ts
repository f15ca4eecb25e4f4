// What is to be done about a KafkaTopic, with the words of Strimzi's topic operator. Pure.
import type { LiveTopic } from '../../../operator/src/kafka/index.ts';
import { paused, ready, type StrimziCondition, topicRefused, unmanaged } from './conditions.ts';
import { isPaused, type KafkaTopic, managedAnnotation } from './resources.ts';

export type TopicStep =
  | {
      readonly action: 'create';
      readonly partitions: number | undefined;
      readonly replicas: number | undefined;
      readonly config: Readonly<Record<string, string>>;
    }
  | { readonly action: 'grow'; readonly to: number }
  /** Undefined: back to the brokers' default. */
  | { readonly action: 'configure'; readonly entries: Readonly<Record<string, string | undefined>> };

export interface TopicDecision {
  /** Carried out even where the condition tells of a refusal, as Strimzi does. */
  readonly steps: readonly TopicStep[];
  readonly condition: StrimziCondition;
  /** What the status keeps of the topic's name and id. */
  readonly told: 'name and id' | 'name' | 'nothing';
}

/** The topic's name in Kafka. */
export function topicNameOf({ metadata, spec }: KafkaTopic): string {
  return spec.topicName ?? metadata.name;
}

export function isManaged({ metadata }: KafkaTopic): boolean {
  return metadata.annotations?.[managedAnnotation] !== 'false';
}

/** Of the resources that stand for one topic the oldest has it. */
export function winnerOf(topic: KafkaTopic, rivals: readonly KafkaTopic[]): KafkaTopic {
  return rivals.filter(isManaged).reduce((oldest, each) => (age(each) < age(oldest) ? each : oldest), topic);
}

function age({ metadata }: KafkaTopic): string {
  return `${metadata.creationTimestamp} ${metadata.namespace}/${metadata.name}`;
}

/** `live`: the topic as the brokers have it. */
export function decideTopic(topic: KafkaTopic, winner: KafkaTopic, live: LiveTopic | undefined): TopicDecision {
  if (!isManaged(topic)) return { steps: [], condition: unmanaged, told: 'nothing' };
  if (isPaused(topic)) return { steps: [], condition: paused, told: 'name' };
  if (winner.metadata.uid !== topic.metadata.uid) {
    const { namespace, name } = winner.metadata;
    const message = `Managed by Ref{namespace='${namespace}', name='${name}'}`;
    return { steps: [], condition: topicRefused('ResourceConflict', message), told: 'nothing' };
  }
  const known = topic.status?.topicName;
  if (known !== undefined && known !== topicNameOf(topic)) {
    const condition = topicRefused('NotSupported', 'Changing spec.topicName is not supported');
    return { steps: [], condition, told: 'name and id' };
  }
  const { partitions, replicas } = topic.spec;
  const config = configOf(topic);
  if (!live) {
    return { steps: [{ action: 'create', partitions, replicas, config }], condition: ready, told: 'name and id' };
  }
  const refusal = refusalOf(topic, live);
  const steps: TopicStep[] = [];
  if (partitions !== undefined && partitions > live.partitions) steps.push({ action: 'grow', to: partitions });
  const entries = differences(config, live.config);
  if (Object.keys(entries).length > 0) steps.push({ action: 'configure', entries });
  return {
    steps,
    condition: refusal === undefined ? ready : topicRefused('NotSupported', refusal),
    told: 'name and id',
  };
}

function refusalOf({ spec: { partitions, replicas } }: KafkaTopic, live: LiveTopic): string | undefined {
  if (partitions !== undefined && partitions < live.partitions) return 'Decreasing partitions not supported';
  if (replicas === undefined || replicas === live.replicas) return undefined;
  const numbers = Array.from({ length: live.partitions }, (_, at) => at).join(', ');
  return `Replication factor change not supported, but required for partitions [${numbers}]`;
}

/** Values as Kafka takes them: all are texts, and lists have commas. Null is as absent. */
export function configOf({ spec: { config = {} } }: KafkaTopic): Readonly<Record<string, string>> {
  const entries = Object.entries(config).filter(([, value]) => value !== null);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : String(value)]),
  );
}

/** Everything that is set on the topic and not declared goes. */
function differences(
  wanted: Readonly<Record<string, string>>,
  live: Readonly<Record<string, string>>,
): Readonly<Record<string, string | undefined>> {
  const set = Object.entries(wanted).filter(([name, value]) => live[name] !== value);
  const dropped = Object.keys(live).filter((name) => !(name in wanted));
  return Object.fromEntries([...set, ...dropped.map((name) => [name, undefined] as const)]);
}
