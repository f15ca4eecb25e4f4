// Waiting for a condition, never without an end.
import { setTimeout as delay } from 'node:timers/promises';

const intervalMs = 200;

/** Asks until the answer is yes (true), or the time is up (false). Asks at least once; throws what asking throws. */
export async function becomesTrue(
  timeoutMs: number,
  ask: () => Promise<boolean> | boolean,
  everyMs: number = intervalMs,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    if (await ask()) return true;
    if (performance.now() >= deadline) return false;
    await delay(everyMs);
  }
}
