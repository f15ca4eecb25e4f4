import { describe, expect, it } from 'vitest';
import { anEventBus, anEventService } from '../api/v1alpha1/builders.ts';
import { aTopic } from '../kafka/testing/topics.ts';
import { ApiError, type Client } from '../runtime/index.ts';
import { decideOnBus } from './decide.ts';
import type { BusAvailable, BusObservation } from './observation.ts';
import { observeBus } from './observe.ts';
import { eventBuses, namespaces } from './resources.ts';
import { recordedConnections } from './testing/connections.ts';
import { aReadyBus, aWorld, putBus, putConfigMap, putJob, putService, settled, type World } from './testing/world.ts';

const now = new Date('2026-06-01T00:00:00Z');
const url = 'http://registry/apis/ccompat/v7';
const orderSchema = '{"type":"record","name":"Order","fields":[]}';

function available(observation: BusObservation): BusAvailable {
  if (observation.state !== 'available') throw new Error(`unavailable: ${observation.verdict.message}`);
  return observation;
}

function unavailable(observation: BusObservation) {
  if (observation.state !== 'unavailable') throw new Error('it is available');
  return observation.verdict;
}

describe('which bus a resource lives on', () => {
  async function verdictOf(world: World, spec: Parameters<typeof putService>[1] = {}) {
    return unavailable(await observeBus(putService(world, spec), world, recordedConnections().buses));
  }

  it('that is not there is waited for', async () => {
    expect(await verdictOf(aWorld())).toMatchObject({
      type: 'TopicsReady',
      reason: 'BusNotFound',
      effect: 'waiting',
      message: 'EventBus shop/shop is not there: create it. What runs keeps running.',
    });
  });

  it('that was not looked at yet, or is not reached, is waited for with its own words', async () => {
    const world = aWorld();
    world.put(eventBuses, anEventBus());
    expect(await verdictOf(world)).toMatchObject({ reason: 'BusNotReady', effect: 'waiting' });
    const status = aReadyBus().status;
    const conditions = status?.conditions?.map(
      (each) => ({ ...each, status: 'False', message: 'Kafka is away.' }) as const,
    );
    world.put(eventBuses, anEventBus({}, { status: { ...status, ...(conditions ? { conditions } : {}) } }));
    expect(await verdictOf(world)).toMatchObject({
      reason: 'BusNotReady',
      message: 'EventBus shop/shop is not ready: Kafka is away.',
    });
  });

  describe('of another namespace', () => {
    const bus = { name: 'central', namespace: 'platform' };
    const withBus = (allowedNamespaces: Parameters<typeof aReadyBus>[0]) => {
      const world = aWorld();
      world.put(eventBuses, aReadyBus(allowedNamespaces, bus));
      return world;
    };
    const selector = { matchLabels: { team: 'shop' } };

    it('is refused unless it allows that', async () => {
      expect(await verdictOf(withBus({}), { bus })).toMatchObject({
        reason: 'NamespaceNotAllowed',
        effect: 'stalled',
        message: expect.stringContaining('EventBus platform/central does not allow namespace shop'),
      });
    });

    it('is used where it allows all', async () => {
      const world = withBus({ allowedNamespaces: { from: 'All' } });
      const service = putService(world, { bus });
      expect((await observeBus(service, world, recordedConnections().buses)).state).toBe('available');
    });

    it("is used where its selector matches the namespace's labels, and refused where it does not", async () => {
      const world = withBus({ allowedNamespaces: { from: 'Selector', selector } });
      expect(await verdictOf(world, { bus })).toMatchObject({ reason: 'NamespaceNotAllowed' });
      const labels = { team: 'shop' };
      world.objects.set('shop', { apiVersion: 'v1', kind: namespaces.kind, metadata: { name: 'shop', labels } });
      const service = putService(world, { bus });
      expect((await observeBus(service, world, recordedConnections().buses)).state).toBe('available');
    });

    it('says what is to be granted where the labels may not be read', async () => {
      const world = withBus({ allowedNamespaces: { from: 'Selector', selector } });
      const client = {
        get: async () => {
          throw new ApiError({ status: 403, reason: 'Forbidden', message: 'namespaces "shop" is forbidden' });
        },
      } as unknown as Client;
      expect(await verdictOf({ ...world, client }, { bus })).toMatchObject({
        reason: 'NamespaceNotAllowed',
        message: expect.stringContaining('grant it get on namespaces'),
      });
    });
  });

  it('whose brokers fail between two looks of its own controller is unavailable, not an error', async () => {
    const world = aWorld();
    putBus(world);
    const recorded = recordedConnections();
    recorded.isBrokerAway = true;
    const observation = await observeBus(putService(world, {}), world, recorded.buses);
    expect(unavailable(observation)).toMatchObject({
      reason: 'BrokerUnreachable',
      status: 'Unknown',
      effect: 'waiting',
    });
  });
});

describe('who answers for a topic', () => {
  const publishes = [{ topic: 'orders' }];
  async function ownerSeenBy(world: World, object: Parameters<typeof observeBus>[0]) {
    const observation = await observeBus(object, world, recordedConnections().buses);
    return available(observation).topics.owners.get('orders');
  }

  it('is the only one who declares it', async () => {
    const world = aWorld();
    putBus(world);
    expect(await ownerSeenBy(world, putService(world, { publishes }))).toBeUndefined();
  });

  it('is who was there first, a service or a job', async () => {
    const world = aWorld();
    putBus(world);
    const older = { metadata: { name: 'older', creationTimestamp: '2026-01-01T00:00:00Z' } };
    const newer = { metadata: { name: 'newer', creationTimestamp: '2026-02-01T00:00:00Z' } };
    const job = putJob(world, { writes: [{ topic: 'orders', as: 'orders' }] }, older);
    const service = putService(world, { publishes }, newer);
    expect(await ownerSeenBy(world, service)).toBe('StreamJob shop/older');
    expect(await ownerSeenBy(world, job)).toBeUndefined();
  });

  it('is who has it already, however old the other one is', async () => {
    const world = aWorld();
    putBus(world);
    const status = { topics: [{ topic: 'orders', id: 'x' }] };
    const older = putService(
      world,
      { publishes },
      { metadata: { name: 'older', creationTimestamp: '2026-01-01T00:00:00Z' } },
    );
    const newer = putService(
      world,
      { publishes },
      { metadata: { name: 'newer', creationTimestamp: '2026-02-01T00:00:00Z' }, status },
    );
    expect(await ownerSeenBy(world, older)).toBe('EventService shop/newer');
    expect(await ownerSeenBy(world, newer)).toBeUndefined();
  });

  it('is decided the same way by both, when they came in the same second', async () => {
    const world = aWorld();
    putBus(world);
    const a = putService(world, { publishes }, { metadata: { name: 'a' } });
    const b = putService(world, { publishes }, { metadata: { name: 'b' } });
    expect(await ownerSeenBy(world, a)).toBeUndefined();
    expect(await ownerSeenBy(world, b)).toBe('EventService shop/a');
  });

  it('is nobody else where the other one lives on another bus', async () => {
    const world = aWorld();
    putBus(world);
    putService(world, { bus: { name: 'other' }, publishes }, { metadata: { name: 'a' } });
    expect(await ownerSeenBy(world, putService(world, { publishes }, { metadata: { name: 'b' } }))).toBeUndefined();
  });

  it('is who keeps poisoned events in it, too', async () => {
    const world = aWorld();
    putBus(world);
    putService(
      world,
      { consumes: [{ topic: 'payments', deadLetter: { topic: 'orders' } }] },
      { metadata: { name: 'a' } },
    );
    const b = putService(world, { publishes }, { metadata: { name: 'b' } });
    expect(await ownerSeenBy(world, b)).toBe('EventService shop/a');
  });

  it('and who else reads it is known', async () => {
    const world = aWorld();
    putBus(world);
    putJob(world, { reads: [{ topic: 'orders', as: 'o' }], writes: [] }, { metadata: { name: 'fraud' } });
    putService(world, { consumes: [{ topic: 'orders' }] }, { metadata: { name: 'billing' } });
    const own = putService(world, { publishes, consumes: [{ topic: 'orders' }] });
    const { topics } = available(await observeBus(own, world, recordedConnections().buses));
    expect(topics.readers.get('orders')).toEqual(['EventService shop/billing', 'StreamJob shop/fraud']);
  });
});

describe('a schema that a resource declares', () => {
  const configMapKeyRef = { name: 'schemas', key: 'order.avsc' };
  const publishes = [{ topic: 'orders', schema: { configMapKeyRef } }];

  async function sourceIn(world: World) {
    const observation = await observeBus(putService(world, { publishes }), world, recordedConnections().buses);
    return available(observation).schemas.declared[0]?.source;
  }

  it('is read from its ConfigMap', async () => {
    const world = aWorld();
    putBus(world, { schemaRegistry: { url } });
    putConfigMap(world, 'schemas', { 'order.avsc': orderSchema });
    expect(await sourceIn(world)).toEqual({
      state: 'found',
      format: 'Avro',
      text: orderSchema,
      references: [],
      from: 'ConfigMap shop/schemas, key order.avsc',
    });
  });

  it('is missing where the ConfigMap or its key is, and the message names it', async () => {
    const world = aWorld();
    putBus(world, { schemaRegistry: { url } });
    expect(await sourceIn(world)).toEqual({
      state: 'missing',
      message: 'ConfigMap shop/schemas, which holds the schema of topic orders, is not there: create it.',
    });
    putConfigMap(world, 'schemas', { other: orderSchema });
    expect(await sourceIn(world)).toMatchObject({
      message:
        'Key "order.avsc" of ConfigMap shop/schemas, which holds the schema of topic orders, is not there: add it.',
    });
  });

  it('asks nothing of the registry but its subjects, while it is none of them', async () => {
    const world = aWorld();
    putBus(world, { schemaRegistry: { url } });
    putConfigMap(world, 'schemas', { 'order.avsc': orderSchema });
    const { buses, calls } = recordedConnections();
    const { schemas } = available(await observeBus(putService(world, { publishes }), world, buses));
    expect(schemas.subjects.get('orders-value')).toEqual({ check: { isCompatible: true, messages: [] } });
    expect(calls).toEqual(['kafka:describeTopics', 'registry:subjects']);
  });

  it('cannot be judged while the registry is down, which is seen and no error', async () => {
    const world = aWorld();
    putBus(world, { schemaRegistry: { url } });
    putConfigMap(world, 'schemas', { 'order.avsc': orderSchema });
    const recorded = recordedConnections();
    recorded.isRegistryAway = true;
    const { schemas } = available(await observeBus(putService(world, { publishes }), world, recorded.buses));
    expect(schemas.registry).toEqual({
      state: 'unavailable',
      reason: 'RegistryUnreachable',
      message: 'The registry does not answer.',
    });
  });
});

describe('a resource on its bus', () => {
  const toDelete = [{ topic: 'orders', deletionPolicy: 'Delete' }] as const;
  const deleted = { metadata: { deletionTimestamp: '2026-05-31T23:59:50Z', finalizers: ['sluice.dev/cleanup'] } };
  const status = { topics: [{ topic: 'orders', id: 'id-of-orders', deletionPolicy: 'Delete' as const }] };

  it('needs the finalizer where a topic is to be deleted with it, and else not', async () => {
    const world = aWorld();
    putBus(world);
    const decide = async (publishes: Parameters<typeof putService>[1]['publishes']) =>
      decideOnBus(
        await observeBus(putService(world, { publishes: publishes ?? [] }), world, recordedConnections().buses),
        now,
      );
    expect((await decide(toDelete)).needsFinalizer).toBe(true);
    expect((await decide([{ topic: 'orders' }])).needsFinalizer).toBe(false);
  });

  it('that is refused begins nothing, neither topics nor schemas', async () => {
    const world = aWorld();
    putBus(world, { schemaRegistry: { url } });
    const publishes = [{ topic: 'orders' }, { topic: 'payments', schema: { inline: 'no avro' } }];
    const decision = decideOnBus(
      await observeBus(putService(world, { publishes }), world, recordedConnections().buses),
      now,
    );
    expect(decision).toMatchObject({ changes: [], mayRoll: false });
    expect(decision.verdicts[0]).toMatchObject({ type: 'SchemasCompatible', reason: 'SchemaInvalid' });
  });

  it('keeps what it knows while its bus is away', async () => {
    const world = aWorld();
    const subjects = [{ subject: 'orders-value', topic: 'orders' }];
    const service = putService(world, {}, { status: { ...status, subjects } });
    const decision = decideOnBus(await observeBus(service, world, recordedConnections().buses), now);
    expect(decision).toMatchObject({ changes: [], topics: status.topics, subjects, mayRoll: false });
  });

  it('that is deleted deletes what is empty, and retains what holds records', async () => {
    const world = aWorld();
    putBus(world);
    const recorded = recordedConnections();
    recorded.topics.set('orders', aTopic('orders'));
    const service = putService(world, { publishes: toDelete }, { ...deleted, status });
    const empty = decideOnBus(await observeBus(service, world, recorded.buses), now);
    expect(empty).toMatchObject({ changes: [{ action: 'DeleteTopic', risk: 'Safe' }], isCleanedUp: true });
    recorded.withRecords.add('orders');
    const full = decideOnBus(await observeBus(service, world, recorded.buses), now);
    expect(full).toMatchObject({ changes: [], isCleanedUp: true, notices: [{ reason: 'TopicRetained' }] });
  });

  it('that is deleted waits a minute for a broker that is away, then retains its topics', async () => {
    const world = aWorld();
    putBus(world);
    const recorded = recordedConnections();
    recorded.isBrokerAway = true;
    const service = putService(world, { publishes: toDelete }, { ...deleted, status });
    const observation = await observeBus(service, world, recorded.buses);
    expect(decideOnBus(observation, now)).toMatchObject({ isCleanedUp: false, notices: [], requeueAfterMs: 5_000 });
    const later = decideOnBus(observation, new Date('2026-06-01T00:00:50Z'));
    expect(later).toMatchObject({ isCleanedUp: true, notices: [{ reason: 'TopicRetained', type: 'Warning' }] });
  });

  it('that is deleted retains a topic that the brokers do not let go, so that no namespace hangs', async () => {
    const world = aWorld();
    putBus(world);
    const recorded = recordedConnections();
    recorded.topics.set('orders', aTopic('orders'));
    const service = putService(world, { publishes: toDelete }, { ...deleted, status });
    const observation = await observeBus(service, world, recorded.buses);
    const inTime = decideOnBus(observation, new Date('2026-06-01T00:09:49Z'));
    expect(inTime).toMatchObject({ changes: [{ action: 'DeleteTopic' }], notices: [] });
    const late = decideOnBus(observation, new Date('2026-06-01T00:09:50Z'));
    expect(late).toMatchObject({
      changes: [],
      isCleanedUp: true,
      notices: [{ reason: 'TopicRetained', type: 'Warning' }],
    });
  });

  it('that is deleted without topics to delete waits for no broker, and for no bus that is gone', async () => {
    const world = aWorld();
    const gone = putService(world, { publishes: toDelete }, { ...deleted, status });
    expect(decideOnBus(await observeBus(gone, world, recordedConnections().buses), now).isCleanedUp).toBe(true);
    putBus(world);
    const recorded = recordedConnections();
    recorded.isBrokerAway = true;
    const plain = putService(world, {}, deleted);
    expect(decideOnBus(await observeBus(plain, world, recorded.buses), now).isCleanedUp).toBe(true);
  });

  it('in force is settled, and an edit is not', async () => {
    const world = aWorld();
    putBus(world);
    const isSettled = async (object: ReturnType<typeof anEventService>) =>
      available(await observeBus(object, world, recordedConnections().buses)).topics.isSettled;
    const service = settled(anEventService(), {});
    expect(await isSettled(service)).toBe(true);
    expect(await isSettled({ ...service, metadata: { ...service.metadata, generation: 2 } })).toBe(false);
    expect(await isSettled(anEventService())).toBe(false);
  });
});
