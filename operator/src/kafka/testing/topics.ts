// Test support: what the decision about topics is taken from, and the cluster after a Plan was carried out on it.
import type { TopicStatus } from '../../api/index.ts';
import type { Change } from '../../plan/index.ts';
import type { LiveTopic } from '../admin.ts';
import type { DeclaredTopic } from '../topic-rules.ts';
import type { TopicsObserved } from '../topics-observed.ts';

export function aTopic(topic: string, over: Partial<LiveTopic> = {}): LiveTopic {
  return { topic, id: `id-of-${topic}`, partitions: 1, replicas: 1, config: {}, ...over };
}

export function aDeclaration(topic: string, over: Partial<DeclaredTopic> = {}): DeclaredTopic {
  return { topic, drift: 'Revert', deletionPolicy: 'Retain', ...over };
}

export function liveTopics(...topics: readonly LiveTopic[]): ReadonlyMap<string, LiveTopic> {
  return new Map(topics.map((each) => [each.topic, each]));
}

/** A bus without opinions and a resource that declares nothing. */
export function anObservation(over: Partial<TopicsObserved> = {}): TopicsObserved {
  return {
    busName: 'shop/shop',
    limits: {},
    declared: [],
    read: [],
    live: new Map(),
    remembered: [],
    isSettled: false,
    approved: undefined,
    owners: new Map(),
    readers: new Map(),
    withRecords: new Set(),
    ...over,
  };
}

/** What is there once the changes were carried out; ids of new topics are `made-<name>`. */
export function carriedOut(
  live: ReadonlyMap<string, LiveTopic>,
  changes: readonly Change[],
): ReadonlyMap<string, LiveTopic> {
  const topics = new Map(live);
  for (const change of changes) {
    if (change.action === 'CreateTopic') {
      const { topic, partitions = 1, replicas = 1, config } = change;
      topics.set(topic, { topic, id: `made-${topic}`, partitions, replicas, config });
    }
    const there = 'topic' in change ? topics.get(change.topic) : undefined;
    if (!there) continue;
    if (change.action === 'AddPartitions') topics.set(there.topic, { ...there, partitions: change.to });
    if (change.action === 'DeleteTopic') topics.delete(there.topic);
    if (change.action === 'AlterTopicConfig') {
      const config: Record<string, string> = { ...there.config };
      for (const [name, { to }] of Object.entries(change.entries)) {
        if (to === undefined) delete config[name];
        else config[name] = to;
      }
      topics.set(there.topic, { ...there, config });
    }
  }
  return topics;
}

/** As a decision reports a topic that is as declared. */
export function remembered(topic: string, over: Partial<TopicStatus> = {}): TopicStatus {
  return { topic, id: `id-of-${topic}`, partitions: 1, replicas: 1, ...over };
}
