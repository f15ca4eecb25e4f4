// The port to Kafka on @platformatic/kafka: it speaks the protocol in plain JavaScript and picks the API versions that
// the brokers have. A connection that failed is given up whole, so that no call waits on a socket that is half dead.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  Admin,
  apiVersionsV4,
  ConfigResourceTypes,
  ConfigSources,
  IncrementalAlterConfigOperationTypes,
  ListOffsetTimestamps,
} from '@platformatic/kafka';
import { reasons } from '../api/index.ts';
import { SluiceError } from '../errors.ts';
import type { AclRule, Grant, TopicPort } from '../plan/index.ts';
import { hashOf } from '../runtime/index.ts';
import { isGrant, type LiveAccess } from './access.ts';
import { createGrants, deleteAcls, deleteUser, putUser, readAccess, readAcls, readUsers } from './access-calls.ts';
import type { ClusterInfo, KafkaAdmin, KafkaConnection, LiveTopic, LiveTopics } from './admin.ts';
import { protocolFailures, toSluiceError } from './failure.ts';
import { releaseOf } from './version.ts';

/** No call takes longer, whatever becomes of the broker: a reconcile must not hang on it. */
const deadlineMs = 10_000;
const connectTimeoutMs = 3_000;
const requestTimeoutMs = 8_000;
/** What the broker itself may take to carry a change out. */
const brokerTimeoutMs = 6_000;
/** The controller answers before the brokers have taken its change in: a read right after would miss it. */
const seenWithinMs = 2_000;
const seenPollMs = 15;
/** Topics described in one request. */
const batchSize = 500;

/** Connects at the first call. */
export function connectKafka(connection: KafkaConnection): KafkaAdmin {
  return new PlatformaticAdmin(connection);
}

type NewTopics = Parameters<TopicPort['createTopics']>[0];

class PlatformaticAdmin implements KafkaAdmin {
  readonly #connection: KafkaConnection;
  #admin: Admin | undefined;
  #isClosed = false;

  constructor(connection: KafkaConnection) {
    this.#connection = connection;
  }

  describeCluster(): Promise<ClusterInfo> {
    return this.#call('describing the cluster', async (admin) => {
      const { id, brokers } = await admin.metadata({ topics: [], forceUpdate: true });
      const version = await finalizedVersion(admin);
      return { clusterId: id, brokers: brokers.size, ...(version === undefined ? {} : { version }) };
    });
  }

  describeTopics(): Promise<LiveTopics> {
    return this.#call('reading the topics', async (admin) => {
      const live = new Map<string, LiveTopic>();
      const names = await admin.listTopics();
      for (let from = 0; from < names.length; from += batchSize) {
        for (const topic of await describeBatch(admin, names.slice(from, from + batchSize)))
          live.set(topic.topic, topic);
      }
      return live;
    });
  }

  topicNames(): Promise<ReadonlySet<string>> {
    return this.#call('listing the topics', async (admin) => new Set(await admin.listTopics()));
  }

  topicsWithRecords(topics: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#call('reading the offsets', async (admin) => {
      const { topics: known } = await admin.metadata({ topics: [...topics], forceUpdate: true });
      const offsetsAt = async (timestamp: bigint) => {
        const asked = [...known].map(([name, { partitionsCount }]) => ({
          name,
          partitions: Array.from({ length: partitionsCount }, (_, partitionIndex) => ({ partitionIndex, timestamp })),
        }));
        const listed = await admin.listOffsets({ topics: asked });
        return new Map(
          listed.flatMap(({ name, partitions }) =>
            partitions.map(({ partitionIndex, offset }) => [`${name}/${partitionIndex}`, { name, offset }] as const),
          ),
        );
      };
      const first = await offsetsAt(ListOffsetTimestamps.EARLIEST);
      const next = await offsetsAt(ListOffsetTimestamps.LATEST);
      const holding = [...next].filter(([at, { offset }]) => offset > (first.get(at)?.offset ?? 0n));
      return new Set(holding.map(([, { name }]) => name));
    });
  }

  async createTopics(topics: NewTopics): Promise<void> {
    // The client takes one configuration a request; topics of a service mostly share theirs.
    const groups = Map.groupBy(topics, ({ config }) => hashOf(config));
    const results = await Promise.allSettled([...groups.values()].map((group) => this.#createAlike(group)));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  addPartitions(topic: string, to: number): Promise<void> {
    return this.#call(
      `${to} partitions`,
      async (admin) => {
        await admin.createPartitions({ topics: [{ name: topic, count: to }] });
        await untilSeen(async () => {
          const { topics } = await admin.metadata({ topics: [topic], forceUpdate: true });
          return (topics.get(topic)?.partitionsCount ?? 0) >= to;
        });
      },
      () => topic,
    );
  }

  alterTopicConfig(topic: string, entries: Readonly<Record<string, string | undefined>>): Promise<void> {
    const configs = Object.entries(entries).map(([name, value]) =>
      value === undefined
        ? { name, configOperation: IncrementalAlterConfigOperationTypes.DELETE }
        : { name, configOperation: IncrementalAlterConfigOperationTypes.SET, value },
    );
    const resources = [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configs }];
    return this.#call(
      'its settings',
      async (admin) => {
        await admin.incrementalAlterConfigs({ resources });
        await untilSeen(async () => {
          const [live] = await describeBatch(admin, [topic]);
          return Object.entries(entries).every(([name, value]) => live?.config[name] === value);
        });
      },
      () => topic,
    );
  }

  deleteTopic(topic: string, topicId: string): Promise<void> {
    return this.#call(
      'its deletion',
      async (admin) => {
        const names = await admin.listTopics();
        if (!names.includes(topic)) return;
        // Deletion goes by name, so the id is compared at the last moment.
        const { topics } = await admin.metadata({ topics: [topic], forceUpdate: true });
        const id = topics.get(topic)?.id;
        if (id === undefined || printedId(id) !== topicId) return;
        await admin.deleteTopics({ topics: [topic] });
        await untilSeen(async () => !(await admin.listTopics()).includes(topic));
      },
      () => topic,
    );
  }

  describeAccess(): Promise<LiveAccess> {
    return this.#call('reading users and rules', readAccess);
  }

  putUser(user: string, password: string): Promise<void> {
    return this.#call(`user ${user}`, async (admin) => {
      await putUser(admin, { user, password });
      await untilSeen(async () => (await readUsers(admin)).has(user));
    });
  }

  deleteUser(user: string): Promise<void> {
    return this.#call(`the deletion of user ${user}`, (admin) => deleteUser(admin, user));
  }

  grant(user: string, grants: readonly Grant[]): Promise<void> {
    return this.#call(`rules for user ${user}`, async (admin) => {
      await createGrants(admin, user, grants);
      await untilSeen(async () => {
        const acls = (await readAcls(admin)) ?? [];
        return grants.every((grant) => acls.some((acl) => isGrant(acl, user, grant)));
      });
    });
  }

  revoke(acls: readonly AclRule[]): Promise<void> {
    return this.#call('taking rules away', (admin) => deleteAcls(admin, acls));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#giveUp(this.#admin);
  }

  async #createAlike(topics: NewTopics): Promise<void> {
    const configs = Object.entries(topics[0]?.config ?? {}).map(([name, value]) => ({ name, value }));
    const asked = topics.map(({ topic, partitions, replicas }) => ({
      topic,
      partitions: partitions ?? -1,
      replicas: replicas ?? -1,
    }));
    const topicAt = (path: string) => asked[Number(/^\/topics\/(\d+)/.exec(path)?.[1])]?.topic;
    await this.#call(
      'its creation',
      async (admin) => {
        try {
          await admin.createTopics({ topics: asked, configs });
        } catch (error) {
          const failures = protocolFailures(error);
          const isThere = failures.length > 0 && failures.every(({ id }) => id === 'TOPIC_ALREADY_EXISTS');
          if (!isThere) throw error;
        }
        await untilSeen(async () => {
          const names = new Set(await admin.listTopics());
          return asked.every(({ topic }) => names.has(topic));
        });
      },
      topicAt,
    );
  }

  /** Runs one call within the deadline; a connection that did not answer is replaced at the next call. */
  async #call<Result>(
    doing: string,
    run: (admin: Admin) => Promise<Result>,
    topicOf?: (path: string) => string | undefined,
  ): Promise<Result> {
    const { bootstrapServers } = this.#connection;
    if (this.#isClosed) {
      throw new SluiceError(reasons.brokerUnreachable, `The connection to Kafka at ${bootstrapServers[0]} was closed.`);
    }
    this.#admin ??= newAdmin(this.#connection);
    const admin = this.#admin;
    const { promise: isLate, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs / 1000} s`)), deadlineMs);
    try {
      return await Promise.race([run(admin), isLate]);
    } catch (error) {
      const failure = toSluiceError(error, doing, bootstrapServers, topicOf);
      if (failure.reason !== reasons.topicRefused) await this.#giveUp(admin);
      throw failure;
    } finally {
      clearTimeout(timer);
    }
  }

  async #giveUp(admin: Admin | undefined): Promise<void> {
    if (this.#admin === admin) this.#admin = undefined;
    // Closing a connection that never came about fails, and there is nothing more to close then.
    await admin?.close().catch(() => {});
  }
}

/** Gives up quietly: the change is made, and the next look finds it. */
async function untilSeen(check: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + seenWithinMs;
  while (!(await check()) && performance.now() < until) await delay(seenPollMs);
}

function newAdmin({ bootstrapServers, tls, sasl }: KafkaConnection): Admin {
  return new Admin({
    // Its own for each, so that the brokers' logs tell one connection from another.
    clientId: `sluice-${randomUUID().slice(0, 8)}`,
    bootstrapBrokers: [...bootstrapServers],
    connectTimeout: connectTimeoutMs,
    requestTimeout: requestTimeoutMs,
    timeout: brokerTimeoutMs,
    retries: 1,
    retryDelay: 200,
    autocreateTopics: false,
    metadataMaxAge: 0,
    ...(tls
      ? {
          tls: {
            ...(tls.ca === undefined ? {} : { ca: tls.ca }),
            ...(tls.certificate === undefined ? {} : { cert: tls.certificate }),
            ...(tls.key === undefined ? {} : { key: tls.key }),
          },
          tlsServerName: true,
        }
      : {}),
    ...(sasl ? { sasl } : {}),
  });
}

/** Of topics that may go while they are read: those that are still there. */
async function describeBatch(admin: Admin, names: readonly string[]): Promise<readonly LiveTopic[]> {
  if (names.length === 0) return [];
  const { topics } = await admin.metadata({ topics: [...names], forceUpdate: true });
  const described = await admin.describeConfigs({
    resources: names.map((resourceName) => ({ resourceType: ConfigResourceTypes.TOPIC, resourceName })),
  });
  return described.flatMap(({ resourceName: topic, configs }) => {
    const found = topics.get(topic);
    if (!found) return [];
    const config: Record<string, string> = {};
    for (const { name, value, configSource } of configs) {
      if (configSource === ConfigSources.DYNAMIC_TOPIC_CONFIG && value !== null && value !== undefined)
        config[name] = value;
    }
    return [
      {
        topic,
        id: printedId(found.id),
        partitions: found.partitionsCount,
        replicas: found.partitions[0]?.replicas.length ?? 0,
        config,
      },
    ];
  });
}

/** A UUID as Kafka prints it: base64url of its 16 bytes (org.apache.kafka.common.Uuid). */
function printedId(uuid: string): string {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64url');
}

/** Undefined where the brokers speak an older protocol that does not say. */
async function finalizedVersion(admin: Admin): Promise<string | undefined> {
  const [connection] = (await admin.connectToBrokers()).values();
  if (!connection) return undefined;
  try {
    const { finalizedFeatures = [] } = await apiVersionsV4.api.async(connection, 'sluice', '1');
    const level = finalizedFeatures.find(({ name }) => name === 'metadata.version')?.maxVersionLevel;
    return level === undefined ? undefined : releaseOf(level);
  } catch (error) {
    if (protocolFailures(error).length > 0) return undefined;
    throw error;
  }
}
