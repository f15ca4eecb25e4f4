import { describe, expect, it } from 'vitest';
import { decideGate, type GateObserved } from './decide.ts';
import { anOrder, aParticipant, aUse, aVersion } from './testing/participants.ts';
import type { Participant } from './use.ts';

const plain = anOrder(['id', 'string']);
const withTotal = anOrder(['id', 'string'], ['total', 'int']);
const withDefault = anOrder(['id', 'string'], ['total', 'int', 'default']);
const withText = anOrder(['id', 'string'], ['total', 'string']);

function observed(self: Participant, over: Partial<GateObserved> = {}): GateObserved {
  return { self, others: [], retained: new Map(), problems: [], approved: undefined, ...over };
}

const order = (wanted: string, live?: string) =>
  aParticipant('EventService shop/order', {
    wanted: { writes: wanted },
    ...(live === undefined ? {} : { live: { writes: live } }),
  });
const notification = (wanted: string, live?: string) =>
  aParticipant('EventService shop/notification', {
    wanted: { reads: wanted },
    ...(live === undefined ? {} : { live: { reads: live } }),
  });

interface Case {
  readonly what: string;
  readonly given: GateObserved;
  /** Absent: it goes live. */
  readonly refused?: { readonly reason: string; readonly effect: string };
}

const cases: readonly Case[] = [
  { what: 'a writer that nobody reads goes live', given: observed(order(withTotal)) },
  {
    what: 'a writer whose readers can read it goes live',
    given: observed(order(withTotal, plain), { others: [notification(plain, plain)] }),
  },
  {
    what: 'a writer that a live reader cannot read waits until a person mends one of them',
    given: observed(order(plain, withTotal), { others: [notification(withTotal, withTotal)] }),
    refused: { reason: 'WaitingForReader', effect: 'stalled' },
  },
  {
    what: 'a writer whose reader is on its way to a schema that can read it waits for that',
    given: observed(order(plain, withTotal), { others: [notification(withDefault, withTotal)] }),
    refused: { reason: 'WaitingForReader', effect: 'waiting' },
  },
  {
    what: 'a writer whose reader still has pods of both versions waits for the older to go',
    given: observed(order(plain, withTotal), {
      others: [
        {
          name: 'EventService shop/notification',
          live: { reads: [aUse(withTotal), aUse(withDefault)], writes: [] },
          wanted: { reads: [aUse(withDefault)], writes: [] },
        },
      ],
    }),
    refused: { reason: 'WaitingForReader', effect: 'waiting' },
  },
  {
    what: 'a reader of what only wants to be written goes live',
    given: observed(notification(withTotal), { others: [order(plain)] }),
  },
  {
    what: 'a reader that cannot read a live writer waits until a person mends one of them',
    given: observed(notification(withTotal), { others: [order(plain, plain)] }),
    refused: { reason: 'WaitingForWriter', effect: 'stalled' },
  },
  {
    what: 'a reader of what a writer is on its way to waits for that',
    given: observed(notification(withTotal), { others: [order(withTotal, plain)] }),
    refused: { reason: 'WaitingForWriter', effect: 'waiting' },
  },
  {
    what: 'a reader that cannot read a version that its level keeps is refused, whoever wrote it',
    given: observed(notification(withTotal), {
      others: [order(withTotal, plain)],
      retained: new Map([['shop.orders', [aVersion(1, plain), aVersion(2, withTotal)]]]),
    }),
    refused: { reason: 'SchemaIncompatible', effect: 'stalled' },
  },
  {
    what: 'a reader that cannot read the newest version is refused where nobody is known to write it',
    given: observed(notification(withTotal), { retained: new Map([['shop.orders', [aVersion(1, plain, false)]]]) }),
    refused: { reason: 'SchemaIncompatible', effect: 'stalled' },
  },
  {
    what: 'a reader that cannot read the newest version waits for the writer that writes it',
    given: observed(notification(withTotal), {
      others: [order(withTotal, plain)],
      retained: new Map([['shop.orders', [aVersion(1, plain, false)]]]),
    }),
    refused: { reason: 'WaitingForWriter', effect: 'waiting' },
  },
  {
    what: 'what is live already is not judged again',
    given: observed(order(plain, plain), { others: [notification(withTotal, withTotal)] }),
  },
  {
    what: 'two that wait for each other are a deadlock for the writer',
    given: observed(order(withText, withTotal), { others: [notification(withText, withTotal)] }),
    refused: { reason: 'SchemaDeadlock', effect: 'stalled' },
  },
  {
    what: 'two that wait for each other are a deadlock for the reader',
    given: observed(notification(withText, withTotal), { others: [order(withText, withTotal)] }),
    refused: { reason: 'SchemaDeadlock', effect: 'stalled' },
  },
  {
    what: 'one that cannot read itself takes two steps',
    given: (() => {
      const self = aParticipant('EventService shop/order', {
        live: { reads: withTotal, writes: withTotal },
        wanted: { reads: withDefault, writes: plain },
      });
      return observed(self);
    })(),
    refused: { reason: 'SchemaIncompatible', effect: 'stalled' },
  },
  {
    what: 'a problem with its own schema comes before everything else',
    given: observed(notification(withTotal), {
      others: [order(plain, plain)],
      problems: [{ reason: 'SchemaSourceNotFound', message: 'It is not there.', effect: 'waiting' }],
    }),
    refused: { reason: 'SchemaSourceNotFound', effect: 'waiting' },
  },
];

describe('who goes first', () => {
  it.each(cases)('$what', async ({ given, refused, what }) => {
    const { refusal } = decideGate(given);
    if (!refused) return expect(refusal).toBeUndefined();
    expect(refusal).toMatchObject(refused);
    if (given.problems.length > 0) return undefined;
    const file = what.replaceAll(/[^a-z]+/g, '-');
    return expect(`${refusal?.message}\n`).toMatchFileSnapshot(`./__golden__/${file}.txt`);
  });
});

describe('what cannot be read', () => {
  const blocked = observed(order(plain, withTotal), { others: [notification(withTotal, withTotal)] });
  const hash = aUse(plain).fingerprint;

  it('goes live by a person’s word for that very schema, which is remembered', () => {
    expect(decideGate(blocked).refusal?.message).toContain(`sluice.dev/approve: ${hash}`);
    const decision = decideGate({ ...blocked, approved: hash });
    expect(decision.refusal).toBeUndefined();
    expect(decision.approved.get(hash)).toContain('EventService shop/notification reads field Order.total');
  });

  it('does not go live by a word for another', () => {
    const approved = aUse(withText).fingerprint;
    expect(decideGate({ ...blocked, approved }).refusal).toBeDefined();
  });
});
