// Asks running jobs how they fare, each a few times a minute at most, however often it is looked at.
import type { JobHealth } from '../engines/index.ts';
import type { EngineObserved } from './observe.ts';

const maxAgeMs = 20_000;
/** A reconcile waits so long at most for a job manager that does not answer. */
const timeoutMs = 2_000;

interface Known {
  readonly at: number;
  readonly seen: JobHealth | undefined;
  readonly told: JobHealth | undefined;
}

export class HealthReader {
  readonly #known = new Map<string, Known>();
  readonly #clock: () => Date;

  constructor(clock: () => Date) {
    this.#clock = clock;
  }

  /** Undefined where the engine has no such API, the job does not run, or it does not answer. */
  async read({ backEnd, live, pods }: EngineObserved): Promise<JobHealth | undefined> {
    const uid = live?.metadata.uid ?? '';
    if (!live || !backEnd.readHealth || backEnd.observe(live, pods).state !== 'Running') {
      this.#known.delete(uid);
      return undefined;
    }
    const now = this.#clock();
    const known = this.#known.get(uid);
    if (known && now.getTime() - known.at < maxAgeMs) return known.told;
    const seen = await backEnd.readHealth(live, ask, now);
    const told = seen && settled(seen, known);
    this.#known.set(uid, { at: now.getTime(), seen, told });
    return told;
  }
}

/** What holds a job up for a moment is not told: it has to be there twice to come, and away twice to go. */
export function settled(
  seen: JobHealth,
  former: { readonly seen: JobHealth | undefined; readonly told: JobHealth | undefined } | undefined,
): JobHealth {
  const { backpressured: now, ...health } = seen;
  const before = former?.seen?.backpressured;
  const told = former?.told?.backpressured;
  const isHeld = told === undefined ? now !== undefined && before !== undefined : (now ?? before) !== undefined;
  const name = told ?? now;
  return isHeld && name !== undefined ? { ...health, backpressured: name } : health;
}

async function ask(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return response.json();
}
