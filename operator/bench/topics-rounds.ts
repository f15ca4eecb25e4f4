// The benchmark's rounds on one world: a set of topics from its declaration to its end, single changes beside idle topics,
// and thousands at once.
import { Producer, stringSerializers } from '@platformatic/kafka';
import { approvalHash } from '../src/plan/index.ts';
import { type MetricSample, sumOf } from './prometheus.ts';
import {
  alterServices,
  approveServices,
  createServices,
  type Declared,
  declaredBy,
  deleteServices,
  type ServiceWatch,
  watchServices,
} from './topics-load.ts';
import type { TopicsWorld } from './topics-world.ts';

const dayMs = 86_400_000;

/** Seconds from the first request until the last topic is as declared, or gone. */
export interface Life {
  readonly topics: number;
  readonly perService: number;
  /** Each topic held a record, and its deletion was approved by hash. */
  readonly hadRecords: boolean;
  readonly createSeconds: number;
  readonly alterSeconds: number;
  readonly deleteSeconds: number;
  /** The operator's, over all three. */
  readonly cpuSeconds: number;
}

export interface Many {
  readonly topics: number;
  readonly createSeconds: number;
  readonly deleteSeconds: number;
  readonly cpuSeconds: number;
  readonly peakRssMiB: number;
  /** Of EventServices waiting for a worker, at its highest. */
  readonly queueDepth: number;
}

/** Throws where the brokers do not have what the statuses say. */
export async function runLife(
  world: TopicsWorld,
  {
    topics,
    perService,
    withRecords,
  }: { readonly topics: number; readonly perService: number; readonly withRecords: boolean },
): Promise<Life> {
  const { client, operator } = world;
  const all = declaredBy(`n${topics}-${perService}`, topics, perService);
  const names = all.map(({ name }) => name);
  return withWatch(world, async (watch) => {
    const cpuBefore = operator.cpuSeconds();
    const createSeconds = await secondsOf(async () => {
      await createServices(client, all, dayMs);
      await watch.ready(names, 1);
    });
    await checkLive(world, all, dayMs);
    const alterSeconds = await secondsOf(async () => {
      await alterServices(client, all, 2 * dayMs);
      await watch.ready(names, 2);
    });
    await checkLive(world, all, 2 * dayMs);
    const cpuUsed = operator.cpuSeconds() - cpuBefore;
    if (withRecords) {
      await produceInto(world, all);
      await approveServices(client, all, (declared) => hashOfDeletion(watch, declared));
    }
    const cpuAtDeletion = operator.cpuSeconds();
    const deleteSeconds = await secondsOf(() => deleteAll(world, watch, all));
    const cpuSeconds = cpuUsed + operator.cpuSeconds() - cpuAtDeletion;
    await world.sweep();
    return { topics, perService, hadRecords: withRecords, createSeconds, alterSeconds, deleteSeconds, cpuSeconds };
  });
}

/** ms from sending a change of one setting until its status and the broker have it, one after the other. */
export async function runSingleChanges(
  world: TopicsWorld,
  { idle, perService, changes }: { readonly idle: number; readonly perService: number; readonly changes: number },
): Promise<readonly number[]> {
  const { client, kafka } = world;
  const all = declaredBy('idle', idle, perService);
  const names = all.map(({ name }) => name);
  return withWatch(world, async (watch) => {
    await createServices(client, all, dayMs);
    await watch.ready(names, 1);
    const times: number[] = [];
    for (let change = 0; change < changes; change++) {
      const declared = all[change % all.length];
      if (!declared) break;
      const generation = (watch.latest(declared.name)?.metadata.generation ?? 0) + 1;
      const retentionMs = dayMs + change + 1;
      const startedAt = performance.now();
      await alterServices(client, [declared], retentionMs);
      await watch.ready([declared.name], generation);
      const live = await kafka.describeTopics(declared.topics);
      times.push(performance.now() - startedAt);
      assertRetention(live.values(), declared.topics.length, retentionMs);
    }
    await deleteAll(world, watch, all);
    await world.sweep();
    return times;
  });
}

export async function runMany(
  world: TopicsWorld,
  { topics, perService }: { readonly topics: number; readonly perService: number },
): Promise<Many> {
  const { client, operator } = world;
  const all = declaredBy('many', topics, perService);
  const names = all.map(({ name }) => name);
  return withWatch(world, async (watch) => {
    const cpuBefore = operator.cpuSeconds();
    let queueDepth = 0;
    const look = setInterval(() => {
      operator
        .scrape()
        .then((metrics) => {
          queueDepth = Math.max(queueDepth, depthOf(metrics));
        })
        // It answers late under load; that it runs is asked by the watch.
        .catch(() => {});
    }, 250);
    try {
      const createSeconds = await secondsOf(async () => {
        await createServices(client, all, dayMs);
        await watch.ready(names, 1);
      });
      await checkLive(world, all, dayMs);
      const deleteSeconds = await secondsOf(() => deleteAll(world, watch, all));
      await world.sweep();
      const cpuSeconds = operator.cpuSeconds() - cpuBefore;
      return { topics, createSeconds, deleteSeconds, cpuSeconds, peakRssMiB: operator.memory().peakMiB, queueDepth };
    } finally {
      clearInterval(look);
    }
  });
}

async function withWatch<Result>(
  { client, operator }: TopicsWorld,
  body: (watch: ServiceWatch) => Promise<Result>,
): Promise<Result> {
  const watch = await watchServices(client, operator.assertRuns);
  try {
    return await body(watch);
  } finally {
    watch.stop();
  }
}

async function deleteAll({ client, kafka }: TopicsWorld, watch: ServiceWatch, all: readonly Declared[]): Promise<void> {
  await deleteServices(client, all);
  await watch.gone(all.map(({ name }) => name));
  const left = await kafka.topicNames();
  const kept = all.flatMap(({ topics }) => topics).filter((topic) => left.has(topic));
  if (kept.length > 0) throw new Error(`${kept.length} topics were not deleted, ${kept[0]} among them`);
}

async function checkLive({ kafka }: TopicsWorld, all: readonly Declared[], retentionMs: number): Promise<void> {
  const topics = all.flatMap((declared) => declared.topics);
  const live = await kafka.describeTopics(topics);
  assertRetention(live.values(), topics.length, retentionMs);
}

function assertRetention(
  live: Iterable<{ readonly topic: string; readonly config: Readonly<Record<string, string>> }>,
  count: number,
  retentionMs: number,
): void {
  const found = [...live];
  if (found.length !== count) throw new Error(`${found.length} of ${count} topics are there`);
  const wrong = found.find(({ config }) => config['retention.ms'] !== String(retentionMs));
  if (wrong) throw new Error(`topic ${wrong.topic} has ${JSON.stringify(wrong.config)}, and not ${retentionMs} ms`);
}

async function produceInto({ bootstrapServers }: TopicsWorld, all: readonly Declared[]): Promise<void> {
  const producer = new Producer({
    clientId: 'bench',
    bootstrapBrokers: [...bootstrapServers],
    serializers: stringSerializers,
  });
  try {
    const messages = all.flatMap(({ topics }) => topics.map((topic) => ({ topic, key: 'k', value: 'v' })));
    await producer.send({ messages, acks: -1 });
  } finally {
    await producer.close();
  }
}

/** As a person reads it in the Plan that names the loss. */
function hashOfDeletion(watch: ServiceWatch, { name }: Declared): string | undefined {
  const topics = watch.latest(name)?.status?.topics ?? [];
  return approvalHash(
    topics.map(({ topic, id = '' }) => ({ action: 'DeleteTopic', topic, topicId: id, risk: 'DataLoss', reason: '' })),
  );
}

async function secondsOf(body: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await body();
  return (performance.now() - startedAt) / 1000;
}

function depthOf(metrics: readonly MetricSample[]): number {
  return sumOf(metrics, 'workqueue_depth', { controller: 'eventservice' });
}
