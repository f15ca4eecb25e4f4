// What a declared topic should be, and what speaks against it: defaults, the bus's policy, Kafka's own limits. Pure.
import { type EventBusSpec, type Reason, reasons, type TopicDeclaration } from '../api/index.ts';
import type { LiveTopic } from './admin.ts';

/** A topic that a resource answers for. */
export interface DeclaredTopic extends Pick<TopicDeclaration, 'topic' | 'drift' | 'deletionPolicy' | 'schema'> {
  /** Absent: the bus's default, then the brokers'. */
  readonly partitions?: number;
  readonly replicas?: number;
  readonly config?: Readonly<Record<string, string>>;
  /** Takes its partitions from this topic: a dead-letter topic keeps the place of each record. */
  readonly partitionsOf?: string;
}

/** With the bus's defaults laid under. */
export interface WantedTopic {
  readonly topic: string;
  readonly partitions?: number;
  readonly replicas?: number;
  readonly config: Readonly<Record<string, string>>;
}

export interface Refusal {
  readonly reason: Reason;
  readonly message: string;
  /** `waiting`: another's deed heals it. `stalled`: this resource must change. */
  readonly effect: 'waiting' | 'stalled';
}

export type TopicLimits = Pick<EventBusSpec, 'topicDefaults' | 'policy'>;

export function wantedTopic(
  declared: DeclaredTopic,
  { topicDefaults }: TopicLimits,
  source: LiveTopic | undefined,
): WantedTopic {
  const partitions = declared.partitions ?? source?.partitions ?? topicDefaults?.partitions;
  const replicas = declared.replicas ?? topicDefaults?.replicas;
  return {
    topic: declared.topic,
    ...(partitions === undefined ? {} : { partitions }),
    ...(replicas === undefined ? {} : { replicas }),
    config: { ...topicDefaults?.config, ...declared.config },
  };
}

/** What the bus's platform team does not allow; undefined when nothing. The bus's own default settings are allowed. */
export function policyRefusal(
  wanted: WantedTopic,
  declared: Pick<DeclaredTopic, 'config'>,
  { policy }: TopicLimits,
  busName: string,
): Refusal | undefined {
  const refuse = (message: string): Refusal => ({ reason: reasons.policyViolated, message, effect: 'stalled' });
  const { topic, partitions, replicas } = wanted;
  if (policy?.topicNames !== undefined) {
    const names = compile(policy.topicNames);
    if (!names) {
      return refuse(
        `EventBus ${busName}: policy.topicNames "${policy.topicNames}" is not a regular expression: mend it on the bus.`,
      );
    }
    if (!names.test(topic)) {
      return refuse(
        `Topic ${topic}: EventBus ${busName} allows names that match ${policy.topicNames}: choose such a name.`,
      );
    }
  }
  if (policy?.maxPartitions !== undefined && partitions !== undefined && partitions > policy.maxPartitions) {
    return refuse(
      `Topic ${topic}: ${partitions} partitions are declared and EventBus ${busName} allows ${policy.maxPartitions}: lower them, or raise policy.maxPartitions there.`,
    );
  }
  if (policy?.minReplicas !== undefined && replicas !== undefined && replicas < policy.minReplicas) {
    return refuse(
      `Topic ${topic}: ${replicas} replicas are declared and EventBus ${busName} wants at least ${policy.minReplicas}: raise them, or lower policy.minReplicas there.`,
    );
  }
  const foreign = Object.keys(declared.config ?? {}).filter((name) => !(policy?.topicConfig?.includes(name) ?? true));
  if (policy?.topicConfig && foreign.length > 0) {
    return refuse(
      `Topic ${topic}: EventBus ${busName} does not let declarations set ${foreign.join(', ')}: leave it out, or add it to policy.topicConfig there.`,
    );
  }
  return undefined;
}

/**
 * What Kafka cannot do to a topic that is there; undefined when nothing. Judged by what the resource itself declares:
 * the bus's defaults are for topics that are made.
 */
export function changeRefusal({ topic, partitions, replicas }: DeclaredTopic, live: LiveTopic): Refusal | undefined {
  if (partitions !== undefined && partitions < live.partitions) {
    return {
      reason: reasons.partitionsCannotShrink,
      message: `Topic ${topic} has ${live.partitions} partitions and ${partitions} are declared; Kafka cannot take partitions away: declare ${live.partitions}, or a new topic.`,
      effect: 'stalled',
    };
  }
  if (replicas !== undefined && replicas !== live.replicas) {
    return {
      reason: reasons.replicationCannotChange,
      message: `Topic ${topic} has replication factor ${live.replicas} and ${replicas} is declared; Sluice moves no replicas: declare ${live.replicas}, or reassign the partitions with Kafka's own tool.`,
      effect: 'stalled',
    };
  }
  return undefined;
}

/** The expression as written, matched anywhere unless it is anchored: the same as Kafka's tools and CEL do. */
function compile(expression: string): RegExp | undefined {
  try {
    return new RegExp(expression, 'u');
  } catch {
    return undefined;
  }
}
