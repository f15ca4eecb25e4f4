// A service's place in its consumer group: at least once, in order within a partition, each partition on its own. Offsets
// are committed after handling. A session that breaks is followed by another, after a back-off. It has a place only while the
// role is open: where that ends, or the service stops, it finishes what it has in hand, commits it and leaves.

import type { EventReader } from '../avro/reader.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { type Role, runWhileOpen } from '../role/role.ts';
import { type Backoff, backoffMs, pause } from '../time.ts';
import type { Brokers } from './brokers.ts';
import { deadLetter } from './dead-letter.ts';
import { GroupSession } from './group-session.ts';
import type { Retry } from './partition.ts';
import type { EventProducer } from './producer.ts';
import type { EventRecord } from './record.ts';

export interface Subscription {
  readonly topic: string;
  /** Where poisoned events go; absent: they hold their partition. */
  readonly deadLetterTopic?: string;
  handle(record: EventRecord): Promise<void>;
}

export interface ConsumerOptions {
  readonly clientId: string;
  readonly brokers: Brokers;
  readonly groupId: string;
  readonly subscriptions: readonly Subscription[];
  readonly producer: EventProducer;
  readonly role: Role;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly retry?: Retry;
}

const eventRetry: Retry = { attempts: 5, baseMs: 200, maxMs: 30_000 };
const sessionBackoff: Backoff = { baseMs: 250, maxMs: 10_000 };

/** A subscription whose handler gets events instead of bytes. */
export function subscribe<Event>(options: {
  readonly topic: string;
  readonly deadLetterTopic?: string;
  readonly reader: EventReader<Event>;
  handle(event: Event, record: EventRecord): Promise<void> | void;
}): Subscription {
  const { topic, deadLetterTopic, reader, handle } = options;
  return {
    topic,
    ...(deadLetterTopic === undefined ? {} : { deadLetterTopic }),
    handle: async (record) => handle(await reader.decode(record.value), record),
  };
}

export class EventConsumer {
  readonly #options: ConsumerOptions;
  readonly #stop = new AbortController();
  #session: GroupSession | undefined;
  #running: Promise<void> | undefined;

  constructor(options: ConsumerOptions) {
    this.#options = options;
  }

  /** In the group. False while it joins, and while the brokers cannot be reached. */
  get isJoined(): boolean {
    return this.#session?.isJoined ?? false;
  }

  /** Begins to join, once the role is open; being joined comes later. */
  start(): void {
    this.#running ??= runWhileOpen(this.#options.role, this.#stop.signal, (signal) => this.#participate(signal));
  }

  /** Stops polling, finishes handlers, commits, leaves the group. Settles within some 20 seconds. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Brings the gauges up to date, before a scrape. */
  updateMetrics(): void {
    const { lag, joined } = this.#options.metrics;
    joined.set(this.isJoined ? 1 : 0);
    lag.reset();
    for (const partition of this.#session?.partitions ?? []) {
      lag.set({ topic: partition.topic, partition: partition.partition }, partition.lag);
    }
  }

  /** Keeps a place in the group until the signal is aborted; leaves it before it settles. */
  async #participate(signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    for (let failures = 0; !signal.aborted; ) {
      const session = this.#openSession();
      this.#session = session;
      try {
        await session.run(signal);
      } catch (error) {
        failures = session.isJoined ? 1 : failures + 1;
        log.warn({ error, group: this.#options.groupId, failures }, 'out of the group: joining again');
      } finally {
        await session.close();
        this.#session = undefined;
      }
      if (!signal.aborted) await pause(backoffMs(sessionBackoff, Math.max(failures, 1)), signal);
    }
  }

  #openSession(): GroupSession {
    const { subscriptions, producer, role: _, retry = eventRetry, ...session } = this.#options;
    return new GroupSession({
      ...session,
      topics: subscriptions.map(({ topic }) => topic),
      partition: (topic) => {
        const subscription = subscriptions.find((candidate) => candidate.topic === topic);
        if (subscription === undefined) throw new Error(`assigned topic ${topic}, which nothing subscribed to`);
        const { deadLetterTopic } = subscription;
        return {
          retry,
          handle: subscription.handle,
          setAside:
            deadLetterTopic === undefined
              ? undefined
              : (record, error) => producer.publish(deadLetter(deadLetterTopic, record, error)),
        };
      },
    });
  }
}
