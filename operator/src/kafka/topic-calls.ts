// Topics by the protocol, many in a request: what Admin of @platformatic/kafka has of it and, where that fails as a whole
// because of one topic, its protocol layer. Writes return when a read sees them, and say of each topic what Kafka refused.
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Admin,
  ConfigResourceTypes,
  ConfigSources,
  describeConfigsV4,
  IncrementalAlterConfigOperationTypes,
  ListOffsetTimestamps,
  metadataV12,
  ResponseError,
} from '@platformatic/kafka';
import type { TopicPort } from '../plan/index.ts';
import { hashOf } from '../runtime/index.ts';
import type { LiveTopic } from './admin.ts';
import { anyBroker } from './any-broker.ts';
import { type ProtocolFailure, protocolFailures } from './failure.ts';

export type NewTopic = Parameters<TopicPort['createTopics']>[0][number];

export interface Growth {
  readonly topic: string;
  readonly to: number;
}

export interface Alteration {
  readonly topic: string;
  readonly entries: Readonly<Record<string, string | undefined>>;
}

export interface Deletion {
  readonly topic: string;
  readonly topicId: string;
}

/** By topic: the error that holds what Kafka has against it. What was asked of the others is done. */
export type Refusals = ReadonlyMap<string, Error>;

/** The controller answers before the brokers have taken its change in: a read right after would miss it. */
const seenWithinMs = 2_000;
const seenPollMs = { first: 2, most: 50 };

/** Kafka's own topics are not among them. */
export async function readTopicNames(admin: Admin): Promise<readonly string[]> {
  return (await readMetadata(admin, null)).map(({ topic }) => topic);
}

/** Those of the topics that are there. */
export async function describeTopics(admin: Admin, names: readonly string[]): Promise<readonly LiveTopic[]> {
  const [there, configs] = await Promise.all([readMetadata(admin, names), readConfigs(admin, names)]);
  return there.flatMap((topic) => {
    const config = configs.get(topic.topic);
    return config === undefined ? [] : [{ ...topic, config }];
  });
}

export async function createTopics(admin: Admin, topics: readonly NewTopic[]): Promise<Refusals> {
  // The client takes one configuration a request; topics mostly share theirs.
  const alike = Map.groupBy(topics, ({ config }) => hashOf(config));
  const refusals = await Promise.all([...alike.values()].map((group) => createAlike(admin, group)));
  const refused: Refusals = new Map(refusals.flatMap((each) => [...each]));
  const made = topics.filter(({ topic }) => !refused.has(topic)).map(({ topic }) => topic);
  await untilSeen(made, async (missing) => new Set((await readMetadata(admin, missing)).map(({ topic }) => topic)));
  return refused;
}

export async function addPartitions(admin: Admin, growths: readonly Growth[]): Promise<Refusals> {
  const refused = await refusalsOf(
    admin.createPartitions({ topics: growths.map(({ topic, to }) => ({ name: topic, count: to })) }),
    growths,
  );
  const wanted = new Map(growths.map(({ topic, to }) => [topic, to]));
  await untilSeen(namesOf(growths, refused), async (missing) => {
    const grown = (await readMetadata(admin, missing)).filter(
      ({ topic, partitions }) => partitions >= (wanted.get(topic) ?? 0),
    );
    return new Set(grown.map(({ topic }) => topic));
  });
  return refused;
}

export async function alterTopicConfigs(admin: Admin, alterations: readonly Alteration[]): Promise<Refusals> {
  const resources = alterations.map(({ topic, entries }) => ({
    resourceType: ConfigResourceTypes.TOPIC,
    resourceName: topic,
    configs: Object.entries(entries).map(([name, value]) =>
      value === undefined
        ? { name, configOperation: IncrementalAlterConfigOperationTypes.DELETE }
        : { name, configOperation: IncrementalAlterConfigOperationTypes.SET, value },
    ),
  }));
  const refused = await refusalsOf(admin.incrementalAlterConfigs({ resources }), alterations);
  const wanted = new Map(alterations.map(({ topic, entries }) => [topic, Object.entries(entries)]));
  await untilSeen(namesOf(alterations, refused), async (missing) => {
    const configs = await readConfigs(admin, missing);
    // One that is gone meanwhile is not waited for.
    const isSeen = (topic: string, config = configs.get(topic)) =>
      config === undefined || (wanted.get(topic) ?? []).every(([name, value]) => config[name] === value);
    return new Set(missing.filter((topic) => isSeen(topic)));
  });
  return refused;
}

/** Deletes what has the id still: one that was made anew stays, and one that is gone is no refusal. */
export async function deleteTopics(admin: Admin, deletions: readonly Deletion[]): Promise<Refusals> {
  const names = deletions.map(({ topic }) => topic);
  // Deletion goes by name, so the id is compared at the last moment.
  const ids = new Map((await readMetadata(admin, names)).map(({ topic, id }) => [topic, id]));
  const asked = deletions.filter(({ topic, topicId }) => ids.get(topic) === topicId);
  if (asked.length === 0) return new Map();
  const refused = await refusalsOf(
    admin.deleteTopics({ topics: asked.map(({ topic }) => topic) }),
    asked,
    'UNKNOWN_TOPIC_OR_PARTITION',
  );
  await untilSeen(namesOf(asked, refused), async (left) => {
    const there = new Set((await readMetadata(admin, left)).map(({ topic }) => topic));
    return new Set(left.filter((topic) => !there.has(topic)));
  });
  return refused;
}

/** Of those topics, the ones that hold at least one record. */
export async function topicsWithRecords(admin: Admin, topics: readonly string[]): Promise<ReadonlySet<string>> {
  const known = await readMetadata(admin, topics);
  if (known.length === 0) return new Set();
  const offsetsAt = async (timestamp: bigint) => {
    const asked = known.map(({ topic, partitions }) => ({
      name: topic,
      partitions: Array.from({ length: partitions }, (_, partitionIndex) => ({ partitionIndex, timestamp })),
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
}

function createAlike(admin: Admin, topics: readonly NewTopic[]): Promise<Refusals> {
  const configs = Object.entries(topics[0]?.config ?? {}).map(([name, value]) => ({ name, value }));
  const asked = topics.map(({ topic, partitions, replicas }) => ({
    topic,
    partitions: partitions ?? -1,
    replicas: replicas ?? -1,
  }));
  return refusalsOf(admin.createTopics({ topics: asked, configs }), topics, 'TOPIC_ALREADY_EXISTS');
}

function namesOf(items: readonly { readonly topic: string }[], refused: Refusals): readonly string[] {
  return items.map(({ topic }) => topic).filter((topic) => !refused.has(topic));
}

/**
 * What the brokers refused, by the place that each failure names in the answer; rejects where the request failed as a
 * whole. `tolerated`: what the topic's state was already.
 */
async function refusalsOf(
  request: Promise<unknown>,
  items: readonly { readonly topic: string }[],
  tolerated?: ProtocolFailure['id'],
): Promise<Refusals> {
  try {
    await request;
    return new Map();
  } catch (error) {
    const answer = lastAnswer(error);
    if (!answer) throw error;
    const refused = new Map<string, Error>();
    for (const failure of answer.errors) {
      const [{ id, path } = { id: '', path: '' }] = protocolFailures(failure);
      const item = items[Number(/^\/\w+\/(\d+)$/.exec(path)?.[1])];
      if (!item) throw error;
      if (id !== tolerated) refused.set(item.topic, failure);
    }
    return refused;
  }
}

/** The client sends again what may be and collects the failures: only the last answer tells how it ended. */
function lastAnswer(error: unknown): ResponseError | undefined {
  if (error instanceof ResponseError) return error;
  return error instanceof AggregateError ? lastAnswer(error.errors.at(-1)) : undefined;
}

type TopicMetadata = Omit<LiveTopic, 'config'>;

/** Null: of all. Those that are there, without Kafka's own. */
async function readMetadata(admin: Admin, names: readonly string[] | null): Promise<readonly TopicMetadata[]> {
  if (names?.length === 0) return [];
  const request = metadataV12.api.async(await anyBroker(admin), names && [...names], false, false);
  const { topics } = await answerOf(request);
  return topics.flatMap(({ name, topicId, errorCode, isInternal, partitions }) =>
    typeof name !== 'string' || isInternal || errorCode !== 0
      ? []
      : [
          {
            topic: name,
            id: printedId(topicId),
            partitions: partitions.length,
            replicas: partitions[0]?.replicaNodes.length ?? 0,
          },
        ],
  );
}

/** What is set on each topic itself; a topic that is gone is left out. */
async function readConfigs(admin: Admin, names: readonly string[]): Promise<ReadonlyMap<string, LiveTopic['config']>> {
  if (names.length === 0) return new Map();
  const resources = names.map((resourceName) => ({ resourceType: ConfigResourceTypes.TOPIC, resourceName }));
  const request = describeConfigsV4.api.async(await anyBroker(admin), resources, false, false);
  const { results } = await answerOf(request, 'UNKNOWN_TOPIC_OR_PARTITION');
  return new Map(
    results
      .filter(({ errorCode }) => errorCode === 0)
      .map(({ resourceName, configs }) => {
        const config: Record<string, string> = {};
        for (const { name, value, configSource } of configs) {
          if (configSource === ConfigSources.DYNAMIC_TOPIC_CONFIG && typeof value === 'string') config[name] = value;
        }
        return [resourceName, config];
      }),
  );
}

/** The answer with its errors still in it; rejects for other failures than `tolerated`, if that is given. */
async function answerOf<Response>(request: Promise<Response>, tolerated?: ProtocolFailure['id']): Promise<Response> {
  try {
    return await request;
  } catch (error) {
    if (!(error instanceof ResponseError)) throw error;
    if (tolerated !== undefined && protocolFailures(error).some(({ id }) => id !== tolerated)) throw error;
    // As the protocol's parser made it, of the type that the call without errors gives.
    const response: Response | undefined = error['response'];
    if (response === undefined) throw error;
    return response;
  }
}

/** Gives up quietly: the change is made, and the next look finds it. */
async function untilSeen(
  topics: readonly string[],
  seenOf: (missing: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<void> {
  const until = performance.now() + seenWithinMs;
  let missing = topics;
  for (let wait = seenPollMs.first; missing.length > 0; wait = Math.min(2 * wait, seenPollMs.most)) {
    const seen = await seenOf(missing);
    missing = missing.filter((topic) => !seen.has(topic));
    if (performance.now() >= until) return;
    if (missing.length > 0) await delay(wait);
  }
}

/** A UUID as Kafka prints it: base64url of its 16 bytes (org.apache.kafka.common.Uuid). */
function printedId(uuid: string): string {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64url');
}
