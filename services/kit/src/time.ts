// Waiting: how long before the next attempt, until a stop, and no longer than a bound.
import { setTimeout as timer } from 'node:timers/promises';

export interface Backoff {
  /** Wait after the first failure, ms; doubles with each further one. */
  readonly baseMs: number;
  readonly maxMs: number;
}

/** The wait after `failures` failures in a row, at least one. */
export function backoffMs({ baseMs, maxMs }: Backoff, failures: number): number {
  return Math.min(baseMs * 2 ** (failures - 1), maxMs);
}

/** Waits; resolves early, and never rejects, when the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await timer(ms, undefined, { signal }).catch(() => undefined);
}

/** Whether the promise settled in time, either way; it is left to itself otherwise. */
export async function settlesWithin(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const ended = new AbortController();
  const settled = promise.then(
    () => true,
    () => true,
  );
  const isInTime = await Promise.race([settled, pause(ms, ended.signal).then(() => false)]);
  ended.abort();
  return isInTime;
}
