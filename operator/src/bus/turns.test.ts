import { describe, expect, it } from 'vitest';
import { anOrder } from '../registry/gate/testing/participants.ts';
import type { ReconcileContext } from '../runtime/index.ts';
import { observeBus } from './observe.ts';
import { recordedConnections } from './testing/connections.ts';
import { aWorld, putBus, putService, type World } from './testing/world.ts';
import { Turns } from './turns.ts';

const plain = anOrder(['id', 'string']);

function aService(world: World, name: string, topic: string) {
  return putService(world, { publishes: [{ topic, schema: { inline: plain } }] }, { metadata: { name, uid: name } });
}

/** A reconcile that takes its turn for the service, then waits to be let go. */
function aReconcile(world: World, turns: Turns, service: ReturnType<typeof aService>) {
  const { buses } = recordedConnections();
  const gate = Promise.withResolvers<void>();
  const taken = Promise.withResolvers<boolean>();
  const run = turns.during('EventService', async () => {
    const bus = await observeBus(service, world, buses);
    try {
      turns.take({ object: service, bus }, world.cache);
    } catch (error) {
      taken.resolve(false);
      throw error;
    }
    taken.resolve(true);
    await gate.promise;
    return undefined;
  });
  // The reconcile above reads nothing of its context.
  const outcome = run(service.metadata, {} as ReconcileContext);
  return { taken: taken.promise, outcome, letGo: gate.resolve };
}

function aBusWorld(): World {
  const world = aWorld();
  putBus(world, { schemaRegistry: { url: 'http://registry' } });
  return world;
}

describe('of resources with new schemas', () => {
  it('one at a time is judged for a topic, and the next soon after', async () => {
    const [world, turns] = [aBusWorld(), new Turns()];
    const first = aReconcile(world, turns, aService(world, 'a', 'orders'));
    expect(await first.taken).toBe(true);
    const second = aReconcile(world, turns, aService(world, 'b', 'orders'));
    expect(await second.taken).toBe(false);
    expect(await second.outcome).toEqual({ requeueAfterMs: 100 });
    first.letGo();
    await first.outcome;
    expect(await aReconcile(world, turns, aService(world, 'b', 'orders')).taken).toBe(true);
  });

  it('those of other topics are judged at the same time', async () => {
    const [world, turns] = [aBusWorld(), new Turns()];
    expect(await aReconcile(world, turns, aService(world, 'a', 'orders')).taken).toBe(true);
    expect(await aReconcile(world, turns, aService(world, 'b', 'payments')).taken).toBe(true);
  });

  it('one whose reconcile fails gives its turn back', async () => {
    const [world, turns] = [aBusWorld(), new Turns()];
    const service = aService(world, 'a', 'orders');
    const bus = await observeBus(service, world, recordedConnections().buses);
    const failing = turns.during('EventService', async () => {
      turns.take({ object: service, bus }, world.cache);
      throw new Error('away');
    });
    await expect(failing(service.metadata, {} as ReconcileContext)).rejects.toThrow('away');
    expect(await aReconcile(world, turns, aService(world, 'b', 'orders')).taken).toBe(true);
  });

  it('one that has nothing new needs no turn, and its observation stays as it is', async () => {
    const [world, turns] = [aBusWorld(), new Turns()];
    expect(await aReconcile(world, turns, aService(world, 'a', 'orders')).taken).toBe(true);
    const object = putService(world, { publishes: [{ topic: 'orders' }] }, { metadata: { name: 'b', uid: 'b' } });
    const observed = { object, bus: await observeBus(object, world, recordedConnections().buses) };
    expect(turns.take(observed, world.cache)).toBe(observed);
  });
});
