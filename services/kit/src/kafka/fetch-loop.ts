// Keeps partitions supplied: one fetch under way at every broker that leads any of them with room. What fails is logged and
// tried again; it ends only when told to.
import { type ClusterMetadata, Consumer } from '@platformatic/kafka';
import { messageOf } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { pause } from '../time.ts';
import type { brokerOptions } from './brokers.ts';
import { type Fetched, partialResponse, readPartition } from './fetched.ts';
import type { Partition } from './partition.ts';
import { type PlannedFetch, planFetches } from './plan-fetches.ts';
import type { FetchResponse } from './protocol.ts';

/** How both clients of a session reach the brokers. */
export interface ClientOptions extends ReturnType<typeof brokerOptions> {
  readonly clientId: string;
  readonly groupId: string;
  readonly connectTimeout: number;
  readonly timeout: number;
}

export interface FetchLoopOptions {
  readonly client: ClientOptions;
  readonly topics: readonly string[];
  /** The partitions in hand at this moment. */
  partitions(): Iterable<Partition>;
  /** Told when a topic has gained partitions, which are nobody's yet. */
  onPartitionsAdded(): void;
  readonly log: Logger;
}

const WAIT_MS = 500;
const PAUSE_AFTER_FAILURE_MS = 500;

export class FetchLoop {
  readonly #options: FetchLoopOptions;
  /** A client of its own: a fetch that waits for records must not hold up heartbeats and commits on a connection. */
  readonly #client: Consumer;
  #wake = Promise.withResolvers<void>();
  #partitionCounts: string | undefined;

  constructor(options: FetchLoopOptions) {
    this.#options = options;
    this.#client = new Consumer({ ...options.client, retries: 0, metadataMaxAge: 10_000 });
    for (const topic of options.topics) this.#client.topics.track(topic);
    // Without a listener an error on a connection would end the process.
    this.#client.on('error', (error) => options.log.debug({ error }, 'fetching'));
  }

  /** Looks at the partitions now, because there are others. */
  wake(): void {
    this.#wake.resolve();
  }

  async run(signal: AbortSignal): Promise<void> {
    const busy = new Set<number>();
    while (!signal.aborted) {
      this.#wake = Promise.withResolvers<void>();
      for (const fetch of await this.#plan(busy, signal)) {
        busy.add(fetch.node);
        void this.#fetch(fetch, signal).finally(() => {
          busy.delete(fetch.node);
          this.wake();
        });
      }
      // By the clock too: room comes back in a partition without any fetch ending.
      await Promise.race([this.#wake.promise, pause(WAIT_MS, signal)]);
    }
  }

  async close(): Promise<void> {
    await this.#client.close(true);
  }

  async #plan(busy: ReadonlySet<number>, signal: AbortSignal): Promise<readonly PlannedFetch[]> {
    try {
      const metadata = await this.#client.metadata({ topics: [...this.#options.topics] });
      this.#comparePartitionCounts(metadata);
      const open = [...this.#options.partitions()].filter((partition) => partition.hasRoom);
      return planFetches(metadata, open, busy);
    } catch (error) {
      if (!signal.aborted) this.#options.log.warn({ error: messageOf(error) }, 'cannot read who leads the partitions');
      await pause(PAUSE_AFTER_FAILURE_MS, signal);
      return [];
    }
  }

  #comparePartitionCounts({ topics }: ClusterMetadata): void {
    const counts = this.#options.topics.map((topic) => topics.get(topic)?.partitionsCount).join();
    if (this.#partitionCounts !== undefined && this.#partitionCounts !== counts) this.#options.onPartitionsAdded();
    this.#partitionCounts = counts;
  }

  async #fetch({ node, topics, partitions }: PlannedFetch, signal: AbortSignal): Promise<void> {
    let response: FetchResponse | undefined;
    try {
      response = await this.#client.fetch({ node, topics: [...topics], maxWaitTime: WAIT_MS, minBytes: 1 });
    } catch (error) {
      if (signal.aborted) return;
      this.#options.log.debug({ error, node }, 'a fetch failed');
      this.#client.clearMetadata();
      // One partition's error fails the request; the others' records are in the answer all the same.
      response = partialResponse(error);
      await pause(PAUSE_AFTER_FAILURE_MS, signal);
    }
    for (const { topicId, partitions: parts } of response?.responses ?? []) {
      for (const part of parts) {
        const found = partitions.find((candidate) => {
          return candidate.topicId === topicId && candidate.partition.partition === part.partitionIndex;
        });
        if (found === undefined) continue;
        const { partition, position } = found;
        this.#take(partition, readPartition(partition.topic, position, part));
      }
    }
  }

  #take(partition: Partition, fetched: Fetched): void {
    const { log } = this.#options;
    const where = { topic: partition.topic, partition: partition.partition, position: String(partition.fetchFrom) };
    switch (fetched.kind) {
      case 'Records':
        partition.push(fetched.records, fetched.next, fetched.end);
        return;
      case 'OutOfRange':
        log.error(
          { ...where, logStart: String(fetched.logStart) },
          'the position is not in the log: events expired unread, or the topic was made anew; going on at its start',
        );
        partition.seek(fetched.logStart);
        return;
      case 'Failed':
        log.warn({ ...where, errorCode: fetched.errorCode }, 'the broker refuses a partition');
    }
  }
}
