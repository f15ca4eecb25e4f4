import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LiveTopic } from './admin.ts';
import { decideTopics } from './decide.ts';
import { aDeclaration, anObservation, carriedOut, liveTopics } from './testing/topics.ts';
import type { DeclaredTopic } from './topic-rules.ts';

const names = ['a', 'b', 'c', 'd'] as const;
const config = fc.dictionary(
  fc.constantFrom('retention.ms', 'segment.ms', 'cleanup.policy'),
  fc.constantFrom('1', '2', '-1', 'compact'),
  { maxKeys: 3 },
);
const declaration = fc
  .record(
    {
      topic: fc.constantFrom(...names),
      partitions: fc.integer({ min: 1, max: 5 }),
      replicas: fc.integer({ min: 1, max: 3 }),
      config,
      partitionsOf: fc.constantFrom(...names, 'gone'),
      drift: fc.constantFrom<DeclaredTopic['drift']>('Report', 'Revert'),
      deletionPolicy: fc.constantFrom<DeclaredTopic['deletionPolicy']>('Retain', 'Delete'),
    },
    { requiredKeys: ['topic'] },
  )
  .map(({ topic, partitionsOf, partitions, ...rest }) =>
    aDeclaration(topic, {
      ...rest,
      ...(partitionsOf === undefined ? (partitions === undefined ? {} : { partitions }) : { partitionsOf }),
    }),
  );
const live = fc
  .uniqueArray(
    fc.record({
      topic: fc.constantFrom(...names),
      id: fc.constantFrom('one', 'two'),
      partitions: fc.integer({ min: 1, max: 5 }),
      replicas: fc.integer({ min: 1, max: 3 }),
      config,
    }),
    { selector: ({ topic }) => topic },
  )
  .map((topics: readonly LiveTopic[]) => liveTopics(...topics));
const remembered = fc.uniqueArray(
  fc.record(
    {
      topic: fc.constantFrom(...names),
      id: fc.constantFrom('one', 'two'),
      config: fc.subarray(['retention.ms', 'segment.ms', 'cleanup.policy']),
      deletionPolicy: fc.constantFrom<'Retain' | 'Delete'>('Retain', 'Delete'),
    },
    { requiredKeys: ['topic'] },
  ),
  { selector: ({ topic }) => topic },
);
const observation = fc
  .record({
    declared: fc.uniqueArray(declaration, { selector: ({ topic }) => topic }),
    live,
    remembered,
    isSettled: fc.boolean(),
    read: fc.subarray([...names]),
    withRecords: fc.subarray([...names]).map((topics) => new Set<string>(topics)),
    owners: fc
      .subarray([...names])
      .map((topics) => new Map(topics.map((topic) => [topic, 'EventService x/y'] as const))),
    limits: fc.record({ topicDefaults: fc.record({ partitions: fc.integer({ min: 1, max: 3 }), config }) }),
  })
  .map((over) => anObservation(over));

describe('deciding about topics', () => {
  it('again after acting yields no changes, whatever was there', () => {
    fc.assert(
      fc.property(observation, (observed) => {
        // A dead-letter topic waits for its source, and that may be another one's dead-letter topic.
        const waits = observed.declared.filter(({ partitionsOf }) => partitionsOf !== undefined).length;
        let next = observed;
        for (let step = 0; step <= waits; step++) {
          const { changes, topics } = decideTopics(next);
          next = { ...next, live: carriedOut(next.live, changes), remembered: topics };
        }
        expect(decideTopics(next).changes).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
  });

  it('never touches a topic that another one answers for', () => {
    fc.assert(
      fc.property(observation, (observed) => {
        for (const change of decideTopics(observed).changes) {
          if ('topic' in change) expect(observed.owners.has(change.topic)).toBe(false);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('never deletes records without saying that it is data loss', () => {
    fc.assert(
      fc.property(observation, (observed) => {
        for (const change of decideTopics(observed).changes) {
          if (change.action === 'DeleteTopic' && observed.withRecords.has(change.topic)) {
            expect(change.risk).toBe('DataLoss');
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
