// How subjects follow their topics: what is remembered of their end, and what is done and told when it comes. Pure.
import type { SubjectStatus } from '../api/index.ts';
import { type Change, type Notice, noticeReasons } from '../plan/index.ts';
import { decideLeftSubjects, type LeftSubjects } from '../registry/index.ts';
import type { BusAvailable } from './observation.ts';

/** `isApproved`: the deletions of topics among `changes` are carried out, whatever they lose. */
export function leftSubjectsOf(
  { leftSubjects = [], topics }: BusAvailable,
  changes: readonly Change[],
  isApproved: boolean,
): LeftSubjects {
  return decideLeftSubjects(leftSubjects, { changes, isApproved, isLive: (topic) => topics.live.has(topic) });
}

/**
 * With what was declared of each topic's end. One whose schema is declared no more stays known while its topic is to be
 * deleted: it goes with it.
 */
export function withPolicies(
  { topics, remembered }: Pick<BusAvailable, 'topics' | 'remembered'>,
  subjects: readonly SubjectStatus[],
): readonly SubjectStatus[] {
  const toDelete = new Set(
    topics.declared.flatMap(({ topic, deletionPolicy }) => (deletionPolicy === 'Delete' ? [topic] : [])),
  );
  const known = new Set(subjects.map(({ subject }) => subject));
  const kept = remembered.subjects.filter(({ subject, topic }) => !known.has(subject) && toDelete.has(topic));
  return [...subjects, ...kept].map(({ deletionPolicy: _, ...status }) =>
    toDelete.has(status.topic) ? { ...status, deletionPolicy: 'Delete' } : status,
  );
}

export function subjectRetained(subject: string, why: string): Notice {
  const note = `Subject ${subject} was to be deleted and is retained: ${why}`;
  return { type: 'Warning', reason: noticeReasons.subjectRetained, note };
}
