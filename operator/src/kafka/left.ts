// What becomes of topics that a resource answered for and declares no more, and of all of them when it is deleted.
// Retained by default; deleted where that was declared, and with records or readers only when approved. Pure.
import type { TopicStatus } from '../api/index.ts';
import { approvalHash, type Change, type DeleteTopicChange, type Notice, noticeReasons } from '../plan/index.ts';
import type { TopicsObserved } from './topics-observed.ts';

export interface LeftTopics {
  readonly changes: readonly Change[];
  /** Those that wait for approval stay known. */
  readonly topics: readonly TopicStatus[];
  readonly notices: readonly Notice[];
}

/** For a resource that lives: what awaits approval stays in the Plan. */
export function decideLeftTopics(observed: TopicsObserved): LeftTopics {
  const declared = new Set(observed.declared.map(({ topic }) => topic));
  const left = observed.remembered.filter(({ topic }) => !declared.has(topic) && isOurs(topic, observed));
  const deletions = left.flatMap((status) => deletionOf(status, observed, 'its declaration was removed') ?? []);
  const deleted = new Set(deletions.map(({ topic }) => topic));
  const lossy = new Set(deletions.filter(({ risk }) => risk === 'DataLoss').map(({ topic }) => topic));
  return {
    changes: deletions,
    topics: left
      .filter(({ topic }) => lossy.has(topic))
      .map((status) => ({ ...status, message: 'It is declared no more, and its deletion waits for approval.' })),
    notices: left
      .filter(({ topic }) => !deleted.has(topic) && observed.live.has(topic))
      .map(({ topic }) => retained(topic, 'its declaration was removed')),
  };
}

/** For a resource that is deleted, which waits for nobody: what is not approved by then is retained. */
export function decideTopicsOfDeleted(observed: TopicsObserved): Pick<LeftTopics, 'changes' | 'notices'> {
  const { remembered, live, approved } = observed;
  const left = remembered.filter(({ topic }) => isOurs(topic, observed));
  const deletions = left.flatMap((status) => deletionOf(status, observed, 'its resource was deleted') ?? []);
  const hash = approvalHash(deletions);
  const carriedOut = deletions.filter(({ risk }) => risk !== 'DataLoss' || approved === hash);
  const gone = new Set(carriedOut.map(({ topic }) => topic));
  const asked = new Set(deletions.map(({ topic }) => topic));
  return {
    changes: carriedOut,
    notices: left
      .filter(({ topic }) => !gone.has(topic) && live.has(topic))
      .map(({ topic }) =>
        asked.has(topic)
          ? retained(topic, `it holds records or has readers, and sluice.dev/approve: ${hash} was not set`)
          : retained(topic, 'its resource was deleted'),
      ),
  };
}

/** Topics that may be deleted, so that one looks for records in those alone. */
export function deletableTopics(observed: Pick<TopicsObserved, 'declared' | 'remembered'>, isDeleting: boolean) {
  const declared = new Set(observed.declared.map(({ topic }) => topic));
  return observed.remembered
    .filter(({ topic, deletionPolicy }) => deletionPolicy === 'Delete' && (isDeleting || !declared.has(topic)))
    .map(({ topic }) => topic);
}

function isOurs(topic: string, { owners }: TopicsObserved): boolean {
  return !owners.has(topic);
}

function deletionOf(
  { topic, id, deletionPolicy }: TopicStatus,
  { live, withRecords, readers }: TopicsObserved,
  why: string,
): DeleteTopicChange | undefined {
  const there = live.get(topic);
  // Another id is another topic: somebody made it since, and it is theirs.
  if (deletionPolicy !== 'Delete' || !there || there.id !== id) return undefined;
  const readBy = readers.get(topic) ?? [];
  const losses = [
    ...(withRecords.has(topic) ? ['it holds records'] : []),
    ...(readBy.length > 0 ? [`${readBy.join(', ')} read it`] : []),
  ];
  const reason = [why, 'deletionPolicy is Delete', ...losses].join('; ');
  return { action: 'DeleteTopic', topic, topicId: there.id, risk: losses.length === 0 ? 'Safe' : 'DataLoss', reason };
}

function retained(topic: string, why: string): Notice {
  const note = `Topic ${topic} is retained with its records: ${why}.`;
  return { type: 'Normal', reason: noticeReasons.topicRetained, note };
}
