// Test support: connections to a broker and a registry that exist in memory, for what must fail on cue.
import { reasons } from '../../api/index.ts';
import { SluiceError } from '../../errors.ts';
import type { KafkaAdmin, KafkaConnection, LiveAccess, LiveTopic } from '../../kafka/index.ts';
import type { RegistryClient, RegistryConnection } from '../../registry/index.ts';
import { BusConnections, type Connectors } from '../connections.ts';

export interface Recorded {
  readonly buses: BusConnections;
  /** What was asked, in order, such as `kafka:describeTopics`. */
  readonly calls: string[];
  readonly opened: (KafkaConnection | RegistryConnection)[];
  readonly closed: string[];
  readonly topics: Map<string, LiveTopic>;
  readonly withRecords: Set<string>;
  /** Subjects of the registry, each of one version, with the ids of the schemas that reference it. */
  readonly subjects: Map<string, readonly number[]>;
  /** By subject and version, such as `money 1`: an Avro schema that stands alone. */
  readonly versions: Map<string, string>;
  isBrokerAway: boolean;
  isRegistryAway: boolean;
}

const noAccess: LiveAccess = {
  hasRules: true,
  acls: [],
  users: new Set(),
};

/** `over`: connectors of the test's own, in place of those in memory. */
export function recordedConnections(over: Partial<Connectors> = {}): Recorded {
  const calls: string[] = [];
  const opened: (KafkaConnection | RegistryConnection)[] = [];
  const closed: string[] = [];
  const topics = new Map<string, LiveTopic>();
  const withRecords = new Set<string>();
  const subjects = new Map<string, readonly number[]>();
  const versions = new Map<string, string>();
  const seen = { calls, opened, closed, topics, withRecords, subjects, versions };
  const recorded = { ...seen, isBrokerAway: false, isRegistryAway: false };
  const ask = async <Answer>(call: string, answer: Answer): Promise<Answer> => {
    calls.push(call);
    if (recorded.isBrokerAway && call.startsWith('kafka:')) {
      throw new SluiceError(reasons.brokerUnreachable, 'Kafka does not answer.');
    }
    if (recorded.isRegistryAway && call.startsWith('registry:')) {
      throw new SluiceError(reasons.registryUnreachable, 'The registry does not answer.');
    }
    return answer;
  };
  const kafka = (connection: KafkaConnection): KafkaAdmin => {
    opened.push(connection);
    return {
      describeCluster: () => ask('kafka:describeCluster', { clusterId: 'c', brokers: 1 }),
      describeTopics: (names) =>
        ask(
          `kafka:describeTopics${names ? ` ${names.join(',')}` : ''}`,
          new Map([...topics].filter(([name]) => !names || names.includes(name))),
        ),
      topicNames: () => ask('kafka:topicNames', new Set(topics.keys())),
      topicsWithRecords: (names) =>
        ask(`kafka:topicsWithRecords ${names.join(',')}`, new Set(names.filter((name) => withRecords.has(name)))),
      createTopics: () => ask('kafka:createTopics', undefined),
      addPartitions: () => ask('kafka:addPartitions', undefined),
      alterTopicConfig: () => ask('kafka:alterTopicConfig', undefined),
      deleteTopic: () => ask('kafka:deleteTopic', undefined),
      describeAccess: () => ask('kafka:describeAccess', noAccess),
      putUser: () => ask('kafka:putUser', undefined),
      deleteUser: () => ask('kafka:deleteUser', undefined),
      grant: () => ask('kafka:grant', undefined),
      revoke: () => ask('kafka:revoke', undefined),
      deny: () => ask('kafka:deny', undefined),
      describeGroups: () => ask('kafka:describeGroups', new Map()),
      committedOffsets: () => ask('kafka:committedOffsets', new Map()),
      logEnds: () => ask('kafka:logEnds', {}),
      commitOffsets: () => ask('kafka:commitOffsets', undefined),
      evictMembers: () => ask('kafka:evictMembers', undefined),
      close: async () => void closed.push(`kafka ${connection.bootstrapServers}`),
    };
  };
  const registry = (connection: RegistryConnection): RegistryClient => {
    opened.push(connection);
    return {
      subjects: () => ask('registry:subjects', new Set(subjects.keys())),
      latest: (subject) => ask(`registry:latest ${subject}`, undefined),
      versions: (subject) =>
        ask(
          `registry:versions ${subject}`,
          [1].map(
            (version) => ({ subject, version, id: 1, schema: '"string"', format: 'Avro', references: [] }) as const,
          ),
        ),
      version: (subject, version) => {
        const schema = versions.get(`${subject} ${version}`);
        const answer = { subject, version, id: 1, format: 'Avro', references: [] } as const;
        return ask(`registry:version ${subject} ${version}`, schema === undefined ? undefined : { ...answer, schema });
      },
      schemaById: (id) => ask(`registry:schemaById ${id}`, undefined),
      referencedBy: (subject) => ask(`registry:referencedBy ${subject}`, subjects.get(subject) ?? []),
      lookup: (subject) => ask(`registry:lookup ${subject}`, undefined),
      globalCompatibility: () => ask('registry:globalCompatibility', 'NONE'),
      compatibilityOf: (subject) => ask(`registry:compatibilityOf ${subject}`, undefined),
      check: (subject) => ask(`registry:check ${subject}`, { isCompatible: true, messages: [] }),
      setCompatibility: () => ask('registry:setCompatibility', undefined),
      registerSchema: () => ask('registry:registerSchema', 1),
      deleteSubject: () => ask('registry:deleteSubject', undefined),
      close: async () => void closed.push(`registry ${connection.url}`),
    };
  };
  return Object.assign(recorded, { buses: new BusConnections({ kafka, registry, ...over }) });
}
