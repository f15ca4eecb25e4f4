// A broker and what tests do to it: topics, partitions, events numbered by key.
import { Admin } from '@platformatic/kafka';
import { type KafkaServer, startKafka } from '@sluice/cluster';
import { pino } from 'pino';
import { type ConsumerOptions, EventConsumer, type Subscription } from '../kafka/consumer.ts';
import { EventProducer } from '../kafka/producer.ts';
import type { EventRecord } from '../kafka/record.ts';
import { createMetrics } from '../metrics.ts';
import { Role } from '../role/role.ts';

export interface TestKafka {
  readonly server: KafkaServer;
  createTopic(name: string, partitions: number): Promise<void>;
  addPartitions(name: string, count: number): Promise<void>;
  aProducer(options?: { readonly deadlineMs?: number }): EventProducer;
  /** Its role is open and its retries quick unless told otherwise. */
  aConsumer(
    groupId: string,
    subscriptions: readonly Subscription[],
    options?: Partial<Pick<ConsumerOptions, 'retry' | 'role'>>,
  ): EventConsumer;
  /** Closes all that was made here, and the broker. */
  stop(): Promise<void>;
}

export async function startTestKafka(): Promise<TestKafka> {
  const server = await startKafka();
  const { bootstrapServers } = server;
  const admin = new Admin({ clientId: 'admin', bootstrapBrokers: [...bootstrapServers], retries: 20, retryDelay: 100 });
  const parts = {
    brokers: { bootstrapServers },
    log: pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' }),
    metrics: createMetrics('test'),
  };
  const closers: (() => Promise<void>)[] = [];
  const aProducer: TestKafka['aProducer'] = (options = {}) => {
    const producer = new EventProducer({ clientId: 'test', ...parts, ...options });
    closers.push(() => producer.close());
    return producer;
  };
  const deadLetters = aProducer();
  return {
    server,
    aProducer,
    createTopic: async (name, partitions) =>
      void (await admin.createTopics({ topics: [name], partitions, replicas: 1 })),
    addPartitions: async (name, count) => void (await admin.createPartitions({ topics: [{ name, count }] })),
    aConsumer: (groupId, subscriptions, options = {}) => {
      const consumer = new EventConsumer({
        clientId: 'test',
        groupId,
        subscriptions,
        producer: deadLetters,
        retry: { attempts: 3, baseMs: 10, maxMs: 100 },
        role: new Role('open'),
        ...parts,
        ...options,
      });
      closers.push(() => consumer.stop());
      return consumer;
    },
    stop: async () => {
      for (const close of closers.reverse()) await close();
      await admin.close();
      await server.stop();
    },
  };
}

/** Publishes events numbered `from` to `to` under each key, all keys at once. */
export async function publishNumbers(
  producer: EventProducer,
  topic: string,
  keys: readonly string[],
  from: number,
  to: number,
): Promise<void> {
  for (let number = from; number <= to; number += 1) {
    await Promise.all(
      keys.map((key) => producer.publish({ topic, key: Buffer.from(key), value: Buffer.from(String(number)) })),
    );
  }
}

/** Collects what a handler saw: numbers by key, in the order of their coming. */
export class Seen {
  readonly #numbers = new Map<string, number[]>();

  add({ key, value }: EventRecord): void {
    this.of(String(key)).push(Number(value));
  }

  of(key: string): number[] {
    const numbers = this.#numbers.get(key) ?? [];
    this.#numbers.set(key, numbers);
    return numbers;
  }
}
