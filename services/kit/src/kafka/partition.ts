// The events of one partition, handled one after the other. An event that fails is tried again, then set aside where there
// is a dead-letter topic; where there is none it holds this partition, and no other, until it can be handled.

import { messageOf, retryOf } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { type Backoff, backoffMs, pause } from '../time.ts';
import { type EventRecord, locationOf } from './record.ts';

export interface PartitionOptions {
  readonly topic: string;
  readonly partition: number;
  /** Offset of the next record to handle. */
  readonly position: bigint;
  handle(record: EventRecord): Promise<void>;
  /** Keeps a record that cannot be handled; absent: the partition waits. */
  readonly setAside: ((record: EventRecord, error: unknown) => Promise<void>) | undefined;
  readonly retry: Retry;
  readonly log: Logger;
  readonly metrics: Metrics;
}

export interface Retry extends Backoff {
  /** Attempts that an event gets before it counts as poisoned. */
  readonly attempts: number;
}

/** Fetching pauses above this many waiting records, so that a held partition costs bounded memory. */
const MAX_WAITING = 500;

export class Partition {
  readonly topic: string;
  readonly partition: number;
  readonly #options: PartitionOptions;
  readonly #stop = new AbortController();
  #waiting: EventRecord[] = [];
  #fetchFrom: bigint;
  #position: bigint;
  #end: bigint;
  #working: Promise<void> | undefined;
  #isWorking = false;

  constructor(options: PartitionOptions) {
    this.topic = options.topic;
    this.partition = options.partition;
    this.#options = options;
    this.#fetchFrom = options.position;
    this.#position = options.position;
    this.#end = options.position;
  }

  /** Everything before this offset is done with: what may be committed. */
  get position(): bigint {
    return this.#position;
  }

  get fetchFrom(): bigint {
    return this.#fetchFrom;
  }

  /** Records that are in the log and not done with, as of the last fetch. */
  get lag(): number {
    return Number(this.#end - this.#position);
  }

  get hasRoom(): boolean {
    return this.#waiting.length < MAX_WAITING && !this.#stop.signal.aborted;
  }

  /** Takes what a fetch from `fetchFrom` brought: its records, the offset behind them, the end of the log. */
  push(records: readonly EventRecord[], next: bigint, end: bigint): void {
    this.#waiting.push(...records);
    this.#fetchFrom = next;
    this.#end = end;
    if (this.#isWorking) return;
    this.#isWorking = true;
    this.#working = this.#work();
  }

  /** Goes on at another offset; for a position that is not in the log any more. */
  seek(offset: bigint): void {
    this.push([], offset, this.#end);
  }

  /** Begins no further record; settles when the one in hand is done with or given up. Never rejects. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#working;
  }

  async #work(): Promise<void> {
    for (let record = this.#waiting.shift(); record !== undefined; record = this.#waiting.shift()) {
      if (this.#stop.signal.aborted || !(await this.#settle(record))) break;
      this.#position = record.offset + 1n;
    }
    // Behind the last record stand markers and compacted offsets, which are nothing to do.
    if (!this.#stop.signal.aborted) this.#position = this.#fetchFrom;
    // In the same turn as the last look at the queue: what is pushed from now on finds nobody working.
    this.#isWorking = false;
  }

  /** False when stopped before the record was done with. */
  async #settle(record: EventRecord): Promise<boolean> {
    const { retry, metrics, log, topic } = this.#options;
    for (let failures = 0; ; ) {
      const outcome = await this.#attempt(record, failures + 1);
      if (outcome !== 'Failed') {
        metrics.handled.inc({ topic, outcome });
        if (failures > 0) metrics.partitionsHeld.dec({ topic });
        return true;
      }
      failures += 1;
      if (failures === 1) metrics.partitionsHeld.inc({ topic });
      await pause(backoffMs(retry, failures), this.#stop.signal);
      if (this.#stop.signal.aborted) {
        metrics.partitionsHeld.dec({ topic });
        log.info({ record: locationOf(record) }, 'gave up an event that fails: it comes again');
        return false;
      }
    }
  }

  async #attempt(record: EventRecord, attempt: number): Promise<'Handled' | 'DeadLetter' | 'Failed'> {
    const { handle, setAside, retry, metrics, log, topic } = this.#options;
    try {
      await handle(record);
      return 'Handled';
    } catch (error) {
      metrics.handleFailures.inc({ topic });
      const kind = retryOf(error);
      const isPoisoned = kind === 'terminal' || (kind === 'attempts' && attempt >= retry.attempts);
      const fields = { record: locationOf(record), attempt, error };
      if (!isPoisoned || setAside === undefined) {
        log.warn(fields, 'cannot handle an event: its partition waits for the next attempt');
        return 'Failed';
      }
      try {
        await setAside(record, error);
      } catch (failure) {
        log.warn({ ...fields, failure: messageOf(failure) }, 'cannot set a poisoned event aside: its partition waits');
        return 'Failed';
      }
      log.error(fields, 'set a poisoned event aside');
      return 'DeadLetter';
    }
  }
}
