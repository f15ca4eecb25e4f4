// The Plan: what is to be done, in its order, and what was found. The one value that act, report, mode Plan and the
// read API all take.
import type { ConditionType, Reason } from '../api/index.ts';
import type { Change } from './change.ts';

/** What was found about one condition. */
export interface Verdict {
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: Reason;
  /** Names the object and the next step. */
  readonly message: string;
  /**
   * What a False or Unknown verdict means for the whole. `waiting`: it heals by itself, Ready=False and Reconciling.
   * `stalled`: a person must change something, Ready=False and Stalled. Absent: Ready does not depend on it.
   */
  readonly effect?: 'waiting' | 'stalled';
}

/** Reasons of notices that programs match on, too. */
export const noticeReasons = { topicRetained: 'TopicRetained', subjectRetained: 'SubjectRetained' } as const;

/** Something people should hear of that is no change, such as a topic that is kept: it becomes an event. */
export interface Notice {
  readonly type: 'Normal' | 'Warning';
  /** CamelCase word, such as `TopicRetained`. */
  readonly reason: string;
  readonly note: string;
}

export interface Plan {
  /** Carried out one after another; the first that fails ends the reconcile. */
  readonly changes: readonly Change[];
  readonly verdicts: readonly Verdict[];
  /** Only what is news in this reconcile: told again each time, it would be written in the steady state. */
  readonly notices?: readonly Notice[];
  /** When to look again though nothing changed that a watch would tell of, ms. */
  readonly requeueAfterMs?: number;
}
