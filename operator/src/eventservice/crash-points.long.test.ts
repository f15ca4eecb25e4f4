// The operator killed before and after each of its writes in turn, to the API server, to Kafka and to the registry: a
// service, its topics, subjects, users and rules always end as if nothing had happened, whoever manages topics and users.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tryCrashPoints } from '../runtime/testing/crash-points.ts';
import { type ChaosOptions, type ChaosWorld, startChaosWorld } from './testing/chaos.ts';
import { changedSpec, firstSpec } from './testing/chaos-specs.ts';

const administrator = { username: 'admin', password: 'admin-secret' };
const worlds: readonly { readonly asking: string; readonly options: ChaosOptions }[] = [
  { asking: 'no login', options: {} },
  { asking: 'for a login', options: { administrator } },
];
const timeoutMs = 1_500_000;

describe.each(worlds)('an operator killed at any of its writes, on brokers that ask $asking', ({ options }) => {
  const world = startedWorld(options);

  it(
    'ends where an undisturbed one ends, having made a service',
    async () => {
      const tried = await makeService(world());
      for (const call of ['kafka/createTopics', 'registry/registerSchema', 'registry/setCompatibility'])
        expect(pathsOf(tried)).toContain(`/announced/after/${call}`);
    },
    timeoutMs,
  );

  it(
    'ends where an undisturbed one ends, having taken a change over',
    async () => {
      const tried = await tryCrashPoints({
        ...world().base,
        prepare: () => world().apply(firstSpec),
        begin: () => world().apply(changedSpec),
        isDone: () => world().isReady(),
      });
      tell('update', tried);
      for (const call of ['kafka/addPartitions', 'kafka/alterTopicConfig', 'kafka/deleteTopic'])
        expect(pathsOf(tried)).toContain(`/announced/after/${call}`);
    },
    timeoutMs,
  );

  it(
    'ends where an undisturbed one ends, having let a service go',
    async () => {
      expect(pathsOf(await letGo(world()))).toContain('/announced/after/kafka/deleteTopic');
    },
    timeoutMs,
  );

  it.runIf(options.administrator)(
    'ends where an undisturbed one ends, having changed its login',
    async () => {
      const tried = await tryCrashPoints({
        ...world().base,
        prepare: () => world().apply(firstSpec),
        begin: () => world().apply(firstSpec, 'once'),
        isDone: () => world().isReady(),
      });
      tell('rotate', tried);
      for (const call of ['kafka/putUser', 'kafka/grant', 'kafka/revoke', 'kafka/deleteUser'])
        expect(pathsOf(tried)).toContain(`/announced/after/${call}`);
    },
    timeoutMs,
  );
});

describe('an operator killed at any of its writes, on brokers of Strimzi that ask for a login', () => {
  const world = startedWorld({ administrator, isOnStrimzi: true });

  it(
    'ends where an undisturbed one ends, having made a service',
    async () => {
      const paths = pathsOf(await makeService(world()));
      const platform = '/namespaces/platform';
      for (const resource of ['kafkatopics/shop.orders', 'kafkatopics/shop.scratch', 'kafkausers/shop.order.a'])
        expect(paths).toContain(`/apis/kafka.strimzi.io/v1${platform}/${resource}`);
      expect(paths).toContain(`/api/v1${platform}/secrets/shop.order.a-password`);
    },
    timeoutMs,
  );
});

type Tried = Awaited<ReturnType<typeof tryCrashPoints>>;

function startedWorld(options: ChaosOptions): () => ChaosWorld {
  let world: ChaosWorld | undefined;
  beforeAll(async () => {
    world = await startChaosWorld(options);
  });
  afterAll(() => world?.stop());
  return () => {
    if (!world) throw new Error('the world has not started');
    return world;
  };
}

async function makeService(world: ChaosWorld): Promise<Tried> {
  const tried = await tryCrashPoints({
    ...world.base,
    begin: () => world.apply(firstSpec),
    isDone: () => world.isReady(),
  });
  tell('create', tried);
  return tried;
}

async function letGo(world: ChaosWorld): Promise<Tried> {
  let isDeleted = false;
  const tried = await tryCrashPoints({
    ...world.base,
    prepare: async () => {
      isDeleted = false;
      await world.apply(firstSpec);
    },
    begin: async () => {
      isDeleted = true;
      await world.remove();
    },
    isDone: () => (isDeleted ? world.isGone() : world.isReady()),
  });
  tell('delete', tried);
  return tried;
}

/** Without their queries. */
function pathsOf(tried: Tried): readonly string[] {
  return tried.map(({ write }) => write.path.split('?')[0] ?? '');
}

function tell(what: string, tried: Tried): void {
  const lines = tried.map(
    ({ moment, write }) => `${moment} ${write.number} ${write.method} ${write.path.split('?')[0]}`,
  );
  console.log(`${what}: ${tried.length} points, all with the same end\n${lines.join('\n')}`);
}
