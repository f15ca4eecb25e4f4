// What becomes of subjects whose topic a resource declares no more, or of all of them when it is deleted: they follow their
// topic, and go only where nobody else needs them. Pure.
import type { SubjectStatus } from '../api/index.ts';
import { type Change, type DeleteTopicChange, type Notice, noticeReasons } from '../plan/index.ts';

/** A subject that was declared with deletionPolicy Delete, and is not any more. */
export interface LeftSubject {
  readonly status: SubjectStatus;
  /** `unknown`: the registry does not answer, and says why. */
  readonly registry: { readonly state: 'there' | 'gone' } | { readonly state: 'unknown'; readonly message: string };
  /** Other resources whose topic or schema it is, such as `EventService shop/billing`. */
  readonly usedBy: readonly string[];
  /** Ids of the schemas in the registry that reference it. */
  readonly referencedBy: readonly number[];
}

export interface TopicsLeft {
  /** Of the Plan: the deletions of topics among them. */
  readonly changes: readonly Change[];
  /** Deletions that lose data were approved already, or are not among the changes. */
  readonly isApproved: boolean;
  isLive(topic: string): boolean;
}

export interface LeftSubjects {
  readonly changes: readonly Change[];
  /** Those that are to be deleted yet stay known. */
  readonly subjects: readonly SubjectStatus[];
  readonly notices: readonly Notice[];
  /** Those that wait for the registry. */
  readonly unknown: readonly { readonly subject: string; readonly why: string }[];
}

export function decideLeftSubjects(left: readonly LeftSubject[], topics: TopicsLeft): LeftSubjects {
  const judged = left.map((subject) => ({ ...judge(subject, topics), status: subject.status }));
  return {
    changes: judged.flatMap(({ change }) => change ?? []),
    subjects: judged.flatMap(({ change, why, status }) => (change || why !== undefined ? [status] : [])),
    notices: judged.flatMap(({ notice }) => notice ?? []),
    unknown: judged.flatMap(({ why, status: { subject } }) => (why === undefined ? [] : [{ subject, why }])),
  };
}

interface Judged {
  readonly change?: Change;
  readonly notice?: Notice;
  /** The registry does not answer. */
  readonly why?: string;
}

function judge({ status, registry, usedBy, referencedBy }: LeftSubject, topics: TopicsLeft): Judged {
  const { subject, topic } = status;
  if (registry.state === 'gone') return {};
  const deletion = topics.changes.find(
    (change): change is DeleteTopicChange => change.action === 'DeleteTopic' && change.topic === topic,
  );
  if (!deletion && topics.isLive(topic)) return { notice: retained(subject, 'so is its topic') };
  if (usedBy.length > 0) return { notice: retained(subject, `${usedBy.join(', ')} ${has(usedBy, 'uses', 'use')} it`) };
  if (registry.state === 'unknown') return { why: registry.message };
  if (referencedBy.length > 0) {
    const ids = referencedBy.join(', ');
    return { notice: retained(subject, `schemas of the registry reference it, by their ids ${ids}`) };
  }
  // Nobody notices: what it describes is gone before it, and what carries its id can still be read.
  const reason = `its topic is ${deletion ? 'deleted' : 'gone'}; deletionPolicy is Delete`;
  const isHeld = deletion?.risk === 'DataLoss' && !topics.isApproved;
  return {
    change: {
      action: 'DeleteSubject',
      subject,
      risk: 'Safe',
      reason,
      ...(isHeld ? { waitsFor: `the deletion of topic ${topic}` } : {}),
    },
  };
}

function has(all: readonly string[], one: string, many: string): string {
  return all.length === 1 ? one : many;
}

function retained(subject: string, why: string): Notice {
  const note = `Subject ${subject} is retained with its schemas: ${why}.`;
  return { type: 'Normal', reason: noticeReasons.subjectRetained, note };
}
