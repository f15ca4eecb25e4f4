import { describe, expect, it } from 'vitest';
import { type Outside, unaccounted } from './irreversible.ts';

interface Case {
  readonly what: string;
  /** By topic, its id and partitions. */
  readonly first?: Readonly<Record<string, readonly [string, number]>>;
  readonly now?: Readonly<Record<string, readonly [string, number]>>;
  readonly told?: readonly string[];
  /** What is found; absent: nothing. */
  readonly finds?: string;
}

const made = 'CreateTopic topic a (2 partitions, 1 replicas), because it is declared and not there';
const deleted = 'DeleteTopic topic a, because it is declared no more';
const grown = 'AddPartitions topic a (1 → 3 partitions), because more are declared';

const cases: readonly Case[] = [
  { what: 'what is as it was', first: { a: ['1', 1] }, now: { a: ['1', 1] } },
  { what: 'a topic that was made', now: { a: ['1', 2] }, told: [made] },
  { what: 'a topic that was deleted', first: { a: ['1', 1] }, told: [deleted] },
  { what: 'a topic that grew', first: { a: ['1', 1] }, now: { a: ['1', 3] }, told: [grown] },
  {
    what: 'a topic that grew, was deleted and made again',
    first: { a: ['1', 1] },
    now: { a: ['2', 2] },
    told: [grown, deleted, made],
  },
  {
    what: 'a topic made with what the brokers give',
    now: { a: ['1', 1] },
    told: ['CreateTopic topic a, because it is declared'],
  },
  { what: 'a topic that nobody told of', now: { a: ['1', 1] }, finds: 'topic a is there, and was told last: nothing' },
  { what: 'a topic that vanished', first: { a: ['1', 1] }, finds: 'topic a is not there' },
  {
    what: 'a topic that should be gone',
    first: { a: ['1', 1] },
    now: { a: ['1', 1] },
    told: [deleted],
    finds: 'is there',
  },
  {
    what: 'partitions that nobody told of',
    first: { a: ['1', 1] },
    now: { a: ['1', 2] },
    finds: 'and 1 are accounted',
  },
  {
    what: 'partitions that were told of alone',
    first: { a: ['1', 1] },
    now: { a: ['1', 1] },
    told: [grown],
    finds: 'and 3',
  },
  { what: 'a topic made anew in silence', first: { a: ['1', 1] }, now: { a: ['2', 1] }, finds: 'was made anew' },
];

function outside(topics: NonNullable<Case['first']>, schemas: Readonly<Record<string, string>> = {}): Outside {
  const live = Object.entries(topics).map(
    ([topic, [id, partitions]]) => [topic, { topic, id, partitions, replicas: 1, config: {} }] as const,
  );
  return { topics: new Map(live), schemas: new Map(Object.entries(schemas)) };
}

describe('what is left outside', () => {
  it.each(cases)('$what', ({ first = {}, now = {}, told = [], finds }) => {
    const found = unaccounted(outside(first), outside(now), told);
    if (finds === undefined) return expect(found).toEqual([]);
    expect(found.join()).toContain(finds);
  });

  it('holds no schema more than was told of, and none less', () => {
    const of = (told: readonly string[]) => unaccounted(outside({}, { s: 'old' }), outside({}, { s: 'new' }), told);
    expect(of(['RegisterSchema subject s version 2, because it is declared'])).toEqual([]);
    expect(of([])).toEqual(['subject s has a schema that nothing was told of']);
    expect(unaccounted(outside({}, { s: 'old' }), outside({}), [])).toEqual(['subject s is gone']);
  });
});
