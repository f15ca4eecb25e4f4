// Reads what a service or a job needs to know of its bus. What cannot be reached is part of what was seen, not an error.
import { annotations, conditionTypes, type EventBus, makesPrincipalsOn, topicManagementOf } from '../api/index.ts';
import { SluiceError } from '../errors.ts';
import { type DeclaredTopic, deletableTopics, type LiveTopics, type TopicsObserved } from '../kafka/index.ts';
import { isConditionTrue, keyOf, type ReconcileContext } from '../runtime/index.ts';
import { findKafkaTopic, type KafkaTopic, saysOtherwise, strimziTopicPort } from '../strimzi/index.ts';
import type { BusConnection, BusConnections } from './connections.ts';
import { consumedTopics, deadLetterTopics, writtenTopics } from './declared.ts';
import { observeLeftSubjects } from './left-subjects.ts';
import type { BusAvailable, BusObservation, BusUnavailable } from './observation.ts';
import { accessPortOf, observeAccess, ownKafkaUsersOf } from './observe-access.ts';
import { observeGate } from './observe-gate.ts';
import { observeReadSchemas, observeSchemas } from './observe-schemas.ts';
import { resolveBus } from './resolve.ts';
import { secretsOf } from './secrets.ts';
import { readRefusal } from './tenancy.ts';
import { type BusDependent, consumersOf, ownersOf } from './watches.ts';

type Reading = Pick<ReconcileContext, 'cache' | 'client'>;

/** Rejects only where the API server does. */
export async function observeBus(
  object: BusDependent,
  context: Reading,
  buses: BusConnections,
): Promise<BusObservation> {
  const known = rememberedOf(object);
  const resolved = await resolveBus(object, context);
  if ('verdict' in resolved) return unavailable(object, context, known, resolved.verdict);
  const { bus } = resolved;
  try {
    const connection = await buses.to(bus, secretsOf(bus, context.client));
    return await observeConnected(object, bus, connection, context, known);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return unavailable(object, context, known, toVerdict(error));
  }
}

function unavailable(
  object: BusDependent,
  context: Reading,
  known: Known,
  verdict: BusUnavailable['verdict'],
): BusUnavailable {
  const kafkaUsers = ownKafkaUsersOf(object, context);
  const users = known.remembered.users.filter((user) => !kafkaUsers.has(user));
  return { state: 'unavailable', ...known, remembered: { ...known.remembered, users }, kafkaUsers, verdict };
}

type Known = Omit<BusUnavailable, 'state' | 'verdict'>;

function rememberedOf(object: BusDependent): Known {
  const { deletionTimestamp } = object.metadata;
  return {
    ...(deletionTimestamp === undefined ? {} : { deletingSinceMs: Date.parse(deletionTimestamp) }),
    declaresDeletion: writtenTopics(object).some(({ deletionPolicy }) => deletionPolicy === 'Delete'),
    remembered: {
      topics: object.status?.topics ?? [],
      subjects: object.status?.subjects ?? [],
      users: object.status?.access ? [object.status.access.user] : [],
    },
  };
}

async function observeConnected(
  object: BusDependent,
  bus: EventBus,
  connection: BusConnection,
  context: Reading,
  known: Known,
): Promise<BusAvailable> {
  const isByStrimzi = topicManagementOf(bus.spec) === 'Strimzi';
  const kafkaTopics = isByStrimzi ? kafkaTopicsOf(object, bus, context, known) : undefined;
  const topics = await observeTopics(object, bus, connection, context, known, kafkaTopics);
  const readSchemas = await observeReadSchemas(object, connection);
  const makesPrincipals = makesPrincipalsOn(bus);
  return {
    state: 'available',
    ...known,
    bus,
    topics,
    ...(kafkaTopics ? { kafkaTopics } : {}),
    schemas: await observeSchemas(object, bus, connection, context, known.remembered.subjects),
    leftSubjects: await observeLeftSubjects(object, bus, connection, context.cache, known.remembered.subjects),
    readSchemas,
    gate: await observeGate(object, bus, connection, context.cache, readSchemas),
    live: topics.live,
    groups: connection.kafka,
    forbiddenReads: mapOf(new Set(consumedTopics(object)), (topic) => {
      const [owner] = ownersOf(context.cache, object, topic).toSorted(byRank(topic));
      return owner && readRefusal(object, topic, owner);
    }),
    ...(makesPrincipals ? { access: await observeAccess(object, bus, connection.access, context) } : {}),
    ports: {
      topics: isByStrimzi ? strimziPortOf(bus, connection, context) : connection.topics,
      schemas: connection.schemas,
      access: accessPortOf(object, bus, connection.access, context),
      groups: connection.kafka,
    },
  };
}

/** By topic; undefined for topics that have none. */
function kafkaTopicsOf(
  object: BusDependent,
  bus: EventBus,
  { cache }: Reading,
  { remembered }: Known,
): ReadonlyMap<string, KafkaTopic | undefined> {
  const named = [...writtenTopics(object), ...deadLetterTopics(object), ...remembered.topics].map(({ topic }) => topic);
  const topics = new Set([...named, ...consumedTopics(object)]);
  return new Map([...topics].map((topic) => [topic, findKafkaTopic(bus, cache, topic)]));
}

function strimziPortOf(bus: EventBus, { kafka, topics }: BusConnection, { cache, client }: Reading) {
  return strimziTopicPort({
    bus,
    cache,
    client,
    describeTopics: (names) => kafka.describeTopics(names),
    direct: topics,
  });
}

/**
 * What Strimzi may have changed since the topics were read is read again, since no write of ours tells of it; and what is
 * about to be made, lest a KafkaTopic is written that changes a topic which somebody else made meanwhile.
 */
async function liveTopicsOf(
  connection: BusConnection,
  kafkaTopics: BusAvailable['kafkaTopics'],
  read: readonly string[],
): Promise<LiveTopics> {
  const live = await connection.liveTopics(read);
  const isOld = ([topic, kafkaTopic]: readonly [string, KafkaTopic | undefined]) =>
    kafkaTopic ? saysOtherwise(kafkaTopic, live.get(topic)) : !live.has(topic);
  const names = [...(kafkaTopics ?? [])].filter(isOld).map(([topic]) => topic);
  if (names.length === 0) return live;
  const again = await connection.kafka.describeTopics(names);
  const asked = new Set(names);
  return new Map([...[...live].filter(([topic]) => !asked.has(topic)), ...again]);
}

async function observeTopics(
  object: BusDependent,
  bus: EventBus,
  connection: BusConnection,
  { cache }: Reading,
  { deletingSinceMs, remembered }: Known,
  kafkaTopics: BusAvailable['kafkaTopics'],
): Promise<TopicsObserved> {
  const declared: readonly DeclaredTopic[] = [...writtenTopics(object), ...deadLetterTopics(object)];
  const live = await liveTopicsOf(connection, kafkaTopics, consumedTopics(object));
  const named = new Set([...declared, ...remembered.topics].map(({ topic }) => topic));
  const deletable = deletableTopics({ declared, remembered: remembered.topics }, deletingSinceMs !== undefined);
  const present = deletable.filter((topic) => live.has(topic));
  const { conditions = [], observedGeneration } = object.status ?? {};
  return {
    busName: keyOf(bus.metadata),
    limits: bus.spec,
    declared,
    read: consumedTopics(object),
    live,
    remembered: remembered.topics,
    isSettled:
      observedGeneration === object.metadata.generation && isConditionTrue(conditions, conditionTypes.topicsReady),
    approved: object.metadata.annotations?.[annotations.approve],
    owners: mapOf(named, (topic) => rivalOf(object, topic, ownersOf(cache, object, topic))),
    readers: mapOf(named, (topic) => {
      const others = consumersOf(cache, object, topic).filter((other) => !isSame(other, object));
      return others.length === 0 ? undefined : others.map(nameOf);
    }),
    withRecords: present.length === 0 ? new Set() : await connection.kafka.topicsWithRecords(present),
  };
}

/**
 * Who else answers for the topic and comes before `object`: who had it already, else who was there first. One that is
 * being deleted gives way only once it is gone, so that the topic's end is decided by one.
 */
function rivalOf(object: BusDependent, topic: string, owners: readonly BusDependent[]): string | undefined {
  const first = owners
    .filter((other) => !isSame(other, object))
    .find((other) => rank(other, topic) < rank(object, topic));
  return first && nameOf(first);
}

/** Sorts first who has the topic in its status, then the older, then by name; the timestamps' resolution is a second. */
function rank(object: BusDependent, topic: string): string {
  const hasIt = object.status?.topics?.some((status) => status.topic === topic && status.id !== undefined);
  return [hasIt ? '0' : '1', object.metadata.creationTimestamp ?? '', nameOf(object)].join(' ');
}

function byRank(topic: string) {
  return (a: BusDependent, b: BusDependent) => (rank(a, topic) < rank(b, topic) ? -1 : 1);
}

function mapOf<Value>(keys: ReadonlySet<string>, read: (key: string) => Value | undefined): ReadonlyMap<string, Value> {
  const found = new Map<string, Value>();
  for (const key of keys) {
    const value = read(key);
    if (value !== undefined) found.set(key, value);
  }
  return found;
}

function isSame(a: BusDependent, b: BusDependent): boolean {
  return nameOf(a) === nameOf(b);
}

function nameOf({ kind, metadata }: BusDependent): string {
  return `${kind} ${keyOf(metadata)}`;
}

function toVerdict({ reason, message, retry }: SluiceError): BusUnavailable['verdict'] {
  const effect = retry === 'terminal' ? 'stalled' : 'waiting';
  return { type: conditionTypes.topicsReady, status: 'Unknown', reason, message, effect };
}
