import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { annotations, eventServiceKind } from '../api/index.ts';
import { configMaps, eventBuses, eventServices } from '../bus/index.ts';
import { connectRegistry, type RegistryClient } from '../registry/index.ts';
import { eventually } from '../runtime/testing/cluster.ts';
import {
  applyBus,
  applyConfigMap,
  applyService,
  condition,
  deploymentOf,
  runPods,
  serviceNamed,
  startWorld,
  type World,
} from './testing/world.ts';

const namespace = 'shop';

let world: World;
let registry: RegistryClient;
beforeAll(async () => {
  world = await startWorld();
  await world.startOperator();
  await applyBus(world);
  // What the level refuses is refused before readers have a say.
  const level = { spec: { schemaRegistry: { compatibility: 'None' } } };
  await world.client.patchMerge(eventBuses, { namespace, name: 'shop' }, level);
  registry = connectRegistry({ url: world.registry.url });
});
afterAll(async () => {
  await registry?.close();
  await world?.stop();
});

function parcel(...fields: readonly object[]): string {
  return JSON.stringify({ type: 'record', name: 'Parcel', fields: [{ name: 'id', type: 'string' }, ...fields] });
}

const plain = parcel();
const withTotal = parcel({ name: 'total', type: 'int' });
const withDefault = parcel({ name: 'total', type: 'int', default: 0 });

function template(version: string) {
  return { spec: { containers: [{ name: 'order', image: `docker.io/sluice/order:${version}` }] } };
}

const writes = (topic: string, schema: string, version: string) => ({
  template: template(version),
  publishes: [{ topic, partitions: 1, schema: { inline: schema } }],
});
const reads = (topic: string, schema: string, version: string) => ({
  template: template(version),
  consumes: [{ topic, schema: { inline: schema } }],
});

async function imageOf(name: string): Promise<string | undefined> {
  const [container] = (await deploymentOf(world, name))?.spec.template.spec.containers ?? [];
  return container && 'image' in container ? String(container['image']) : undefined;
}

async function versionsOf(topic: string): Promise<number> {
  return (await registry.versions(`${topic}-value`)).length;
}

describe('a service whose new schema a running reader cannot read', () => {
  const topic = 'shop.waiting';

  it('waits untouched, also over a restart, and goes on when the reader was upgraded', async () => {
    await applyService(world, 'writer', writes(topic, withTotal, '1'));
    await runPods(world, 'writer');
    await applyService(world, 'reader', reads(topic, withTotal, '1'));
    await runPods(world, 'reader');

    await applyService(world, 'writer', writes(topic, plain, '2'));
    const held = await condition(world, 'writer', 'SchemasCompatible', { reason: 'WaitingForReader' });
    expect(held.message).toContain('EventService shop/reader reads field Parcel.total');
    await condition(world, 'writer', 'Stalled', { status: 'True' });
    expect(await imageOf('writer')).toMatch(/:1$/);
    expect(await versionsOf(topic)).toBe(1);

    await world.stopOperator();
    // What the reader's spec says now is not what its pods run with.
    await applyService(world, 'reader', reads(topic, withDefault, '2'));
    await world.startOperator();
    await eventually('the reader rolls', async () => (await imageOf('reader'))?.endsWith(':2') ?? false);
    await condition(world, 'writer', 'SchemasCompatible', { reason: 'WaitingForReader' });
    expect(await versionsOf(topic)).toBe(1);

    await runPods(world, 'reader');
    await runPods(world, 'writer');
    expect(await imageOf('writer')).toMatch(/:2$/);
    expect(await versionsOf(topic)).toBe(2);
  });

  it('goes on by a person’s word, and says so for as long as it lasts', async () => {
    await applyService(world, 'writer', writes(topic, parcel({ name: 'total', type: 'string' }), '3'));
    const held = await condition(world, 'writer', 'SchemasCompatible', { reason: 'WaitingForReader' });
    const [, hash = ''] = /sluice\.dev\/approve: ([0-9a-f]{16})/.exec(held.message) ?? [];
    const approve = { metadata: { annotations: { [annotations.approve]: hash } } };
    await world.client.patchMerge(eventServices, { namespace, name: 'writer' }, approve);
    await runPods(world, 'writer');
    const live = await condition(world, 'writer', 'SchemasCompatible', { status: 'True' });
    expect(live.message).toContain('Live by approval, though EventService shop/reader reads field Parcel.total as int');
  });
});

describe('a service that cannot read what is written', () => {
  it('waits for the writer, and goes on when that writes what it can read', async () => {
    const topic = 'shop.written';
    await applyService(world, 'source', writes(topic, plain, '1'));
    await runPods(world, 'source');
    await applyService(world, 'sink', reads(topic, withTotal, '1'));
    const held = await condition(world, 'sink', 'SchemasCompatible', { reason: 'WaitingForWriter' });
    expect(held.message).toContain('EventService shop/source writes no field Parcel.total');
    expect(await deploymentOf(world, 'sink')).toBeUndefined();
    await applyService(world, 'source', writes(topic, withTotal, '2'));
    await runPods(world, 'source');
    await runPods(world, 'sink');
  });
});

describe('two that wait for each other', () => {
  it('are told so in both, and go on when one takes a schema in between', async () => {
    const topic = 'shop.deadlock';
    await applyConfigMap(world, 'reader-schemas', { 'parcel.avsc': withTotal });
    const reader = (version: string) => ({
      template: template(version),
      consumes: [{ topic, schema: { configMapKeyRef: { name: 'reader-schemas', key: 'parcel.avsc' } } }],
    });
    await applyService(world, 'left', writes(topic, withTotal, '1'));
    await applyService(world, 'right', reader('1'));
    await runPods(world, 'left');
    await runPods(world, 'right');

    const renamed = parcel({ name: 'total', type: 'string' });
    await applyService(world, 'left', writes(topic, renamed, '2'));
    await applyConfigMap(world, 'reader-schemas', { 'parcel.avsc': renamed });
    for (const name of ['left', 'right']) {
      const { message } = await condition(world, name, 'SchemasCompatible', { reason: 'SchemaDeadlock' });
      expect(message).toContain('EventService shop/left');
      expect(message).toContain('EventService shop/right');
    }
    const between = parcel({ name: 'total', type: ['int', 'string'] });
    await applyConfigMap(world, 'reader-schemas', { 'parcel.avsc': between });
    await runPods(world, 'right');
    await runPods(world, 'left');
    expect(await imageOf('left')).toMatch(/:2$/);
  });
});

describe('a writer and a reader that come at once and do not go together', () => {
  it('never both go live', async () => {
    const pairs = ['one', 'two', 'three', 'four'];
    await Promise.all(
      pairs.flatMap((pair) => [
        applyService(world, `${pair}-writer`, writes(`shop.${pair}`, plain, '1')),
        applyService(world, `${pair}-reader`, reads(`shop.${pair}`, withTotal, '1')),
      ]),
    );
    const reasonOf = async (name: string) => {
      const status = (await serviceNamed(world, name))?.status;
      return status?.conditions?.find(({ type }) => type === 'SchemasCompatible')?.reason;
    };
    for (const pair of pairs) {
      await eventually(`one of ${pair} waits`, async () => {
        const found = await Promise.all([reasonOf(`${pair}-writer`), reasonOf(`${pair}-reader`)]);
        if (found.includes(undefined)) return false;
        expect(found).not.toEqual(['Compatible', 'Compatible']);
        return found.some((reason) => reason === 'WaitingForReader' || reason === 'WaitingForWriter');
      });
    }
  });
});

describe('what is recorded', () => {
  it('is made again when somebody takes it away, and goes with its service', async () => {
    await applyService(world, 'recorded', reads('shop.written', withTotal, '1'));
    await runPods(world, 'recorded');
    const key = { namespace, name: 'eventservice-recorded-live-schemas' };
    const first = await world.client.get(configMaps, key);
    expect(first?.metadata).toMatchObject({ ownerReferences: [{ kind: eventServiceKind.kind, name: 'recorded' }] });
    await world.client.delete(configMaps, key);
    const isBack = async () => {
      const uid = (await world.client.get(configMaps, key))?.metadata.uid;
      return uid !== undefined && uid !== first?.metadata.uid;
    };
    await eventually('it is back', isBack);
    await world.client.delete(eventServices, { namespace, name: 'recorded' });
    await eventually('it is gone', async () => (await world.client.get(configMaps, key)) === undefined);
  });
});
