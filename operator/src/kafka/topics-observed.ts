// What the decision about a resource's topics is taken from.
import type { TopicStatus } from '../api/index.ts';
import type { LiveTopics } from './admin.ts';
import type { DeclaredTopic, TopicLimits } from './topic-rules.ts';

export interface TopicsObserved {
  readonly busName: string;
  readonly limits: TopicLimits;
  readonly declared: readonly DeclaredTopic[];
  /** Topics of others that this resource consumes. */
  readonly read: readonly string[];
  readonly live: LiveTopics;
  /** `status.topics` as it was. */
  readonly remembered: readonly TopicStatus[];
  /** This generation was in force already: what differs now was changed past Sluice. */
  readonly isSettled: boolean;
  /** The annotation `sluice.dev/approve`. */
  readonly approved: string | undefined;
  /** By topic, declared or remembered: who else answers for it and was there first, such as `EventService shop/order`. */
  readonly owners: ReadonlyMap<string, string>;
  /** By topic: who else reads it. */
  readonly readers: ReadonlyMap<string, readonly string[]>;
  /** Of the topics that may be deleted, those that hold records. */
  readonly withRecords: ReadonlySet<string>;
}
