import { describe, expect, it } from 'vitest';
import { type Dependents, growthTold } from './growth.ts';
import { aDeclaration, aTopic } from './testing/topics.ts';

const nobody: Dependents = { readers: [], isReadByItself: false };
const schema = { format: 'Avro', inline: '"string"' } as const;

describe('more partitions for a topic', () => {
  const cases: readonly {
    readonly what: string;
    readonly declared?: Parameters<typeof aDeclaration>[1];
    readonly live?: Parameters<typeof aTopic>[1];
    readonly dependents?: Partial<Dependents>;
    /** What the reason names; absent: nobody depends on keys, and the change is Safe. */
    readonly says?: string;
  }[] = [
    { what: 'that nobody declared a schema for or reads' },
    { what: 'that is deleted from', declared: { config: { 'cleanup.policy': 'delete' } } },
    { what: 'with a schema', declared: { schema }, says: 'what its schema describes' },
    {
      what: 'that is compacted by its declaration',
      declared: { config: { 'cleanup.policy': 'compact,delete' } },
      says: 'compaction: the former value of a key stays',
    },
    {
      what: 'that others set to be compacted',
      live: { config: { 'cleanup.policy': 'compact' } },
      says: 'compaction: the former value of a key stays',
    },
    {
      what: 'that others read',
      dependents: { readers: ['EventService shop/payment', 'StreamJob shop/fraud'] },
      says: 'keep state by it (EventService shop/payment, StreamJob shop/fraud)',
    },
    {
      what: 'that its own service reads',
      dependents: { isReadByItself: true },
      says: 'keep state by it (this resource itself)',
    },
    {
      what: 'that many read',
      dependents: { readers: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] },
      says: '(a, b, c, d, e and 2 more)',
    },
  ];
  it.each(cases)('$what', ({ declared, live, dependents, says }) => {
    const told = growthTold(aDeclaration('orders', declared), aTopic('orders', live), { ...nobody, ...dependents });
    if (says === undefined) return expect(told).toEqual({ risk: 'Safe', reason: 'more are declared' });
    expect(told.risk).toBe('Disruptive');
    expect(told.reason).toContain('the records of a key may go to another partition than before');
    expect(told.reason).toContain(says);
  });
});
