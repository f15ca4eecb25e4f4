// The time of a phase. It stands still while a person's word is awaited, while the brokers are away, and while nobody
// looked: of what could not be seen no version is to blame. Pure.
import type { ReleaseStatus } from '../api/index.ts';
import type { Seen } from './seen.ts';

/** A release is looked at every second or more often; a longer gap means that the operator or the API server was away. */
const gapMs = 30_000;

/** The same release with its deadline moved by the time that did not count. */
export function withTime(release: ReleaseStatus, seen: Seen, isAwaiting: boolean): ReleaseStatus {
  const { deadlineAt, stoppedAt, ...rest } = release;
  if (deadlineAt === undefined) return release;
  const now = seen.now.getTime();
  const isStopped = isAwaiting || seen.away !== undefined || seen.commands.isPaused;
  if (isStopped) return { ...rest, deadlineAt, stoppedAt: stoppedAt ?? new Date(now - unseenMs(seen)).toISOString() };
  const stoppedMs = stoppedAt === undefined ? unseenMs(seen) : now - Date.parse(stoppedAt);
  const moved = Date.parse(deadlineAt) + stoppedMs;
  // A process that looks for the first time does not know for how long nobody did.
  const least = seen.lastLookAt === undefined ? now + gapMs : moved;
  return { ...rest, deadlineAt: new Date(Math.max(moved, least)).toISOString() };
}

export function isOverdue({ deadlineAt, stoppedAt }: ReleaseStatus, now: Date): boolean {
  return deadlineAt !== undefined && stoppedAt === undefined && now.getTime() > Date.parse(deadlineAt);
}

function unseenMs({ now, lastLookAt }: Seen): number {
  const gap = lastLookAt === undefined ? 0 : now.getTime() - lastLookAt.getTime();
  return gap > gapMs ? gap : 0;
}
