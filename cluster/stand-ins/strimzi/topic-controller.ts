// KafkaTopic to Kafka, as Strimzi's unidirectional topic operator does it.
import {
  addFinalizer,
  type Cache,
  type ControllerOptions,
  hasFinalizer,
  type ReconcileContext,
  type ReconcileOutcome,
  removeFinalizer,
  watchOf,
} from '../../../operator/src/runtime/index.ts';
import type { Broker } from './broker.ts';
import { topicRefused } from './conditions.ts';
import {
  brokerOf,
  declared,
  type EntityParts,
  membersOf,
  ofCluster,
  report,
  retryMs,
  wordsOf,
} from './entity-parts.ts';
import { clusterOf, isPaused, type KafkaTopic, kafkaTopics, topicFinalizer } from './resources.ts';
import { decideTopic, isManaged, type TopicStep, topicNameOf, winnerOf } from './topic-decide.ts';

export function topicController(parts: EntityParts): ControllerOptions<KafkaTopic> {
  return {
    name: 'kafkatopic',
    for: kafkaTopics,
    predicate: declared,
    watches: [
      ofCluster(kafkaTopics),
      // One that stood in another's way is gone.
      watchOf({
        resource: kafkaTopics,
        predicate: ({ object }) => object === undefined,
        map: (gone, cache) => rivalsOf(gone, cache).map(({ metadata }) => metadata),
      }),
    ],
    reconcile: async (key, context) => {
      const topic = context.cache.get(kafkaTopics, key);
      if (!topic) return undefined;
      const broker = brokerOf(topic, 'topicOperator', parts, context.cache);
      if (broker === undefined) return undefined;
      if (typeof broker === 'number') return { requeueAfterMs: broker };
      const isDeleted = topic.metadata.deletionTimestamp !== undefined;
      return isDeleted ? finalize(topic, broker, context) : bringAbout(topic, broker, parts.intervalMs, context);
    },
  };
}

async function bringAbout(
  found: KafkaTopic,
  broker: Broker,
  intervalMs: number,
  context: ReconcileContext,
): Promise<ReconcileOutcome> {
  const { client } = context;
  const hold = isManaged(found) ? addFinalizer : removeFinalizer;
  const topic = await hold(client, kafkaTopics, found, topicFinalizer);
  const name = topicNameOf(topic);
  const isWorkedOn = isManaged(topic) && !isPaused(topic);
  try {
    const live = isWorkedOn ? (await broker.topics()).get(name) : undefined;
    const { steps, condition, told } = decideTopic(topic, winnerOf(topic, rivalsOf(topic, context.cache)), live);
    for (const step of steps) {
      context.logger.info({ topic: name, ...step }, 'changing the topic');
      await carryOut(step, name, broker);
    }
    const known = steps.some(({ action }) => action === 'create') ? (await broker.topics()).get(name) : live;
    const topicName = topic.status?.topicName ?? name;
    await report(client, kafkaTopics, topic, {
      conditions: [condition],
      ...(told === 'nothing' ? {} : { topicName }),
      ...(told === 'name and id' && known ? { topicId: known.id } : {}),
    });
    return { requeueAfterMs: intervalMs };
  } catch (error) {
    await reportFailure(topic, error, context);
    return { requeueAfterMs: Math.min(retryMs, intervalMs) };
  }
}

/** Only the one that has the topic takes it away; a paused one does too. */
async function finalize(
  topic: KafkaTopic,
  broker: Broker,
  context: ReconcileContext,
): Promise<ReconcileOutcome | undefined> {
  if (!hasFinalizer(topic, topicFinalizer)) return undefined;
  const name = topic.status?.topicName ?? topicNameOf(topic);
  if (isManaged(topic) && winnerOf(topic, rivalsOf(topic, context.cache)).metadata.uid === topic.metadata.uid) {
    try {
      const live = (await broker.topics()).get(name);
      if (live) await broker.kafka.deleteTopic(name, live.id);
      context.logger.info({ topic: name, wasThere: live !== undefined }, 'the topic is deleted');
    } catch (error) {
      await reportFailure(topic, error, context);
      return { requeueAfterMs: retryMs };
    }
  }
  await removeFinalizer(context.client, kafkaTopics, topic, topicFinalizer);
  return undefined;
}

/** The resources that stand for the same topic, itself among them. */
function rivalsOf(topic: KafkaTopic, cache: Cache): readonly KafkaTopic[] {
  const cluster = { namespace: topic.metadata.namespace, name: clusterOf(topic) ?? '' };
  return membersOf(cache, kafkaTopics, cluster).filter((each) => topicNameOf(each) === topicNameOf(topic));
}

async function carryOut(step: TopicStep, topic: string, { kafka }: Broker): Promise<void> {
  switch (step.action) {
    case 'create': {
      const { partitions, replicas, config } = step;
      const sizes = {
        ...(partitions === undefined ? {} : { partitions }),
        ...(replicas === undefined ? {} : { replicas }),
      };
      return kafka.createTopics([{ topic, ...sizes, config }]);
    }
    case 'grow':
      return kafka.addPartitions(topic, step.to);
    case 'configure':
      return kafka.alterTopicConfig(topic, step.entries);
  }
}

async function reportFailure(topic: KafkaTopic, error: unknown, { client, logger }: ReconcileContext): Promise<void> {
  const words = wordsOf(error);
  logger.warn({ err: error }, 'Kafka refused');
  const { topicName, topicId } = topic.status ?? {};
  await report(client, kafkaTopics, topic, {
    conditions: [topicRefused('KafkaError', words)],
    ...(topicName === undefined ? {} : { topicName }),
    ...(topicId === undefined ? {} : { topicId }),
  });
}
