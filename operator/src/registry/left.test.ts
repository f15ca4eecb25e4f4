import { describe, expect, it } from 'vitest';
import type { SubjectStatus } from '../api/index.ts';
import type { Change } from '../plan/index.ts';
import { decideLeftSubjects, type LeftSubject } from './left.ts';

const status: SubjectStatus = { subject: 'orders-value', topic: 'orders', id: 3, version: 1, deletionPolicy: 'Delete' };
const there: LeftSubject = { status, registry: { state: 'there' }, usedBy: [], referencedBy: [] };
const deletion = { action: 'DeleteTopic', topic: 'orders', topicId: 'x', risk: 'Safe', reason: 'it is empty' } as const;

function decide(
  subject: LeftSubject,
  { changes = [], isLive, isApproved = false }: { changes?: readonly Change[]; isLive: boolean; isApproved?: boolean },
) {
  return decideLeftSubjects([subject], { changes, isApproved, isLive: () => isLive });
}

describe('a subject that was declared with deletionPolicy Delete', () => {
  it('is deleted after its topic', () => {
    expect(decide(there, { changes: [deletion], isLive: true })).toEqual({
      changes: [
        {
          action: 'DeleteSubject',
          subject: 'orders-value',
          risk: 'Safe',
          reason: 'its topic is deleted; deletionPolicy is Delete',
        },
      ],
      subjects: [status],
      notices: [],
      unknown: [],
    });
  });

  it('is deleted where its topic is gone', () => {
    expect(decide(there, { isLive: false }).changes).toMatchObject([
      { subject: 'orders-value', reason: 'its topic is gone; deletionPolicy is Delete' },
    ]);
  });

  it('waits while the deletion of its topic waits for approval, and moves no hash', () => {
    const lossy = { ...deletion, risk: 'DataLoss' } as const;
    expect(decide(there, { changes: [lossy], isLive: true }).changes).toMatchObject([
      { risk: 'Safe', waitsFor: 'the deletion of topic orders' },
    ]);
    expect(decide(there, { changes: [lossy], isLive: true, isApproved: true }).changes[0]?.waitsFor).toBeUndefined();
  });

  it('that is gone is forgotten', () => {
    const gone: LeftSubject = { ...there, registry: { state: 'gone' } };
    expect(decide(gone, { isLive: false })).toEqual({ changes: [], subjects: [], notices: [], unknown: [] });
  });

  it('stays known while the registry does not answer', () => {
    const unknown: LeftSubject = { ...there, registry: { state: 'unknown', message: 'It does not answer.' } };
    expect(decide(unknown, { isLive: false })).toEqual({
      changes: [],
      subjects: [status],
      notices: [],
      unknown: [{ subject: 'orders-value', why: 'It does not answer.' }],
    });
  });

  const retained: readonly {
    readonly what: string;
    readonly subject: LeftSubject;
    readonly isLive: boolean;
    readonly note: string;
  }[] = [
    { what: 'its topic is', subject: there, isLive: true, note: 'so is its topic.' },
    {
      what: 'another resource uses it',
      subject: { ...there, usedBy: ['EventService shop/billing'] },
      isLive: false,
      note: 'EventService shop/billing uses it.',
    },
    {
      what: 'others use it, whether the registry answers or not',
      subject: { ...there, usedBy: ['EventService a/b', 'StreamJob c/d'], registry: { state: 'unknown', message: '' } },
      isLive: false,
      note: 'EventService a/b, StreamJob c/d use it.',
    },
    {
      what: 'schemas reference it',
      subject: { ...there, referencedBy: [7, 9] },
      isLive: false,
      note: 'schemas of the registry reference it, by their ids 7, 9.',
    },
  ];
  it.each(retained)('is retained, and forgotten, where $what', ({ subject, isLive, note }) => {
    expect(decide(subject, { isLive })).toEqual({
      changes: [],
      subjects: [],
      notices: [
        {
          type: 'Normal',
          reason: 'SubjectRetained',
          note: `Subject orders-value is retained with its schemas: ${note}`,
        },
      ],
      unknown: [],
    });
  });
});
