// Which changes wake the services and jobs of a bus: the bus itself, another owner of one of their topics, the owner of
// one that they consume, what Strimzi says of their topics and users, and the ConfigMaps that their schemas come from.
import { busKeyOf, type EventService, labels, type StreamJob } from '../api/index.ts';
import {
  type Cache,
  controllerOf,
  generationChanged,
  type Index,
  indexOf,
  keyOf,
  type ObjectKey,
  type Resource,
  refersTo,
  resourceVersionChanged,
  type Watch,
  watchOf,
} from '../runtime/index.ts';
import { byTopic, type KafkaTopic, kafkaTopics, kafkaUsers, topicIndexValues } from '../strimzi/index.ts';
import { consumedTopics, deadLetterTopics, readerSchemas, writtenTopics } from './declared.ts';
import { liveTopics } from './live-schemas.ts';
import { usersOf } from './principal.ts';
import { type ConfigMap, configMaps, eventBuses, eventServices, streamJobs } from './resources.ts';

export type BusDependent = EventService | StreamJob;

const byBus = 'bus';
const byConfigMap = 'schemaConfigMap';
const byOwnedTopic = 'ownedTopic';
const byConsumedTopic = 'consumedTopic';
/** ConfigMaps by the topics that pods read and write with the schemas in them. */
const byLiveTopic = 'liveTopic';
const byUser = 'user';

/** What a controller of services or jobs adds to its own watches, indexes and reads. */
export function dependsOnBus<T extends BusDependent>(
  resource: Resource<T>,
): { readonly watches: readonly Watch[]; readonly indexes: readonly Index[]; readonly reads: readonly Resource[] } {
  const dependents = (cache: Cache, name: string, value: string): readonly ObjectKey[] =>
    cache.list(resource, { index: { name, value } }).map(({ metadata }) => metadata);
  // A topic changes hands when its other owner is deleted or declares it no more; its owner says who may consume it, and
  // may wait for one that reads it with a schema of its own.
  const owners = (kind: Resource<EventService> | Resource<StreamJob>) =>
    watchOf<BusDependent>({
      resource: kind,
      predicate: generationChanged,
      map: (other, cache) =>
        [
          ...ownedTopicKeys(other).flatMap((topic) =>
            [byOwnedTopic, byConsumedTopic].map((index) => ({ index, topic })),
          ),
          ...readTopicKeys(other).map((topic) => ({ index: byOwnedTopic, topic })),
        ]
          .flatMap(({ index, topic }) => dependents(cache, index, topic))
          .filter((key) => resource.kind !== other.kind || keyOf(key) !== keyOf(other.metadata)),
    });
  return {
    watches: [
      watchOf({
        resource: eventBuses,
        predicate: resourceVersionChanged,
        map: (bus, cache) => dependents(cache, byBus, keyOf(bus.metadata)),
      }),
      watchOf({
        resource: configMaps,
        predicate: resourceVersionChanged,
        map: (configMap, cache) => dependents(cache, byConfigMap, keyOf(configMap.metadata)),
      }),
      // What somebody's pods read and write with changed: whoever waits for that goes on.
      watchOf<ConfigMap>({
        resource: configMaps,
        predicate: resourceVersionChanged,
        map: (record, cache) => [
          ...liveTopics(record).flatMap((topic) =>
            [byOwnedTopic, byConsumedTopic].flatMap((index) => dependents(cache, index, topic)),
          ),
          ...ownerOf(record, resource),
        ],
      }),
      watchOf<KafkaTopic>({
        resource: kafkaTopics,
        predicate: resourceVersionChanged,
        // Of one that Sluice did not make nothing is awaited.
        map: ({ metadata, spec }, cache) => {
          const bus = { namespace: metadata.namespace, name: metadata.labels?.[labels.bus] ?? '' };
          const topic = `${keyOf(bus)}/${spec?.topicName ?? metadata.name}`;
          return [byOwnedTopic, byConsumedTopic].flatMap((index) => dependents(cache, index, topic));
        },
      }),
      watchOf({
        resource: kafkaUsers,
        predicate: resourceVersionChanged,
        map: (user, cache) => dependents(cache, byUser, keyOf(user.metadata)),
      }),
      owners(eventServices),
      owners(streamJobs),
    ],
    indexes: [
      indexOf<T>(resource, byBus, (object) => [keyOf(busKeyOf(object))]),
      indexOf<T>(resource, byConfigMap, schemaConfigMaps),
      indexOf<T>(resource, byUser, (object) => usersOf(object).map((name) => keyOf({ ...busKeyOf(object), name }))),
      // Of both kinds, whichever of them this is for: a topic's other owner or reader may be of the other kind.
      ...topicIndexes(eventServices),
      ...topicIndexes(streamJobs),
      indexOf(kafkaTopics, byTopic, topicIndexValues),
      indexOf(configMaps, byLiveTopic, liveTopics),
    ],
    reads: [],
  };
}

function topicIndexes<T extends BusDependent>(resource: Resource<T>): readonly Index[] {
  return [
    indexOf<T>(resource, byOwnedTopic, ownedTopicKeys),
    indexOf<T>(resource, byConsumedTopic, (object) => consumedTopics(object).map((topic) => topicKey(object, topic))),
  ];
}

/** All that answer for the topic on the bus of `object`, itself among them. */
export function ownersOf(cache: Cache, object: BusDependent, topic: string): readonly BusDependent[] {
  const index = { name: byOwnedTopic, value: topicKey(object, topic) };
  return [...cache.list(eventServices, { index }), ...cache.list(streamJobs, { index })];
}

/** All that consume the topic on the bus of `object`. */
export function consumersOf(cache: Cache, object: BusDependent, topic: string): readonly BusDependent[] {
  const index = { name: byConsumedTopic, value: topicKey(object, topic) };
  return [...cache.list(eventServices, { index }), ...cache.list(streamJobs, { index })];
}

/** All whose pods read or write the topic with a schema, whatever their specs say now. */
export function livingOn(cache: Cache, object: BusDependent, topic: string): readonly BusDependent[] {
  const index = { name: byLiveTopic, value: topicKey(object, topic) };
  return cache.list(configMaps, { index }).flatMap((record) => {
    const owner = controllerOf(record);
    if (!owner) return [];
    const key = { namespace: record.metadata.namespace, name: owner.name };
    const found = refersTo(owner, eventServices) ? cache.get(eventServices, key) : cache.get(streamJobs, key);
    return found && found.kind === owner.kind && found.metadata.uid === owner.uid ? [found] : [];
  });
}

function ownerOf(record: ConfigMap, resource: Resource): readonly ObjectKey[] {
  const { metadata } = record;
  const owner = controllerOf(record);
  const isOurs = metadata.labels?.[labels.liveSchemas] !== undefined && owner && refersTo(owner, resource);
  return isOurs ? [{ namespace: metadata.namespace, name: owner.name }] : [];
}

function ownedTopicKeys(object: BusDependent): readonly string[] {
  const owned = [...writtenTopics(object), ...deadLetterTopics(object)];
  return owned.map(({ topic }) => topicKey(object, topic));
}

/** Those that are read with a schema of the reader's own. */
function readTopicKeys(object: BusDependent): readonly string[] {
  return object.kind === 'EventService' ? readerSchemas(object).map(({ topic }) => topicKey(object, topic)) : [];
}

/** No topic's name holds a "/". */
function topicKey(object: BusDependent, topic: string): string {
  return `${keyOf(busKeyOf(object))}/${topic}`;
}

function schemaConfigMaps(object: BusDependent): readonly string[] {
  const { namespace } = object.metadata;
  const read = object.kind === 'EventService' ? readerSchemas(object) : [];
  return [...writtenTopics(object), ...read].flatMap(({ schema }) =>
    schema?.configMapKeyRef ? keyOf({ namespace, name: schema.configMapKeyRef.name }) : [],
  );
}
