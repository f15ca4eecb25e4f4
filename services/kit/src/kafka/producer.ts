// Publishes records: acknowledged by all in-sync replicas, in order, none twice by our own retries. One request is under
// way at a time and what waits meanwhile goes with the next, so order holds over failures too and load makes batches.
import { compatibilityPartitioner, type MessageToProduce, Producer } from '@platformatic/kafka';
import { KitError, messageOf } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { type Brokers, brokerOptions } from './brokers.ts';

export interface OutgoingRecord {
  readonly topic: string;
  /** Records of one key stay in order: they go to the same partition, the one that Java's clients choose. */
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: ReadonlyMap<string, Buffer>;
}

export interface ProducerOptions {
  readonly clientId: string;
  readonly brokers: Brokers;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Longest wait of {@link EventProducer.publish}, ms. */
  readonly deadlineMs?: number;
}

interface Pending {
  readonly record: OutgoingRecord;
  resolve(): void;
  reject(error: KitError): void;
}

/** The broker's default for message.max.bytes, less room for key, headers and framing. */
const MAX_VALUE_BYTES = 1_000_000;
const MAX_BATCH_RECORDS = 500;
const MAX_PENDING = 10_000;

export class EventProducer {
  readonly #producer: Producer;
  readonly #log: Logger;
  readonly #metrics: Metrics;
  readonly #deadlineMs: number;
  readonly #pending: Pending[] = [];
  #isClosed = false;
  #sending: Promise<void> | undefined;

  constructor({ clientId, brokers, log, metrics, deadlineMs = 10_000 }: ProducerOptions) {
    this.#log = log;
    this.#metrics = metrics;
    this.#deadlineMs = deadlineMs;
    this.#producer = new Producer({
      clientId,
      ...brokerOptions(brokers),
      idempotent: true,
      partitioner: compatibilityPartitioner,
      timeout: 5_000,
      connectTimeout: 2_000,
      // More than one, or the client takes it for "for ever": a caller is better told than kept waiting.
      retries: 4,
      retryDelay: 250,
    });
    // Without a listener an error on a connection would end the process.
    this.#producer.on('error', (error) => log.debug({ error }, 'producer'));
  }

  /**
   * Resolves when the record is acknowledged.
   * @throws KitError `EventInvalid` when it is too large, `PublishFailed` when it was not acknowledged within the deadline:
   * it may be in the topic all the same, since an answer can be lost
   */
  publish(record: OutgoingRecord): Promise<void> {
    const { topic, value } = record;
    if ((value?.length ?? 0) > MAX_VALUE_BYTES) {
      const problem = `a record of ${value?.length} bytes for topic ${topic}: brokers take ${MAX_VALUE_BYTES}`;
      return Promise.reject(new KitError('EventInvalid', problem));
    }
    if (this.#isClosed) return Promise.reject(new KitError('Stopping', `topic ${topic}: the service is stopping`));
    if (this.#pending.length >= MAX_PENDING) {
      return Promise.reject(new KitError('PublishFailed', `topic ${topic}: ${MAX_PENDING} records already wait`));
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const pending: Pending = { record, resolve, reject };
    const deadline = setTimeout(() => {
      const index = this.#pending.indexOf(pending);
      if (index >= 0) this.#pending.splice(index, 1);
      reject(new KitError('PublishFailed', `topic ${topic}: not acknowledged within ${this.#deadlineMs} ms`));
    }, this.#deadlineMs);
    this.#pending.push(pending);
    this.#sending ??= this.#drain();
    return promise.then(
      () => {
        clearTimeout(deadline);
        this.#metrics.published.inc({ topic, outcome: 'Acknowledged' });
      },
      (error: unknown) => {
        clearTimeout(deadline);
        this.#metrics.published.inc({ topic, outcome: 'Failed' });
        throw error;
      },
    );
  }

  /** Takes no more records, sends those it has, closes its connections. Settles within the deadline of the last record. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#sending;
    await this.#producer.close(true);
  }

  async #drain(): Promise<void> {
    for (let batch = this.#nextBatch(); batch.length > 0; batch = this.#nextBatch()) {
      try {
        await this.#producer.send({ messages: batch.map(({ record }) => toMessage(record)) });
        for (const { resolve } of batch) resolve();
      } catch (cause) {
        const topic = batch[0]?.record.topic;
        this.#log.warn({ topic, records: batch.length, error: cause }, 'cannot publish');
        const error = new KitError('PublishFailed', `topic ${topic}: ${messageOf(cause)}`, cause);
        for (const { reject } of batch) reject(error);
      }
    }
    this.#sending = undefined;
  }

  /** What goes with the next request: one topic's records, so that a topic that is missing fails alone. */
  #nextBatch(): readonly Pending[] {
    const topic = this.#pending[0]?.record.topic;
    let size = 0;
    while (size < MAX_BATCH_RECORDS && this.#pending[size]?.record.topic === topic && topic !== undefined) size += 1;
    return this.#pending.splice(0, size);
  }
}

function toMessage({ topic, key, value, headers }: OutgoingRecord): MessageToProduce {
  return {
    topic,
    ...(key === null ? {} : { key }),
    // A record without a value is a tombstone.
    ...(value === null ? {} : { value }),
    headers: new Map([...(headers ?? [])].map(([name, content]) => [Buffer.from(name), content])),
  };
}
