import type { ClusterMetadata } from '@platformatic/kafka';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createMetrics } from '../metrics.ts';
import { Partition } from './partition.ts';
import { planFetches } from './plan-fetches.ts';

const log = pino({ level: 'silent' });
const metrics = createMetrics('test');

function aPartition(topic: string, partition: number, position = 0n): Partition {
  const retry = { attempts: 1, baseMs: 1, maxMs: 1 };
  return new Partition({
    topic,
    partition,
    position,
    handle: async () => undefined,
    setAside: undefined,
    retry,
    log,
    metrics,
  });
}

/** Topics by name, each with the leaders of its partitions. */
function aCluster(brokers: readonly number[], topics: Readonly<Record<string, readonly number[]>>): ClusterMetadata {
  return {
    id: 'cluster',
    controllerId: 1,
    lastUpdate: 0,
    brokers: new Map(brokers.map((nodeId) => [nodeId, { nodeId, host: 'h', port: 1, rack: null }])),
    topics: new Map(
      Object.entries(topics).map(([name, leaders]) => [
        name,
        {
          id: `${name}-id`,
          partitionsCount: leaders.length,
          lastUpdate: 0,
          partitions: leaders.map((leader) => ({ leader, leaderEpoch: 0, replicas: [], isr: [], offlineReplicas: [] })),
        },
      ]),
    ),
  };
}

const asked = (fetches: ReturnType<typeof planFetches>) =>
  fetches.map(({ node, topics }) => ({
    node,
    topics: topics.map(({ topicId, partitions }) => [
      topicId,
      ...partitions.map((part) => [part.partition, part.fetchOffset]),
    ]),
  }));

test('asks each broker once, for the partitions that it leads', () => {
  const open = [aPartition('a', 0, 7n), aPartition('a', 1), aPartition('b', 0), aPartition('a', 2, 9n)];
  expect(asked(planFetches(aCluster([1, 2], { a: [1, 2, 1], b: [1] }), open, new Set()))).toEqual([
    {
      node: 1,
      topics: [
        ['a-id', [0, 7n], [2, 9n]],
        ['b-id', [0, 0n]],
      ],
    },
    { node: 2, topics: [['a-id', [1, 0n]]] },
  ]);
});

test('leaves out what would fail the others: no leader, no broker, no topic, no such partition', () => {
  const open = [aPartition('a', 0), aPartition('a', 1), aPartition('a', 2), aPartition('a', 3), aPartition('gone', 0)];
  expect(asked(planFetches(aCluster([1], { a: [-1, 9, 1] }), open, new Set()))).toEqual([
    { node: 1, topics: [['a-id', [2, 0n]]] },
  ]);
});

test('leaves a broker alone that is still answering', () => {
  const open = [aPartition('a', 0), aPartition('a', 1)];
  expect(planFetches(aCluster([1, 2], { a: [1, 2] }), open, new Set([1])).map(({ node }) => node)).toEqual([2]);
});
