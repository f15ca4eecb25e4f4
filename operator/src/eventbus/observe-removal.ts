// What a bus that is deleted with its cluster would take with it.
import { annotations, busKeyOf, type EventBus, finalizer } from '../api/index.ts';
import { type BusConnections, eventServices, secretsOf, streamJobs } from '../bus/index.ts';
import { SluiceError } from '../errors.ts';
import { hasFinalizer, keyOf, type ReconcileContext } from '../runtime/index.ts';
import { clusterLabel, isRemovedWith, kafkaTopics, type RemovalObserved } from '../strimzi/index.ts';
import type { StrimziObserved } from './observe-strimzi.ts';

/** How many of those that use it are named. */
const named = 3;

/** Undefined: the bus lives, or its cluster does not go with it. */
export async function observeRemoval(
  bus: EventBus,
  strimzi: StrimziObserved,
  { cache, client }: Pick<ReconcileContext, 'cache' | 'client'>,
  buses: BusConnections,
): Promise<RemovalObserved | undefined> {
  const { deletionTimestamp, namespace = '' } = bus.metadata;
  if (deletionTimestamp === undefined || !hasFinalizer(bus, finalizer) || !isRemovedWith(bus)) return undefined;
  const { cluster } = bus.spec.kafka.strimzi ?? {};
  const isOfCluster = ({ metadata }: { metadata: { labels?: Readonly<Record<string, string>> } }) =>
    metadata.labels?.[clusterLabel] === cluster;
  const dependents = [...cache.list(eventServices), ...cache.list(streamJobs)].filter(
    (object) => keyOf(busKeyOf(object)) === keyOf(bus.metadata),
  );
  return {
    ...strimzi,
    topics: cache.list(kafkaTopics, { namespace }).filter(isOfCluster),
    losses: [
      ...dependents.slice(0, named).map(({ kind, metadata }) => `${kind} ${keyOf(metadata)} uses it`),
      ...(await recordLosses(bus, client, buses)),
    ],
    approved: bus.metadata.annotations?.[annotations.approve],
    deletingSinceMs: Date.parse(deletionTimestamp),
  };
}

async function recordLosses(
  bus: EventBus,
  client: ReconcileContext['client'],
  buses: BusConnections,
): Promise<readonly string[]> {
  try {
    const { kafka } = await buses.to(bus, secretsOf(bus, client));
    const withRecords = await kafka.topicsWithRecords([...(await kafka.topicNames())]);
    return [...withRecords]
      .toSorted()
      .slice(0, named)
      .map((topic) => `topic ${topic} holds records`);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return [`whether it holds records is not known (${error.message})`];
  }
}
