// A whole release on a real API server and broker: pods are played, everything else is as it is in a cluster.
import { Producer, stringSerializers } from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { annotations, type EventService, type ReleaseStatus } from '../api/index.ts';
import type { Written } from '../api/v1alpha1/builders.ts';
import { eventServices } from '../bus/index.ts';
import { eventually } from '../runtime/testing/cluster.ts';
import { type Pod, services } from './resources/kinds.ts';
import { Fleet } from './testing/fleet.ts';
import { applyBus, applyService, condition, livePods, serviceNamed, startWorld, type World } from './testing/world.ts';

const namespace = 'shop';
const waitMs = 90_000;
const phases: readonly ReleaseStatus['phase'][] = ['Stable', 'Gate', 'Preparing', 'Previewing', 'Promoting', 'Soaking'];

function specOf(
  image: string,
  release: Written<EventService['spec']['release']> = {},
  topic = 'shop.payments',
): Written<EventService['spec']> {
  return {
    replicas: 2,
    template: { spec: { containers: [{ name: 'order', image }] } },
    service: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    consumes: [{ topic }],
    release: { strategy: 'BlueGreen', roleAware: true, soakSeconds: 0, keepOldSeconds: 0, drainSeconds: 5, ...release },
  };
}

async function releaseOf(world: World, name: string): Promise<ReleaseStatus | undefined> {
  return (await serviceNamed(world, name))?.status?.release;
}

function until(
  world: World,
  name: string,
  what: string,
  holds: (release: ReleaseStatus) => boolean,
): Promise<ReleaseStatus> {
  let last: ReleaseStatus | undefined;
  return eventually(
    what,
    async () => {
      last = await releaseOf(world, name);
      return last && holds(last) ? last : undefined;
    },
    waitMs,
  ).catch((cause: unknown) => {
    throw new Error(`${what}: ${JSON.stringify(last)}`, { cause });
  });
}

/** Writes events one after another until it is stopped, and tells their ids. */
function startWriting(world: World, topic: string) {
  const producer = new Producer({
    clientId: 'writer',
    bootstrapBrokers: [...world.kafka.bootstrapServers],
    ...(world.administrator ? { sasl: { mechanism: 'SCRAM-SHA-512', ...world.administrator } as const } : {}),
    serializers: stringSerializers,
  });
  const ids: string[] = [];
  let isOver = false;
  const loop = (async () => {
    while (!isOver) {
      const id = `e${ids.length}`;
      await producer.send({ messages: [{ topic, key: id, value: id }], acks: -1 });
      ids.push(id);
      // The pace of the traffic.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return {
    ids,
    async stop() {
      isOver = true;
      await loop;
      await producer.close();
    },
  };
}

function coloursOf(pods: readonly Pod[]): readonly string[] {
  return [...new Set(pods.map(({ metadata }) => metadata.labels?.['sluice.dev/colour'] ?? ''))].sort();
}

describe.each([
  { where: 'brokers that keep rules', administrator: { username: 'admin', password: 'admin-secret' } },
  { where: 'brokers that ask nobody', administrator: undefined },
])('a release on $where', ({ administrator }) => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld(administrator);
    await world.startOperator();
    await applyBus(world);
    await applyService(world, 'source', { publishes: [{ topic: 'shop.payments', partitions: 2 }] });
    await condition(world, 'source', 'TopicsReady', { status: 'True' });
  });
  afterAll(() => world?.stop());

  it('hands the group from the old pods to the new ones: no event is lost or read by both, and requests follow', async () => {
    const fleet = new Fleet(world, { service: 'order', group: 'shop.order', topics: ['shop.payments'] });
    fleet.start();
    await applyService(world, 'order', specOf('docker.io/sluice/order:1'));
    await condition(world, 'order', 'Ready', { status: 'True' }, waitMs);
    const writer = startWriting(world, 'shop.payments');
    await eventually('the first version reads', () => fleet.deliveries.length > 20, waitMs);

    await applyService(world, 'order', specOf('docker.io/sluice/order:2'));
    const promoted = await until(
      world,
      'order',
      'the release is over',
      ({ phase, history }) => phase === 'Stable' && history?.[0]?.outcome === 'Promoted',
    );
    expect(promoted.active?.colour).toBe('b');
    await condition(world, 'order', 'Ready', { status: 'True' }, waitMs);
    const read = fleet.deliveries.length;
    await eventually('the second version reads', () => fleet.deliveries.length > read + 20, waitMs);
    await writer.stop();
    await eventually(
      'all is read',
      () => new Set(fleet.deliveries.map(({ id }) => id)).size === writer.ids.length,
      waitMs,
    );
    await fleet.stop();

    // Within a colour an event may come again while its pods join one after another; over the handover none does.
    const readers = Map.groupBy(fleet.deliveries, ({ id }) => id);
    const twice = [...readers].filter(([, each]) => new Set(each.map(({ colour }) => colour)).size > 1);
    expect(twice).toEqual([]);
    const front = await world.client.get(services, { namespace, name: 'order' });
    expect(front?.spec.selector).toMatchObject({ 'sluice.dev/colour': 'b' });
    expect(coloursOf(await livePods(world, 'order'))).toEqual(['b']);
  }, 240_000);

  it('goes on where an operator left it, and back to the version before when it is told to', async () => {
    const fleet = new Fleet(world, { service: 'back', group: 'shop.back', topics: ['shop.payments'] });
    fleet.start();
    await applyService(world, 'back', specOf('docker.io/sluice/back:1'));
    await condition(world, 'back', 'Ready', { status: 'True' }, waitMs);
    const { active } = await until(world, 'back', 'the first version is active', ({ active }) => active !== undefined);

    await applyService(world, 'back', specOf('docker.io/sluice/back:2', { soakSeconds: 600 }));
    for (const phase of ['Preparing', 'Promoting'] as const) {
      await until(
        world,
        'back',
        `the release is ${phase} or further`,
        (release) => phases.indexOf(release.phase) >= phases.indexOf(phase),
      );
      await world.stopOperator();
      await world.startOperator();
    }
    await until(world, 'back', 'the new version has taken over', ({ phase }) => phase === 'Soaking');
    await eventually('its pods read', async () => coloursOf(await livePods(world, 'back')).includes('b'), waitMs);
    await world.client.patchMerge(
      eventServices,
      { namespace, name: 'back' },
      { metadata: { annotations: { [annotations.abort]: 'once' } } },
    );
    const over = await until(
      world,
      'back',
      'it is back',
      ({ phase, history }) => phase === 'Stable' && history?.length === 1,
    );
    expect(over.active).toEqual(active);
    expect(over.history).toMatchObject([{ outcome: 'Aborted', message: expect.stringContaining('sluice.dev/abort') }]);
    await eventually(
      'the pods of the other version end',
      async () => coloursOf(await livePods(world, 'back')).join() === 'a',
      waitMs,
    );
    const told = await condition(world, 'back', 'ReleaseHealthy', { status: 'False' }, waitMs);
    expect(told).toMatchObject({ reason: 'ReleaseAborted', message: expect.stringContaining('sluice.dev/retry') });
    await fleet.stop();
  }, 240_000);
});
