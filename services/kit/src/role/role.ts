// Whether this process may work in the background. Consumers, relays and timers ask it, and nothing else decides: a preview
// that consumes would take events from the version that serves.
//
//            opened                  withdrawn                    emptied
//   closed ─────────▶ open ────────────────────▶ draining ─────────────────▶ closed
//                       ◀──────────────────────────────  taken back
//
// Each is entered from each, whenever the operator says so; only being open or not matters to who works.
import type { Logger } from '../logger.ts';
import { pause } from '../time.ts';
import { type RoleState, readRole } from './role-files.ts';

export class Role {
  #state: RoleState;
  /** Aborted whenever it is not open; another one after each opening. */
  #open = new AbortController();
  #openedAt = Number.NEGATIVE_INFINITY;
  readonly #waiting = new Set<() => void>();

  constructor(state: RoleState) {
    this.#state = state;
    if (state !== 'open') this.#open.abort();
  }

  get state(): RoleState {
    return this.#state;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Whether it was opened no longer ago than that. False for what was open from the start. */
  hasOpenedWithin(ms: number): boolean {
    return this.isOpen && performance.now() - this.#openedAt < ms;
  }

  /** Takes another state; the same one again changes nothing. */
  become(state: RoleState): void {
    const wasOpen = this.isOpen;
    this.#state = state;
    if (this.isOpen === wasOpen) return;
    if (wasOpen) {
      this.#open.abort();
      return;
    }
    this.#open = new AbortController();
    this.#openedAt = performance.now();
    for (const resolve of this.#waiting) resolve();
  }

  /** Aborted as soon as it is not open any more; at once when it is not open now. */
  get whileOpen(): AbortSignal {
    return this.#open.signal;
  }

  /** Resolves when it is open, or when the signal is aborted. Never rejects. */
  async untilOpen(signal: AbortSignal): Promise<void> {
    if (this.isOpen || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    this.#waiting.delete(resolve);
  }
}

/**
 * Runs `work` while the role is open, and again at each opening, one at a time; settles when `stop` is aborted and the last
 * run has ended. `work` goes on until its signal is aborted, finishes what it has in hand, and never rejects.
 */
export async function runWhileOpen(
  role: Role,
  stop: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  while (!stop.aborted) {
    await role.untilOpen(stop);
    const signal = AbortSignal.any([stop, role.whileOpen]);
    if (!signal.aborted) await work(signal);
  }
}

/** How often the files are read: a hand-over waits for it. They are two reads from memory. */
const LOOK_EVERY_MS = 100;

/** Keeps the role as the directory says until the signal is aborted. By polling: the kubelet swaps directories unseen. */
export async function followRole(
  role: Role,
  directory: string,
  { signal, log, everyMs = LOOK_EVERY_MS }: { readonly signal: AbortSignal; readonly log: Logger; everyMs?: number },
): Promise<void> {
  while (!signal.aborted) {
    const state = await readRole(directory);
    if (state !== role.state) log.info({ from: role.state, to: state }, 'role');
    role.become(state);
    await pause(everyMs, signal);
  }
}
