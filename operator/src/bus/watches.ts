// Which changes wake the services and jobs of a bus: the bus itself, another owner of one of their topics, the owner of
// one that they consume, what Strimzi says of their topics and users, and the ConfigMaps that their schemas come from.
import { busKeyOf, type EventService, labels, type StreamJob } from '../api/index.ts';
import {
  type Cache,
  generationChanged,
  type Index,
  indexOf,
  keyOf,
  type ObjectKey,
  type Resource,
  resourceVersionChanged,
  type Watch,
  watchOf,
} from '../runtime/index.ts';
import { byTopic, type KafkaTopic, kafkaTopics, kafkaUsers, topicIndexValues } from '../strimzi/index.ts';
import { consumedTopics, deadLetterTopics, writtenTopics } from './declared.ts';
import { usersOf } from './principal.ts';
import { configMaps, eventBuses, eventServices, streamJobs } from './resources.ts';

export type BusDependent = EventService | StreamJob;

const byBus = 'bus';
const byConfigMap = 'schemaConfigMap';
const byOwnedTopic = 'ownedTopic';
const byConsumedTopic = 'consumedTopic';
const byUser = 'user';

/** What a controller of services or jobs adds to its own watches, indexes and reads. */
export function dependsOnBus<T extends BusDependent>(
  resource: Resource<T>,
): { readonly watches: readonly Watch[]; readonly indexes: readonly Index[]; readonly reads: readonly Resource[] } {
  const dependents = (cache: Cache, name: string, value: string): readonly ObjectKey[] =>
    cache.list(resource, { index: { name, value } }).map(({ metadata }) => metadata);
  // A topic changes hands when its other owner is deleted or declares it no more; its owner says who may consume it.
  const owners = (kind: Resource<EventService> | Resource<StreamJob>) =>
    watchOf<BusDependent>({
      resource: kind,
      predicate: generationChanged,
      map: (other, cache) =>
        ownedTopicKeys(other)
          .flatMap((topic) => [byOwnedTopic, byConsumedTopic].flatMap((index) => dependents(cache, index, topic)))
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

function ownedTopicKeys(object: BusDependent): readonly string[] {
  const owned = [...writtenTopics(object), ...deadLetterTopics(object)];
  return owned.map(({ topic }) => topicKey(object, topic));
}

/** No topic's name holds a "/". */
function topicKey(object: BusDependent, topic: string): string {
  return `${keyOf(busKeyOf(object))}/${topic}`;
}

function schemaConfigMaps(object: BusDependent): readonly string[] {
  const { namespace } = object.metadata;
  return writtenTopics(object).flatMap(({ schema }) =>
    schema?.configMapKeyRef ? keyOf({ namespace, name: schema.configMapKeyRef.name }) : [],
  );
}
