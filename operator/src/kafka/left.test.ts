import { describe, expect, it } from 'vitest';
import { approvalHash } from '../plan/index.ts';
import { decideTopics } from './decide.ts';
import { decideTopicsOfDeleted, deletableTopics } from './left.ts';
import { aDeclaration, anObservation, aTopic, liveTopics, remembered } from './testing/topics.ts';

const live = liveTopics(aTopic('orders'));
const toDelete = [remembered('orders', { deletionPolicy: 'Delete' })];
const withRecords = new Set(['orders']);
const readers = new Map([['orders', ['EventService shop/billing']]]);

describe('a declaration that is removed', () => {
  it('retains the topic by default, and says so once', () => {
    const decision = decideTopics(anObservation({ live, remembered: [remembered('orders')] }));
    expect(decision).toMatchObject({ changes: [], topics: [] });
    expect(decision.notices).toMatchObject([{ reason: 'TopicRetained', note: expect.stringContaining('orders') }]);
    expect(decideTopics(anObservation({ live, remembered: decision.topics })).notices).toEqual([]);
  });

  it('deletes an empty topic that nobody reads where deletionPolicy was Delete', () => {
    const decision = decideTopics(anObservation({ live, remembered: toDelete }));
    expect(decision.changes).toMatchObject([
      { action: 'DeleteTopic', topic: 'orders', topicId: 'id-of-orders', risk: 'Safe' },
    ]);
    expect(decision.topics).toEqual([]);
  });

  it.each([
    { what: 'it holds records', over: { withRecords }, why: /it holds records/ },
    { what: 'others read it', over: { readers }, why: /EventService shop\/billing read it/ },
  ])('waits for approval where $what, and stays known', ({ over, why }) => {
    const decision = decideTopics(anObservation({ live, remembered: toDelete, ...over }));
    expect(decision.changes).toMatchObject([
      { action: 'DeleteTopic', risk: 'DataLoss', reason: expect.stringMatching(why) },
    ]);
    expect(decision.topics).toMatchObject([{ topic: 'orders', deletionPolicy: 'Delete' }]);
    expect(decision.notices).toEqual([]);
  });

  it('leaves a topic that somebody made anew since', () => {
    const anew = liveTopics(aTopic('orders', { id: 'another' }));
    const decision = decideTopics(anObservation({ live: anew, remembered: toDelete }));
    expect(decision.changes).toEqual([]);
    expect(decision.notices).toMatchObject([{ reason: 'TopicRetained' }]);
  });

  it('leaves a topic that another resource answers for now, and forgets it', () => {
    const owners = new Map([['orders', 'EventService shop/billing']]);
    const decision = decideTopics(anObservation({ live, remembered: toDelete, owners }));
    expect(decision).toMatchObject({ changes: [], topics: [], notices: [] });
  });

  it('of a topic that is gone leaves nothing to do', () => {
    expect(decideTopics(anObservation({ remembered: toDelete }))).toMatchObject({
      changes: [],
      topics: [],
      notices: [],
    });
  });
});

describe('a resource that is deleted', () => {
  it('retains its topics by default', () => {
    const decision = decideTopicsOfDeleted(anObservation({ live, remembered: [remembered('orders')] }));
    expect(decision.changes).toEqual([]);
    expect(decision.notices).toMatchObject([{ reason: 'TopicRetained' }]);
  });

  it('deletes an empty topic where deletionPolicy is Delete', () => {
    const decision = decideTopicsOfDeleted(anObservation({ live, remembered: toDelete }));
    expect(decision).toMatchObject({ changes: [{ action: 'DeleteTopic', risk: 'Safe' }], notices: [] });
  });

  it('waits for nobody: what holds records and is not approved is retained, and the event names the hash', () => {
    const observed = anObservation({ live, remembered: toDelete, withRecords });
    const decision = decideTopicsOfDeleted(observed);
    expect(decision.changes).toEqual([]);
    const hash = approvalHash(decideTopics(observed).changes);
    expect(decision.notices).toMatchObject([
      { reason: 'TopicRetained', note: expect.stringContaining(`sluice.dev/approve: ${hash}`) },
    ]);
  });

  it('deletes what holds records when its hash is approved', () => {
    const observed = anObservation({ live, remembered: toDelete, withRecords });
    const approved = approvalHash(decideTopics(observed).changes);
    const decision = decideTopicsOfDeleted({ ...observed, approved });
    expect(decision).toMatchObject({ changes: [{ action: 'DeleteTopic', risk: 'DataLoss' }], notices: [] });
  });
});

describe('records are looked for', () => {
  const known = [
    remembered('a', { deletionPolicy: 'Delete' }),
    remembered('b', { deletionPolicy: 'Delete' }),
    remembered('c'),
  ];

  it('in topics whose declaration is gone and that were to be deleted with it', () => {
    expect(deletableTopics({ declared: [aDeclaration('a')], remembered: known }, false)).toEqual(['b']);
  });

  it('in all that are to be deleted with their resource', () => {
    expect(deletableTopics({ declared: [aDeclaration('a')], remembered: known }, true)).toEqual(['a', 'b']);
  });
});
