import { describe, expect, it } from 'vitest';
import type { EventBusSpec } from '../api/index.ts';
import { decideTopics, type TopicsDecision } from './decide.ts';
import { aDeclaration, anObservation, aTopic, liveTopics, remembered } from './testing/topics.ts';
import type { TopicsObserved } from './topics-observed.ts';

function readyOf({ verdicts }: TopicsDecision) {
  return verdicts.find(({ type }) => type === 'TopicsReady');
}

function verdictOf({ verdicts }: TopicsDecision, type: string) {
  return verdicts.find((verdict) => verdict.type === type);
}

describe('a declared topic', () => {
  it('that is not there is created with what is declared over what the bus gives', () => {
    const decision = decideTopics(
      anObservation({
        declared: [aDeclaration('orders', { partitions: 6, config: { 'retention.ms': '1000' } })],
        limits: {
          topicDefaults: { partitions: 3, replicas: 3, config: { 'retention.ms': '5', 'min.insync.replicas': '2' } },
        },
      }),
    );
    expect(decision.changes).toEqual([
      {
        action: 'CreateTopic',
        topic: 'orders',
        partitions: 6,
        replicas: 3,
        config: { 'retention.ms': '1000', 'min.insync.replicas': '2' },
        risk: 'Safe',
        reason: 'it is declared and not there',
      },
    ]);
    expect(readyOf(decision)).toMatchObject({ status: 'False', reason: 'Progressing', effect: 'waiting' });
    expect(decision).toMatchObject({ topics: [], mayRoll: true });
  });

  it('that is there as declared needs nothing and is remembered by its id', () => {
    const decision = decideTopics(
      anObservation({
        declared: [aDeclaration('orders', { partitions: 2, config: { 'retention.ms': '1000' } })],
        live: liveTopics(aTopic('orders', { partitions: 2, config: { 'retention.ms': '1000' } })),
      }),
    );
    expect(decision.changes).toEqual([]);
    expect(decision.topics).toEqual([
      { topic: 'orders', id: 'id-of-orders', partitions: 2, replicas: 1, config: ['retention.ms'] },
    ]);
    expect(decision.verdicts).toEqual([
      { type: 'TopicsReady', status: 'True', reason: 'InSync', message: 'Topics as declared: 1.' },
    ]);
  });

  it('gets more partitions, which is disruptive where somebody may depend on keys', () => {
    const growing = { declared: [aDeclaration('orders', { partitions: 4 })], live: liveTopics(aTopic('orders')) };
    const growth = { action: 'AddPartitions', topic: 'orders', topicId: 'id-of-orders', from: 1, to: 4 };
    expect(decideTopics(anObservation(growing)).changes).toMatchObject([{ ...growth, risk: 'Safe' }]);
    const readers = new Map([['orders', ['EventService shop/payment']]]);
    const read = decideTopics(anObservation({ ...growing, readers })).changes;
    expect(read).toMatchObject([{ ...growth, risk: 'Disruptive', reason: expect.stringContaining('shop/payment') }]);
    const itself = decideTopics(anObservation({ ...growing, read: ['orders'] })).changes;
    expect(itself).toMatchObject([{ ...growth, risk: 'Disruptive' }]);
  });

  it('keeps more partitions and replicas than the bus gives to new topics', () => {
    const decision = decideTopics(
      anObservation({
        declared: [aDeclaration('orders')],
        live: liveTopics(aTopic('orders', { partitions: 12, replicas: 1 })),
        limits: { topicDefaults: { partitions: 3, replicas: 3 } },
      }),
    );
    expect(decision).toMatchObject({ changes: [], mayRoll: true });
  });
});

describe('what is refused', () => {
  interface Case {
    readonly what: string;
    readonly declared?: Parameters<typeof aDeclaration>[1];
    readonly policy?: NonNullable<EventBusSpec['policy']>;
    readonly defaults?: NonNullable<EventBusSpec['topicDefaults']>;
    /** Absent: the topic is not there. */
    readonly live?: Parameters<typeof aTopic>[1];
    readonly owner?: string;
    readonly reason: string;
    readonly says: RegExp;
  }
  const cases: readonly Case[] = [
    {
      what: 'fewer partitions than there are',
      declared: { partitions: 2 },
      live: { partitions: 3 },
      reason: 'PartitionsCannotShrink',
      says: /has 3 partitions and 2 are declared.*declare 3, or a new topic/,
    },
    {
      what: 'another replication factor',
      declared: { replicas: 3 },
      live: { replicas: 1 },
      reason: 'ReplicationCannotChange',
      says: /has replication factor 1 and 3 is declared/,
    },
    {
      what: "a name outside the bus's policy",
      policy: { topicNames: '^shop[.]' },
      reason: 'PolicyViolated',
      says: /EventBus shop\/shop allows names that match \^shop\[\.\]/,
    },
    {
      what: 'a policy that is no regular expression, named on the bus',
      policy: { topicNames: '(' },
      reason: 'PolicyViolated',
      says: /policy\.topicNames "\(" is not a regular expression: mend it on the bus/,
    },
    {
      what: 'more partitions than the bus allows',
      declared: { partitions: 65 },
      policy: { maxPartitions: 64 },
      reason: 'PolicyViolated',
      says: /65 partitions are declared and EventBus shop\/shop allows 64/,
    },
    {
      what: "fewer replicas than the bus wants, by the bus's own default",
      defaults: { replicas: 1 },
      policy: { minReplicas: 2 },
      reason: 'PolicyViolated',
      says: /1 replicas are declared and EventBus shop\/shop wants at least 2/,
    },
    {
      what: 'a setting that the bus does not let declarations make',
      declared: { config: { 'retention.ms': '1000', 'segment.ms': '1000' } },
      policy: { topicConfig: ['retention.ms'] },
      reason: 'PolicyViolated',
      says: /EventBus shop\/shop does not let declarations set segment\.ms: leave it out/,
    },
    {
      what: "another's topic",
      owner: 'EventService shop/billing',
      live: {},
      reason: 'TopicConflict',
      says: /belongs to EventService shop\/billing, which declares it too/,
    },
  ];
  for (const { what, declared, policy, defaults, live, owner, reason, says } of cases) {
    it(`${what}: nothing changes, and the message says what would do`, () => {
      const decision = decideTopics(
        anObservation({
          declared: [aDeclaration('orders', declared)],
          live: live ? liveTopics(aTopic('orders', live)) : new Map(),
          limits: { ...(policy ? { policy } : {}), ...(defaults ? { topicDefaults: defaults } : {}) },
          owners: new Map(owner === undefined ? [] : [['orders', owner]]),
        }),
      );
      expect(decision).toMatchObject({ changes: [], mayRoll: false });
      expect(readyOf(decision)).toMatchObject({ status: 'False', reason, effect: 'stalled' });
      expect(readyOf(decision)?.message).toMatch(says);
    });
  }

  it("leaves another's topic out of what is remembered, so that it is never deleted by the wrong one", () => {
    const decision = decideTopics(
      anObservation({
        declared: [aDeclaration('orders')],
        live: liveTopics(aTopic('orders')),
        owners: new Map([['orders', 'EventService shop/billing']]),
      }),
    );
    expect(decision.topics).toEqual([]);
  });

  it('counts the further refusals, and a stalled one speaks before one that waits', () => {
    const decision = decideTopics(
      anObservation({
        declared: [
          aDeclaration('dlq', { partitionsOf: 'payments' }),
          aDeclaration('orders', { partitions: 1 }),
          aDeclaration('returns', { partitions: 1 }),
        ],
        live: liveTopics(aTopic('orders', { partitions: 2 }), aTopic('returns', { partitions: 2 })),
      }),
    );
    expect(readyOf(decision)).toMatchObject({ reason: 'PartitionsCannotShrink', effect: 'stalled' });
    expect(readyOf(decision)?.message).toMatch(/^Topic orders .*\(and 2 more, see status\.topics\)$/);
  });
});

describe('a dead-letter topic', () => {
  const declared = [aDeclaration('orders.dlq', { partitionsOf: 'orders', config: { 'retention.ms': '9' } })];

  it('is made with the partitions of the topic whose events it keeps', () => {
    const live = liveTopics(aTopic('orders', { partitions: 5 }));
    expect(decideTopics(anObservation({ declared, live })).changes).toMatchObject([
      { action: 'CreateTopic', topic: 'orders.dlq', partitions: 5 },
    ]);
  });

  it('waits until that topic is there', () => {
    const decision = decideTopics(anObservation({ declared }));
    expect(decision.changes).toEqual([]);
    expect(readyOf(decision)).toMatchObject({ reason: 'TopicNotFound', effect: 'waiting' });
    // Services that read each other's topics would otherwise wait for each other for ever.
    expect(decision.mayRoll).toBe(true);
  });

  it('grows with that topic and never shrinks', () => {
    const grown = liveTopics(
      aTopic('orders', { partitions: 5 }),
      aTopic('orders.dlq', { partitions: 3, config: { 'retention.ms': '9' } }),
    );
    expect(decideTopics(anObservation({ declared, live: grown })).changes).toMatchObject([
      { action: 'AddPartitions', topic: 'orders.dlq', from: 3, to: 5 },
    ]);
    const larger = liveTopics(
      aTopic('orders', { partitions: 2 }),
      aTopic('orders.dlq', { partitions: 3, config: { 'retention.ms': '9' } }),
    );
    expect(decideTopics(anObservation({ declared, live: larger }))).toMatchObject({ changes: [], mayRoll: true });
  });
});

describe('a consumed topic', () => {
  it('that is not there is waited for, and named', () => {
    const decision = decideTopics(anObservation({ read: ['payments'] }));
    expect(readyOf(decision)).toMatchObject({ status: 'False', reason: 'TopicNotFound', effect: 'waiting' });
    expect(readyOf(decision)?.message).toMatch(/^Topic payments is consumed and not there on EventBus shop\/shop/);
    expect(decision.mayRoll).toBe(true);
  });

  it('that the resource itself writes is not waited for', () => {
    const observed = anObservation({ read: ['orders'], declared: [aDeclaration('orders')] });
    expect(readyOf(decideTopics(observed))).toMatchObject({ reason: 'Progressing' });
  });
});

describe('a setting', () => {
  interface Case {
    readonly what: string;
    readonly observed: Partial<TopicsObserved>;
    readonly changes: readonly object[];
    readonly drifted?: RegExp;
  }
  const declaring = (drift: 'Report' | 'Revert', config: Record<string, string>) => [
    aDeclaration('orders', { drift, config }),
  ];
  const live = (config: Record<string, string>) => liveTopics(aTopic('orders', { config }));
  const alter = (entries: object, over: object = {}) => ({
    action: 'AlterTopicConfig',
    topic: 'orders',
    topicId: 'id-of-orders',
    entries,
    risk: 'Safe',
    ...over,
  });
  const cases: readonly Case[] = [
    {
      what: 'that is declared and not set is set',
      observed: { declared: declaring('Revert', { 'segment.ms': '60000' }), live: live({}) },
      changes: [alter({ 'segment.ms': { to: '60000' } }, { reason: 'it is declared so' })],
    },
    {
      what: 'that was changed past Sluice is reverted',
      observed: {
        declared: declaring('Revert', { 'segment.ms': '60000' }),
        live: live({ 'segment.ms': '5' }),
        remembered: [remembered('orders', { config: ['segment.ms'] })],
        isSettled: true,
      },
      changes: [alter({ 'segment.ms': { from: '5', to: '60000' } }, { reason: 'it was changed past Sluice' })],
    },
    {
      what: 'that was changed past Sluice is only told of with drift: Report',
      observed: {
        declared: declaring('Report', { 'segment.ms': '60000' }),
        live: live({ 'segment.ms': '5' }),
        remembered: [remembered('orders', { config: ['segment.ms'] })],
        isSettled: true,
      },
      changes: [],
      drifted: /^Topic orders: segment\.ms is 5 and 60000 is declared\.$/,
    },
    {
      what: 'that was declared anew is set with drift: Report too',
      observed: {
        declared: declaring('Report', { 'segment.ms': '60000' }),
        live: live({ 'segment.ms': '5' }),
        remembered: [remembered('orders', { config: ['segment.ms'] })],
        isSettled: false,
      },
      changes: [alter({ 'segment.ms': { from: '5', to: '60000' } })],
    },
    {
      what: 'that is declared no more goes back to the default',
      observed: {
        declared: declaring('Revert', {}),
        live: live({ 'segment.ms': '60000' }),
        remembered: [remembered('orders', { config: ['segment.ms'] })],
      },
      changes: [alter({ 'segment.ms': { from: '60000' } })],
    },
    {
      what: 'that others set beside what is declared is told of and left',
      observed: {
        declared: declaring('Revert', {}),
        live: live({ 'segment.ms': '60000' }),
        remembered: [remembered('orders')],
        isSettled: true,
      },
      changes: [],
      drifted: /^Topic orders: segment\.ms is set to 60000 and not declared\.$/,
    },
    {
      what: 'that keeps records for a shorter time loses data',
      observed: { declared: declaring('Revert', { 'retention.ms': '10' }), live: live({ 'retention.ms': '20' }) },
      changes: [alter({ 'retention.ms': { from: '20', to: '10' } }, { risk: 'DataLoss' })],
    },
    {
      what: 'that keeps records for ever no more loses data',
      observed: { declared: declaring('Revert', { 'retention.bytes': '10' }), live: live({ 'retention.bytes': '-1' }) },
      changes: [alter({ 'retention.bytes': { from: '-1', to: '10' } }, { risk: 'DataLoss' })],
    },
    {
      what: 'that compacts no more and deletes instead loses data',
      observed: {
        declared: declaring('Revert', { 'cleanup.policy': 'delete' }),
        live: live({ 'cleanup.policy': 'compact' }),
      },
      changes: [alter({ 'cleanup.policy': { from: 'compact', to: 'delete' } }, { risk: 'DataLoss' })],
    },
    {
      what: 'that keeps records longer is safe',
      observed: { declared: declaring('Revert', { 'retention.ms': '-1' }), live: live({ 'retention.ms': '20' }) },
      changes: [alter({ 'retention.ms': { from: '20', to: '-1' } }, { risk: 'Safe' })],
    },
  ];
  for (const { what, observed, changes, drifted } of cases) {
    it(what, () => {
      const decision = decideTopics(anObservation(observed));
      expect(decision.changes).toMatchObject(changes);
      expect(decision.changes).toHaveLength(changes.length);
      const drift = verdictOf(decision, 'Drifted');
      if (drifted === undefined) expect(drift).toBeUndefined();
      else {
        expect(drift).toMatchObject({ status: 'True', reason: 'Drifted' });
        expect(drift?.message).toMatch(drifted);
        expect(decision.topics[0]?.message).toMatch(drifted);
        expect(readyOf(decision)).toMatchObject({ status: 'True' });
      }
    });
  }
});

describe('a topic that came back under another id', () => {
  const observed = anObservation({
    declared: [aDeclaration('orders')],
    live: liveTopics(aTopic('orders', { id: 'new' })),
    remembered: [remembered('orders', { id: 'old' })],
  });

  it('is no silent success: it stalls, and the former id stays known', () => {
    const decision = decideTopics(observed);
    expect(verdictOf(decision, 'TopicRecreated')).toMatchObject({ status: 'True', reason: 'TopicRecreated' });
    expect(readyOf(decision)).toMatchObject({ status: 'False', reason: 'TopicRecreated', effect: 'stalled' });
    expect(readyOf(decision)?.message).toContain('sluice.dev/approve: new');
    expect(decision.topics).toMatchObject([{ topic: 'orders', id: 'old' }]);
    expect(decision.mayRoll).toBe(true);
  });

  it('is accepted when a person names its id', () => {
    const decision = decideTopics({ ...observed, approved: 'new' });
    expect(readyOf(decision)).toMatchObject({ status: 'True' });
    expect(verdictOf(decision, 'TopicRecreated')).toBeUndefined();
    expect(decision.topics).toMatchObject([{ topic: 'orders', id: 'new' }]);
  });

  it('is seen even when Sluice itself made it again', () => {
    const gone = decideTopics({ ...observed, live: new Map() });
    expect(gone.changes).toMatchObject([{ action: 'CreateTopic', reason: 'it is declared and was deleted' }]);
    const made = decideTopics({ ...observed, remembered: gone.topics });
    expect(verdictOf(made, 'TopicRecreated')).toBeDefined();
  });
});
