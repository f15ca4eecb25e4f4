import { describe, expect, it } from 'vitest';
import { anOrder } from '../registry/gate/testing/participants.ts';
import { decideOnBus } from './decide.ts';
import { liveSchemaChanges } from './gate-changes.ts';
import { liveTopics, renderLiveSchemas, usesIn } from './live-schemas.ts';
import type { BusAvailable } from './observation.ts';
import { observeBus } from './observe.ts';
import { configMaps, eventServices } from './resources.ts';
import { recordedConnections } from './testing/connections.ts';
import { aWorld, putBus, putConfigMap, putJob, putService, type World } from './testing/world.ts';
import { type BusDependent, dependsOnBus } from './watches.ts';

const now = new Date('2026-06-01T00:00:00Z');
const plain = anOrder(['id', 'string']);
const withTotal = anOrder(['id', 'string'], ['total', 'int']);
const withDefault = anOrder(['id', 'string'], ['total', 'int', 'default']);
const topic = 'orders';

function aBusWorld(): World {
  const world = aWorld();
  putBus(world, {
    schemaRegistry: { url: 'http://registry', compatibility: 'Backward' },
    allowedNamespaces: { from: 'All' },
  });
  return world;
}

function aWriter(world: World, schema: string, over: { readonly readers?: { readonly from: 'All' } } = {}) {
  return putService(
    world,
    { publishes: [{ topic, schema: { inline: schema }, ...over }] },
    { metadata: { name: 'order', uid: 'order' } },
  );
}

function aReader(world: World, schema: string, namespace = 'shop') {
  return putService(
    world,
    { bus: { name: 'shop', namespace: 'shop' }, consumes: [{ topic, schema: { inline: schema } }] },
    { metadata: { name: 'notification', namespace, uid: `notification-in-${namespace}` } },
  );
}

async function seen(world: World, object: BusDependent, recorded = recordedConnections()): Promise<BusAvailable> {
  const observation = await observeBus(object, world, recorded.buses);
  if (observation.state !== 'available') throw new Error(observation.verdict.message);
  return observation;
}

/** What the resource wants goes live, if it may; the reason why not otherwise. */
async function goLive(
  world: World,
  object: BusDependent,
  isSettled = true,
  recorded = recordedConnections(),
): Promise<string | undefined> {
  const observation = await seen(world, object, recorded);
  const { mayRoll, verdicts } = decideOnBus(observation, now);
  if (!mayRoll) return verdicts.find(({ type }) => type === 'SchemasCompatible')?.reason;
  for (const change of liveSchemaChanges(object, observation, { isSettled })) {
    if (change.action === 'Apply')
      world.put(configMaps, { ...change.object, metadata: { ...change.object.metadata, uid: 'record' } });
  }
  return undefined;
}

describe('the record of what pods read and write with', () => {
  it('comes back as it was written, with its topics', () => {
    const world = aBusWorld();
    const service = aWriter(world, plain);
    const use = { topic, fingerprint: 'f', schema: plain, approved: 'told' };
    const record = renderLiveSchemas(service, { reads: [], writes: [use] });
    expect(usesIn(record)).toEqual({ reads: [], writes: [use] });
    expect(liveTopics(record)).toEqual(['shop/shop/orders']);
  });

  it.each([
    ['is no JSON', '{'],
    ['is another shape', '{"reads":[{"topic":1,"fingerprint":"f","schema":"\\"string\\""}],"writes":[]}'],
  ])('that %s says nothing', (_, schemas) => {
    const world = aBusWorld();
    const record = renderLiveSchemas(aWriter(world, plain), { reads: [], writes: [] });
    expect(usesIn({ ...record, data: { schemas } })).toEqual({ reads: [], writes: [] });
  });

  it('of a schema that cannot be read leaves that out', () => {
    const world = aBusWorld();
    const broken = {
      topic,
      fingerprint: 'f',
      schema: '{"type":"record","name":"A","fields":[{"name":"b","type":"C"}]}',
    };
    expect(usesIn(renderLiveSchemas(aWriter(world, plain), { reads: [broken], writes: [] })).reads).toEqual([]);
  });

  it('is written once, keeps the former schema while its pods run, and goes with the last schema', async () => {
    const world = aBusWorld();
    const first = aReader(world, withTotal);
    await goLive(world, first);
    expect(liveSchemaChanges(first, await seen(world, first), { isSettled: true })).toEqual([]);
    const second = aReader(world, withDefault);
    await goLive(world, second, false);
    const [record] = world.cache.list(configMaps);
    expect(record && usesIn(record).reads).toHaveLength(2);
    await goLive(world, second, true);
    const [later] = world.cache.list(configMaps);
    expect(later && usesIn(later).reads).toHaveLength(1);
    const none = putService(world, {}, { metadata: first.metadata });
    const changes = liveSchemaChanges(none, await seen(world, none), { isSettled: true });
    expect(changes).toMatchObject([{ action: 'Delete', key: { name: 'eventservice-notification-live-schemas' } }]);
  });

  it('that is somebody else’s is left alone, and holds the schemas back', async () => {
    const world = aBusWorld();
    putConfigMap(world, 'eventservice-order-live-schemas', {});
    expect(await goLive(world, aWriter(world, plain))).toBe('Conflict');
  });
});

describe('a service that writes', () => {
  it('waits for a live reader that cannot read it, and goes on when that one can', async () => {
    const world = aBusWorld();
    expect(await goLive(world, aWriter(world, withTotal))).toBeUndefined();
    expect(await goLive(world, aReader(world, withTotal))).toBeUndefined();
    expect(await goLive(world, aWriter(world, plain))).toBe('WaitingForReader');
    expect(await goLive(world, aReader(world, withDefault), false)).toBeUndefined();
    expect(await goLive(world, aWriter(world, plain))).toBe('WaitingForReader');
    expect(await goLive(world, aReader(world, withDefault), true)).toBeUndefined();
    expect(await goLive(world, aWriter(world, plain))).toBeUndefined();
  });

  it('waits for pods that still read, though their spec reads no more', async () => {
    const world = aBusWorld();
    const reader = aReader(world, withTotal);
    await goLive(world, reader);
    const spec = { consumes: [] };
    putService(world, spec, { metadata: reader.metadata });
    expect(await goLive(world, aWriter(world, plain))).toBe('WaitingForReader');
  });

  it('waits for a reader of another namespace exactly where that one may read the topic', async () => {
    const world = aBusWorld();
    await goLive(world, aReader(world, withTotal, 'billing'));
    expect(await goLive(world, aWriter(world, plain, { readers: { from: 'All' } }))).toBe('WaitingForReader');
    expect(await goLive(world, aWriter(world, plain))).toBeUndefined();
  });

  it('does not wait for a record whose owner is gone or another of its name', async () => {
    const world = aBusWorld();
    const former = aReader(world, withTotal);
    await goLive(world, former);
    putService(world, former.spec, { metadata: { ...former.metadata, uid: 'another' } });
    expect(await goLive(world, aWriter(world, plain))).toBeUndefined();
  });

  it('waits for a job whose table has a field that is no more', async () => {
    const world = aBusWorld();
    const job = putJob(world, { reads: [{ topic, as: 'o' }], writes: [] }, { metadata: { uid: 'fraud' } });
    const { fingerprint } = { fingerprint: 'f' };
    const record = renderLiveSchemas(job, { reads: [{ topic, fingerprint, schema: withTotal }], writes: [] });
    world.put(configMaps, record);
    const observation = await seen(world, aWriter(world, plain));
    const [verdict] = decideOnBus(observation, now).verdicts;
    expect(verdict).toMatchObject({ reason: 'WaitingForReader', effect: 'stalled' });
    expect(verdict?.message).toContain('StreamJob shop/fraud reads field Order.total');
  });
});

describe('a service that reads', () => {
  it('asks the registry while its schema is new, and nothing once it is live', async () => {
    const world = aBusWorld();
    const reader = aReader(world, withTotal);
    const recorded = recordedConnections();
    await seen(world, reader, recorded);
    expect(recorded.calls).toContain('registry:latest orders-value');
    await goLive(world, reader);
    const later = recordedConnections();
    await seen(world, reader, later);
    expect(later.calls.filter((call) => call.startsWith('registry:'))).toEqual([]);
  });

  it('whose schema is new waits for a registry that is down, and one that is live does not', async () => {
    const world = aBusWorld();
    const recorded = recordedConnections();
    recorded.isRegistryAway = true;
    const decide = async (reader: BusDependent) => decideOnBus(await seen(world, reader, recorded), now);
    const [verdict] = (await decide(aReader(world, withTotal))).verdicts;
    expect(verdict).toMatchObject({ status: 'Unknown', reason: 'RegistryUnreachable', effect: 'waiting' });
    await goLive(world, aReader(world, withTotal));
    expect((await decide(aReader(world, withTotal))).mayRoll).toBe(true);
  });

  it('with a schema that is missing or no Avro is told so, and changes nothing', async () => {
    const world = aBusWorld();
    expect(await goLive(world, aReader(world, 'no avro'))).toBe('SchemaInvalid');
    const configMapKeyRef = { name: 'schemas', key: 'order' };
    const reader = putService(world, { consumes: [{ topic, schema: { configMapKeyRef } }] });
    expect(await goLive(world, reader)).toBe('SchemaSourceNotFound');
  });

  it('with a schema that references what is not in the registry waits for that', async () => {
    const world = aBusWorld();
    const references = [{ name: 'Money', subject: 'money', version: 1 }];
    const schema = { inline: anOrder(['total', 'Money']), references };
    const reader = putService(world, { consumes: [{ topic, schema }] }, { metadata: { uid: 'reader' } });
    const [verdict] = decideOnBus(await seen(world, reader), now).verdicts;
    expect(verdict).toMatchObject({ reason: 'SchemaReferenceNotFound', effect: 'waiting' });
    expect(verdict?.message).toContain('version 1 of subject money');
  });

  it('with a schema whose references were read once asks no more, over a restart of the operator, too', async () => {
    const world = aBusWorld();
    const money = '{"type":"record","name":"Money","fields":[{"name":"cents","type":"int"}]}';
    const recorded = recordedConnections();
    recorded.versions.set('money 1', money);
    const references = [{ name: 'Money', subject: 'money', version: 1 }];
    const schema = { inline: anOrder(['total', 'Money']), references };
    const metadata = { name: 'reader', uid: 'reader' };
    const aReferring = () => putService(world, { consumes: [{ topic, schema }] }, { metadata });
    await goLive(world, aReferring(), true, recorded);
    expect(recorded.calls).toContain('registry:version money 1');
    const later = recordedConnections();
    const { gate } = await seen(world, aReferring(), later);
    expect(gate.self.wanted.reads[0]?.schema).toContain('"name":"Money"');
    expect(later.calls.filter((call) => call.startsWith('registry:'))).toEqual([]);
  });
});

describe('what wakes', () => {
  const { watches } = dependsOnBus(eventServices);
  const woken = (
    world: World,
    resource: { readonly kind: string },
    object: Parameters<(typeof watches)[number]['map']>[0],
  ) =>
    watches
      .filter((watch) => watch.resource.kind === resource.kind)
      .flatMap((watch) => watch.map(object, world.cache).map(({ name }) => name));

  it('a change of a record wakes its owner and all at the other end of its topics', () => {
    const world = aBusWorld();
    aWriter(world, plain);
    // What its spec reads no more its pods may still read.
    const reader = putService(world, {}, { metadata: { name: 'notification', uid: 'notification' } });
    const record = renderLiveSchemas(reader, { reads: [{ topic, fingerprint: 'f', schema: plain }], writes: [] });
    expect(new Set(woken(world, configMaps, record))).toEqual(new Set(['order', 'notification']));
  });

  it('a change of a reader’s spec wakes the owner of the topic', () => {
    const world = aBusWorld();
    aWriter(world, plain);
    expect(woken(world, eventServices, aReader(world, plain))).toContain('order');
  });
});
