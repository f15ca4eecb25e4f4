// Which partitions to ask which broker for. Pure.
import type { ClusterMetadata } from '@platformatic/kafka';
import type { Partition } from './partition.ts';
import type { FetchRequestTopic } from './protocol.ts';

export interface PlannedFetch {
  readonly node: number;
  readonly topics: readonly FetchRequestTopic[];
  readonly partitions: readonly {
    readonly topicId: string;
    readonly partition: Partition;
    /** Offset that the request begins at. */
    readonly position: bigint;
  }[];
}

const MAX_PARTITION_BYTES = 1_048_576;

/**
 * One request for each broker that leads any of the partitions and is not busy. A partition without a leader, or of a topic
 * that is gone, is left out: it must not fail the others.
 */
export function planFetches(
  metadata: ClusterMetadata,
  open: readonly Partition[],
  busy: ReadonlySet<number>,
): readonly PlannedFetch[] {
  const byNode = new Map<number, PlannedFetch['partitions'][number][]>();
  for (const partition of open) {
    const topic = metadata.topics.get(partition.topic);
    const leader = topic?.partitions[partition.partition]?.leader;
    if (topic === undefined || leader === undefined || !metadata.brokers.has(leader) || busy.has(leader)) continue;
    const entry = { topicId: topic.id, partition, position: partition.fetchFrom };
    byNode.set(leader, [...(byNode.get(leader) ?? []), entry]);
  }
  return [...byNode].map(([node, partitions]) => ({ node, partitions, topics: requestTopics(partitions) }));
}

function requestTopics(partitions: PlannedFetch['partitions']): readonly FetchRequestTopic[] {
  const byTopic = Map.groupBy(partitions, ({ topicId }) => topicId);
  return [...byTopic].map(([topicId, entries]) => ({
    topicId,
    partitions: entries.map(({ partition, position }) => ({
      partition: partition.partition,
      fetchOffset: position,
      // No epochs: the leader's own check of them is for clients that keep them over a truncation.
      currentLeaderEpoch: -1,
      lastFetchedEpoch: -1,
      partitionMaxBytes: MAX_PARTITION_BYTES,
    })),
  }));
}
