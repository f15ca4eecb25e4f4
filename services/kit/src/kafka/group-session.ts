// One membership in a consumer group, from joining to leaving: has the partitions it is given fetched and handled, and
// commits what is done with. It ends by an error it cannot mend itself, or when told to stop; the consumer then opens another.
import { Consumer, type GroupAssignment, ListOffsetTimestamps } from '@platformatic/kafka';
import { messageOf } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { settlesWithin } from '../time.ts';
import { type Brokers, brokerOptions } from './brokers.ts';
import { FetchLoop } from './fetch-loop.ts';
import { Partition, type PartitionOptions } from './partition.ts';

export interface SessionOptions {
  readonly clientId: string;
  readonly brokers: Brokers;
  readonly groupId: string;
  readonly topics: readonly string[];
  partition(topic: string): Pick<PartitionOptions, 'handle' | 'setAside' | 'retry'>;
  readonly log: Logger;
  readonly metrics: Metrics;
}

const COMMIT_EVERY_MS = 1_000;
/** How long a rebalance or a stop waits for handlers. Under the session timeout: no heartbeat is sent meanwhile. */
const DRAIN_MS = 15_000;
/** How long a hand-over waits for a commit that is under way. */
const COMMIT_MS = 1_000;
const LEAVE_MS = 3_000;
const HEARTBEAT_MS = 3_000;
/** Without a heartbeat for so long the group may have gone on without this member. */
const SILENT_MS = 4 * HEARTBEAT_MS;

export class GroupSession {
  readonly #options: SessionOptions;
  readonly #member: Consumer;
  readonly #fetching: FetchLoop;
  readonly #failed = Promise.withResolvers<never>();
  /** Replaced as a whole at every rebalance. */
  #partitions: readonly Partition[] = [];
  #committed = new Map<Partition, bigint>();
  #isRevoking = false;
  #joinedAt: number | undefined;
  #committing: Promise<void> | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { clientId, groupId, brokers, topics, log } = options;
    const client = {
      clientId,
      groupId,
      ...brokerOptions(brokers),
      connectTimeout: 2_000,
      timeout: 10_000,
    };
    const fail = (error: unknown) => this.#failed.reject(error);
    this.#failed.promise.catch(() => undefined);
    this.#member = new Consumer({
      ...client,
      sessionTimeout: 30_000,
      rebalanceTimeout: 60_000,
      heartbeatInterval: HEARTBEAT_MS,
      // Long, because brokers that come back know the member still: one that begins anew must wait for its own old place.
      heartbeatStallTimeout: 120_000,
      retries: 3,
      retryDelay: 250,
      // Called before every JoinGroup: the one moment at which partitions can be handed over with nothing in hand.
      protocolsMetadata: async () => {
        await this.#revoke();
        return Buffer.alloc(0);
      },
    });
    for (const topic of topics) this.#member.topics.track(topic);
    this.#member.on('error', fail);
    this.#member.on('consumer:heartbeat:stalled', ({ lastError }) => fail(lastError ?? new Error('no heartbeat')));
    this.#member.on('consumer:group:join', ({ assignments }) => {
      this.#assign(assignments ?? []).catch(fail);
    });
    this.#fetching = new FetchLoop({
      client,
      topics,
      partitions: () => this.#partitions,
      onPartitionsAdded: () => {
        this.#member.joinGroup({}).catch(fail);
      },
      log,
    });
  }

  /** In the group, told which partitions are ours, and heard by the coordinator lately. */
  get isJoined(): boolean {
    if (this.#joinedAt === undefined) return false;
    const heardAt = Math.max(this.#joinedAt, this.#member.lastHeartbeat?.getTime() ?? 0);
    return Date.now() - heardAt < SILENT_MS;
  }

  /** The partitions in hand, for metrics. */
  get partitions(): readonly Partition[] {
    return this.#partitions;
  }

  /** Joins and works until the signal is aborted. @throws what ended the session otherwise */
  async run(signal: AbortSignal): Promise<void> {
    const ended = new AbortController();
    const stop = () => ended.abort();
    signal.addEventListener('abort', stop, { once: true });
    const timer = setInterval(() => void this.#commit(), COMMIT_EVERY_MS);
    const working = this.#member.joinGroup({}).then(() => this.#fetching.run(ended.signal));
    working.catch(() => undefined);
    // A join can take as long as the other members need to come: a stop does not wait for it.
    const stopped = new Promise<void>((resolve) => ended.signal.addEventListener('abort', () => resolve()));
    try {
      await Promise.race([working, stopped, this.#failed.promise]);
    } finally {
      clearInterval(timer);
      ended.abort();
      signal.removeEventListener('abort', stop);
    }
  }

  /** Finishes what is in hand, commits it, leaves the group. Never rejects, and is bounded. */
  async close(): Promise<void> {
    this.#joinedAt = undefined;
    await this.#revoke();
    await settlesWithin(LEAVE_MS, Promise.allSettled([this.#member.close(true), this.#fetching.close()]));
  }

  /** Stops all partitions and commits. After it nothing of them is committed any more. Never rejects. */
  async #revoke(): Promise<void> {
    // A commit that is told to join again comes here from within.
    if (this.#isRevoking) return;
    this.#isRevoking = true;
    await settlesWithin(DRAIN_MS, Promise.all(this.#partitions.map((partition) => partition.stop())));
    // Bounded, because it may be what brought us here: the commit of a member that was thrown out joins again first.
    await settlesWithin(COMMIT_MS, this.#committing ?? Promise.resolve());
    await settlesWithin(COMMIT_MS, this.#commit());
    this.#partitions = [];
    this.#committed = new Map();
    this.#isRevoking = false;
  }

  async #assign(assignments: readonly GroupAssignment[]): Promise<void> {
    const { log, metrics, groupId } = this.#options;
    const memberOf = () => `${this.#member.memberId} ${this.#member.generationId}`;
    const joinedAs = memberOf();
    const positions = await this.#startPositions(assignments.filter(({ partitions }) => partitions.length > 0));
    // Another rebalance was quicker, and its partitions are not these.
    if (memberOf() !== joinedAs || this.#isRevoking) return;
    this.#partitions = positions.map((position) => {
      return new Partition({ ...position, log, metrics, ...this.#options.partition(position.topic) });
    });
    this.#committed = new Map(this.#partitions.map((partition) => [partition, partition.position]));
    this.#joinedAt = Date.now();
    this.#fetching.wake();
    const names = this.#partitions.map(({ topic, partition, position }) => `${topic}/${partition}@${position}`);
    log.info({ group: groupId, partitions: names }, 'joined the group');
  }

  /** Where the group is; where it never was, the beginning, so that no event is skipped. */
  async #startPositions(assignments: readonly GroupAssignment[]) {
    if (assignments.length === 0) return [];
    const topics = assignments.map(({ topic, partitions }) => ({ topic, partitions: [...partitions] }));
    const committed = await this.#member.listCommittedOffsets({ topics });
    const beginnings = await this.#member.listOffsets({
      topics: topics.map(({ topic }) => topic),
      partitions: Object.fromEntries(topics.map(({ topic, partitions }) => [topic, partitions])),
      timestamp: ListOffsetTimestamps.EARLIEST,
    });
    return topics.flatMap(({ topic, partitions }) =>
      partitions.map((partition) => {
        const offset = committed.get(topic)?.[partition] ?? -1n;
        const position = offset >= 0n ? offset : (beginnings.get(topic)?.[partition] ?? 0n);
        return { topic, partition, position };
      }),
    );
  }

  /**
   * Commits every partition's position that moved. One at a time: an earlier one must not undo a later one. Never rejects:
   * what is not committed now is committed the next time, or comes again.
   */
  async #commit(): Promise<void> {
    if (this.#committing !== undefined) return;
    const committed = this.#committed;
    const moved = this.#partitions
      .map((partition) => ({ partition, position: partition.position }))
      .filter(({ partition, position }) => position !== committed.get(partition));
    if (moved.length === 0) return;
    const offsets = moved.map(({ partition: { topic, partition }, position }) => {
      return { topic, partition, offset: position, leaderEpoch: -1 };
    });
    this.#committing = this.#member.commit({ offsets });
    try {
      await this.#committing;
      for (const { partition, position } of moved) committed.set(partition, position);
    } catch (error) {
      this.#options.log.warn({ error: messageOf(error) }, 'cannot commit');
    } finally {
      this.#committing = undefined;
    }
  }
}
