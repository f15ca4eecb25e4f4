// The port to a Kafka cluster: what the operator reads of it and does to it. One adapter, on @platformatic/kafka.
import type { AccessPort, GroupPort, Offsets, TopicPort } from '../plan/index.ts';
import type { LiveAccess } from './access.ts';
import type { LiveGroup, LogEnd } from './groups.ts';

export interface KafkaLogin {
  readonly mechanism: 'SCRAM-SHA-512' | 'SCRAM-SHA-256' | 'PLAIN';
  readonly username: string;
  readonly password: string;
}

/** PEM texts. All absent: the system's authorities, no certificate of our own. */
export interface KafkaTls {
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
}

export interface KafkaConnection {
  /** `host:port`, at least one. */
  readonly bootstrapServers: readonly string[];
  /** Absent: plain text. */
  readonly tls?: KafkaTls;
  /** Absent: no login. */
  readonly sasl?: KafkaLogin;
}

export interface ClusterInfo {
  readonly clusterId: string;
  /** Release of the metadata in force, such as `4.3`; absent where the brokers do not say. */
  readonly version?: string;
  readonly brokers: number;
}

export interface LiveTopic {
  readonly topic: string;
  /** Kafka's own id, as its tools print it: another id is another topic of the same name. */
  readonly id: string;
  readonly partitions: number;
  readonly replicas: number;
  /** What is set on the topic itself; settings that come from the brokers or from Kafka's defaults are not here. */
  readonly config: Readonly<Record<string, string>>;
}

/** By name, without Kafka's internal topics. */
export type LiveTopics = ReadonlyMap<string, LiveTopic>;

/**
 * Every call ends within 10 s; one about topics that waits for a request under way, within 10 s of that one's end. Each
 * throws a SluiceError: BrokerUnreachable, BrokerRefusedCredentials or TopicRefused, with Kafka's own words. A read that
 * follows a change sees it.
 */
export interface KafkaAdmin extends TopicPort, AccessPort, GroupPort {
  describeCluster(): Promise<ClusterInfo>;
  /** Of those names; absent: of all. */
  describeTopics(names?: readonly string[]): Promise<LiveTopics>;
  /** Those that the login may see. */
  topicNames(): Promise<ReadonlySet<string>>;
  /** Of those topics, the ones that hold at least one record. */
  topicsWithRecords(topics: readonly string[]): Promise<ReadonlySet<string>>;
  /** Needs DESCRIBE on the cluster, and for its writes ALTER. */
  describeAccess(): Promise<LiveAccess>;
  /** Consumer groups as they are now. Needs DESCRIBE on groups, for their writes READ, and READ on the topics. */
  describeGroups(names: readonly string[]): Promise<ReadonlyMap<string, LiveGroup>>;
  /** What is committed, by group; fails while a transaction may still add to it. */
  committedOffsets(groups: readonly string[]): Promise<ReadonlyMap<string, Offsets>>;
  logEnds(topics: readonly { readonly topic: string; readonly partitions: number }[], end: LogEnd): Promise<Offsets>;
  close(): Promise<void>;
}
