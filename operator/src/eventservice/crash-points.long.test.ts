// The operator killed before and after each of its writes in turn, to the API server, to Kafka and to the registry: a
// service, its topics, subjects, users and rules always end as if nothing had happened.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tryCrashPoints } from '../runtime/testing/crash-points.ts';
import { type ChaosWorld, startChaosWorld } from './testing/chaos.ts';
import { changedSpec, firstSpec } from './testing/chaos-specs.ts';

const brokers = [
  { asking: 'no login', administrator: undefined },
  { asking: 'for a login', administrator: { username: 'admin', password: 'admin-secret' } },
];
const timeoutMs = 1_500_000;

describe.each(brokers)('an operator killed at any of its writes, on brokers that ask $asking', ({ administrator }) => {
  let world: ChaosWorld;
  beforeAll(async () => {
    world = await startChaosWorld(administrator);
  });
  afterAll(() => world?.stop());

  it(
    'ends where an undisturbed one ends, having made a service',
    async () => {
      const tried = await tryCrashPoints({
        ...world.base,
        begin: () => world.apply(firstSpec),
        isDone: () => world.isReady(),
      });
      tell('create', tried);
      for (const call of ['kafka/createTopics', 'registry/registerSchema', 'registry/setCompatibility'])
        expect(pathsOf(tried)).toContain(`/announced/after/${call}`);
    },
    timeoutMs,
  );

  it(
    'ends where an undisturbed one ends, having taken a change over',
    async () => {
      const tried = await tryCrashPoints({
        ...world.base,
        prepare: () => world.apply(firstSpec),
        begin: () => world.apply(changedSpec),
        isDone: () => world.isReady(),
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
      expect(pathsOf(tried)).toContain('/announced/after/kafka/deleteTopic');
    },
    timeoutMs,
  );

  it.runIf(administrator)(
    'ends where an undisturbed one ends, having changed its login',
    async () => {
      const tried = await tryCrashPoints({
        ...world.base,
        prepare: () => world.apply(firstSpec),
        begin: () => world.apply(firstSpec, 'once'),
        isDone: () => world.isReady(),
      });
      tell('rotate', tried);
      for (const call of ['kafka/putUser', 'kafka/grant', 'kafka/revoke', 'kafka/deleteUser'])
        expect(pathsOf(tried)).toContain(`/announced/after/${call}`);
    },
    timeoutMs,
  );
});

type Tried = Awaited<ReturnType<typeof tryCrashPoints>>;

function pathsOf(tried: Tried): readonly string[] {
  return tried.map(({ write }) => write.path);
}

function tell(what: string, tried: Tried): void {
  const lines = tried.map(
    ({ moment, write }) => `${moment} ${write.number} ${write.method} ${write.path.split('?')[0]}`,
  );
  console.log(`${what}: ${tried.length} points, all with the same end\n${lines.join('\n')}`);
}
