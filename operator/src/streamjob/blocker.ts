// Why a job's newest spec cannot come into force now.
import type { Reason } from '../api/index.ts';

export interface Blocker {
  readonly reason: Reason;
  /** Names the object and the next step. */
  readonly message: string;
  /** `waiting`: it heals by itself. `stalled`: a person must change something. */
  readonly effect: 'waiting' | 'stalled';
}

export function stalledBy(reason: Reason, message: string): Blocker {
  return { reason, message, effect: 'stalled' };
}

export function waitingFor(reason: Reason, message: string): Blocker {
  return { reason, message, effect: 'waiting' };
}
