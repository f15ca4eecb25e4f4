// What is known of a cluster's topics: read whole once in a while for all who ask, and by name after each change of ours,
// so that a change costs as much with ten thousand topics beside it as alone.
import { reasons } from '../api/index.ts';
import { SluiceError } from '../errors.ts';
import type { TopicPort } from '../plan/index.ts';
import type { KafkaAdmin, LiveTopics } from './admin.ts';

type Kafka = Pick<KafkaAdmin, 'describeTopics' | keyof TopicPort>;

export class TopicSnapshot {
  readonly #kafka: Kafka;
  readonly #maxAgeMs: number;
  readonly #now: () => number;
  #known: { readonly at: number; readonly topics: Promise<LiveTopics> } | undefined;

  /** `now`: a clock that never goes back, ms. */
  constructor(kafka: Kafka, maxAgeMs: number, now: () => number = () => performance.now()) {
    this.#kafka = kafka;
    this.#maxAgeMs = maxAgeMs;
    this.#now = now;
  }

  /**
   * At most `maxAgeMs` old, but for what was written through `port`: that is in it. Those of `wanted` that were not there
   * are looked for again: somebody who waits for a topic sees it as soon as it is asked for. A value that never changes.
   */
  async get(wanted: readonly string[] = []): Promise<LiveTopics> {
    const topics = await this.#current();
    const missing = wanted.filter((name) => !topics.has(name));
    if (missing.length === 0) return topics;
    await this.#readAgain(missing);
    return this.#current();
  }

  #current(): Promise<LiveTopics> {
    const now = this.#now();
    if (this.#known && now - this.#known.at < this.#maxAgeMs) return this.#known.topics;
    return this.#keep(now, this.#kafka.describeTopics());
  }

  /** What is written through it, the next `get` shows. */
  get port(): TopicPort {
    const kafka = this.#kafka;
    return {
      createTopics: (topics) =>
        this.#written(
          topics.map(({ topic }) => topic),
          kafka.createTopics(topics),
        ),
      addPartitions: (topic, to) => this.#written([topic], kafka.addPartitions(topic, to)),
      alterTopicConfig: (topic, entries) => this.#written([topic], kafka.alterTopicConfig(topic, entries)),
      deleteTopic: (topic, topicId) => this.#written([topic], kafka.deleteTopic(topic, topicId)),
    };
  }

  async #written(names: readonly string[], write: Promise<void>): Promise<void> {
    try {
      await write;
    } catch (error) {
      // Refused in words: others of the same call were changed. Anything else may have been a success.
      if (error instanceof SluiceError && error.reason === reasons.topicRefused) await this.#readAgain(names);
      else this.#known = undefined;
      throw error;
    }
    await this.#readAgain(names);
  }

  async #readAgain(names: readonly string[]): Promise<void> {
    if (!this.#known || names.length === 0) return;
    try {
      const described = await this.#kafka.describeTopics(names);
      // Laid over a whole reading that is under way as well: it may have passed these before they were written.
      const known = this.#known;
      if (known) void this.#keep(known.at, laidOver(known.topics, names, described));
    } catch {
      // The write is done all the same, and the next who asks is told why nothing can be read.
      this.#known = undefined;
    }
  }

  #keep(at: number, topics: Promise<LiveTopics>): Promise<LiveTopics> {
    const known = { at, topics };
    this.#known = known;
    topics.catch(() => {
      // A failure is not kept; what was read since stays.
      if (this.#known === known) this.#known = undefined;
    });
    return topics;
  }
}

async function laidOver(
  live: Promise<LiveTopics>,
  names: readonly string[],
  described: LiveTopics,
): Promise<LiveTopics> {
  const topics = new Map(await live);
  for (const name of names) {
    const topic = described.get(name);
    if (topic) topics.set(name, topic);
    else topics.delete(name);
  }
  return topics;
}
