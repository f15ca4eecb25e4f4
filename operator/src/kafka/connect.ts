// The port to Kafka on @platformatic/kafka: it speaks the protocol in plain JavaScript and picks the API versions that
// the brokers have. A connection that failed is given up whole, so that no call waits on a socket that is half dead.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Admin, apiVersionsV4 } from '@platformatic/kafka';
import { reasons } from '../api/index.ts';
import { SluiceError } from '../errors.ts';
import type { AclRule, Grant, GroupMemberId, Offsets } from '../plan/index.ts';
import { isDenial, isGrant, type LiveAccess } from './access.ts';
import {
  createDenials,
  createGrants,
  deleteAcls,
  deleteUser,
  putUser,
  readAccess,
  readAcls,
  readUsers,
} from './access-calls.ts';
import type { ClusterInfo, KafkaAdmin, KafkaConnection, LiveTopic, LiveTopics } from './admin.ts';
import { anyBroker } from './any-broker.ts';
import { Batches } from './batches.ts';
import { protocolFailures, toSluiceError } from './failure.ts';
import {
  commitOffsets,
  evictMembers,
  type LiveGroup,
  type LogEnd,
  readGroups,
  readLogEnds,
  readOffsets,
} from './groups.ts';
import {
  type Alteration,
  addPartitions,
  alterTopicConfigs,
  createTopics,
  deleteTopics,
  describeTopics,
  type NewTopic,
  type Refusals,
  readTopicNames,
  topicsWithRecords,
} from './topic-calls.ts';
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
/** Topics in one request. */
const batchSize = 500;
/** Partitions made in one request: KRaft's controller refuses more than 10,000 (ReplicationControlManager). */
const batchPartitions = 5_000;

/** Connects at the first call. */
export function connectKafka(connection: KafkaConnection): KafkaAdmin {
  return new PlatformaticAdmin(connection);
}

class PlatformaticAdmin implements KafkaAdmin {
  readonly #connection: KafkaConnection;
  #admin: Admin | undefined;
  #isClosed = false;
  readonly #creations = this.#writes('its creation', createTopics, ({ partitions = 1 }) => partitions);
  readonly #growths = this.#writes('more partitions', addPartitions, ({ to }) => to);
  readonly #alterations = this.#writes('its settings', alterTopicConfigs);
  readonly #deletions = this.#writes('its deletion', deleteTopics);
  readonly #descriptions = this.#reads('reading the topics', async (admin, names) => {
    const described = new Map((await describeTopics(admin, names)).map((topic) => [topic.topic, topic]));
    return names.map((name) => described.get(name));
  });
  readonly #records = this.#reads('reading the offsets', async (admin, names) => {
    const holding = await topicsWithRecords(admin, names);
    return names.map((name) => holding.has(name));
  });

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

  describeTopics(names?: readonly string[]): Promise<LiveTopics> {
    return names ? this.#describeNamed(names) : this.#describeAll();
  }

  topicNames(): Promise<ReadonlySet<string>> {
    return this.#call('listing the topics', async (admin) => new Set(await readTopicNames(admin)));
  }

  async topicsWithRecords(topics: readonly string[]): Promise<ReadonlySet<string>> {
    const holding = await Promise.all(topics.map((topic) => this.#records.ask(topic)));
    return new Set(topics.filter((_, at) => holding[at]));
  }

  async createTopics(topics: readonly NewTopic[]): Promise<void> {
    const results = await Promise.allSettled(topics.map((topic) => this.#creations.ask(topic)));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  addPartitions(topic: string, to: number): Promise<void> {
    return this.#growths.ask({ topic, to });
  }

  alterTopicConfig(topic: string, entries: Alteration['entries']): Promise<void> {
    return this.#alterations.ask({ topic, entries });
  }

  deleteTopic(topic: string, topicId: string): Promise<void> {
    return this.#deletions.ask({ topic, topicId });
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

  deny(user: string, grants: readonly Grant[]): Promise<void> {
    return this.#call(`rules against user ${user}`, async (admin) => {
      await createDenials(admin, user, grants);
      await untilSeen(async () => {
        const acls = (await readAcls(admin)) ?? [];
        return grants.every((grant) => acls.some((acl) => isDenial(acl, user, grant)));
      });
    });
  }

  describeGroups(names: readonly string[]): Promise<ReadonlyMap<string, LiveGroup>> {
    return this.#call('reading the groups', (admin) => readGroups(admin, names));
  }

  committedOffsets(groups: readonly string[]): Promise<ReadonlyMap<string, Offsets>> {
    return this.#call('reading committed offsets', (admin) => readOffsets(admin, groups));
  }

  logEnds(topics: readonly { readonly topic: string; readonly partitions: number }[], end: LogEnd): Promise<Offsets> {
    return this.#call('reading the ends of topics', (admin) => readLogEnds(admin, topics, end));
  }

  commitOffsets(group: string, offsets: Offsets): Promise<void> {
    return this.#call(`offsets of group ${group}`, (admin) => commitOffsets(admin, group, offsets));
  }

  evictMembers(group: string, members: readonly GroupMemberId[]): Promise<void> {
    return this.#call(`the end of members of group ${group}`, (admin) => evictMembers(admin, group, members));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#giveUp(this.#admin);
  }

  #describeAll(): Promise<LiveTopics> {
    return this.#call('reading the topics', async (admin) => {
      const live = new Map<string, LiveTopic>();
      const names = await readTopicNames(admin);
      for (let from = 0; from < names.length; from += batchSize) {
        for (const topic of await describeTopics(admin, names.slice(from, from + batchSize)))
          live.set(topic.topic, topic);
      }
      return live;
    });
  }

  async #describeNamed(names: readonly string[]): Promise<LiveTopics> {
    const described = await Promise.all(names.map((name) => this.#descriptions.ask(name)));
    return new Map(described.flatMap((topic) => (topic ? [[topic.topic, topic]] : [])));
  }

  /** `doing` follows "Kafka refused" and speaks of one topic. */
  #writes<Item extends { readonly topic: string }>(
    doing: string,
    write: (admin: Admin, items: readonly Item[]) => Promise<Refusals>,
    partitionsOf: (item: Item) => number = () => 0,
  ): Batches<Item, void> {
    return new Batches({
      keyOf: ({ topic }) => topic,
      weigh: (item) => Math.max(partitionsOf(item), batchPartitions / batchSize),
      maxWeight: batchPartitions,
      send: async (items) => {
        const refused = await this.#call(doing, (admin) => write(admin, items));
        return items.map(({ topic }) => {
          const refusal = refused.get(topic);
          return refusal === undefined
            ? { status: 'fulfilled', value: undefined }
            : { status: 'rejected', reason: this.#toSluiceError(refusal, doing, topic) };
        });
      },
    });
  }

  #reads<Answer>(
    doing: string,
    read: (admin: Admin, names: readonly string[]) => Promise<readonly Answer[]>,
  ): Batches<string, Answer> {
    return new Batches({
      keyOf: (name) => name,
      maxWeight: batchSize,
      send: async (names) => {
        const answers = await this.#call(doing, (admin) => read(admin, names));
        return answers.map((value) => ({ status: 'fulfilled', value }));
      },
    });
  }

  #toSluiceError(error: unknown, doing: string, topic?: string): SluiceError {
    return toSluiceError(error, doing, this.#connection.bootstrapServers, () => topic);
  }

  /** Runs one call within the deadline; a connection that did not answer is replaced at the next call. */
  async #call<Result>(doing: string, run: (admin: Admin) => Promise<Result>): Promise<Result> {
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
      const failure = this.#toSluiceError(error, doing);
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

/** Undefined where the brokers speak an older protocol that does not say. */
async function finalizedVersion(admin: Admin): Promise<string | undefined> {
  const connection = await anyBroker(admin);
  try {
    const { finalizedFeatures = [] } = await apiVersionsV4.api.async(connection, 'sluice', '1');
    const level = finalizedFeatures.find(({ name }) => name === 'metadata.version')?.maxVersionLevel;
    return level === undefined ? undefined : releaseOf(level);
  } catch (error) {
    if (protocolFailures(error).length > 0) return undefined;
    throw error;
  }
}
