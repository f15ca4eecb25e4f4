import { expect, test } from 'vitest';
import { InMemoryRegistry } from '../testing/registry.ts';
import { EventReader } from './reader.ts';
import { avroType, isSameSchema } from './schema.ts';
import { frame } from './wire-format.ts';
import { EventWriter } from './writer.ts';

interface Sale {
  readonly id: string;
  readonly cents: number;
}

const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more });
const record = (...fields: readonly object[]) => ({ type: 'record', name: 'Sale', namespace: 'shop', fields });
const sale = record(field('id', 'string'), field('cents', 'long'));
const text = JSON.stringify;

function aRegistry(): { readonly registry: InMemoryRegistry; readonly writer: EventWriter<Sale> } {
  const registry = new InMemoryRegistry();
  registry.register('other-value', sale);
  registry.register('sales-value', sale);
  return { registry, writer: new EventWriter<Sale>('sales', text(sale), registry) };
}

test('writes a zero byte, the id of its schema in its own subject, and the Avro bytes', async () => {
  const { writer } = aRegistry();
  // avro: the string's length zig-zag, the string, the long zig-zag
  expect(await writer.encode({ id: 'a', cents: 3 })).toEqual(Buffer.from([0, 0, 0, 0, 2, 2, 0x61, 6]));
});

test('reads what another version wrote: fields it does not know are skipped, missing ones take their default', async () => {
  const { registry } = aRegistry();
  const newer = record(field('note', 'string'), field('cents', 'int'), field('id', 'string'));
  registry.register('sales-value', newer);
  const written = await new EventWriter('sales', text(newer), registry).encode({ note: 'n', cents: 7, id: 'b' });
  const mine = record(field('id', 'string'), field('cents', 'long'), field('tip', 'long', { default: 5 }));
  expect(await new EventReader(text(mine), registry).decode(written)).toEqual({ id: 'b', cents: 7, tip: 5 });
});

test('asks the registry once for each id', async () => {
  const { registry, writer } = aRegistry();
  const reader = new EventReader<Sale>(text(sale), registry);
  const values = [await writer.encode({ id: 'a', cents: 1 }), await writer.encode({ id: 'b', cents: 2 })];
  registry.reads = 0;
  await Promise.all(values.map((value) => reader.decode(value)));
  await reader.decode(values[0] ?? null);
  expect(registry.reads).toBe(1);
});

test('never registers: a schema that the registry does not hold is waited for, and found once it is there', async () => {
  const registry = new InMemoryRegistry();
  const writer = new EventWriter<Sale>('sales', text(sale), registry);
  await expect(writer.encode({ id: 'a', cents: 1 })).rejects.toMatchObject({
    code: 'SchemaNotRegistered',
    retry: 'backoff',
  });
  expect(writer.ready).toBe(false);
  registry.register('sales-value', sale);
  expect((await writer.encode({ id: 'a', cents: 1 })).readUInt32BE(1)).toBe(1);
  expect(writer.ready).toBe(true);
});

test('goes on writing while the registry is away, once it knows the id', async () => {
  const { registry, writer } = aRegistry();
  await writer.prepare();
  registry.isAway = true;
  await expect(writer.encode({ id: 'a', cents: 1 })).resolves.toBeInstanceOf(Buffer);
});

test('reads again after the registry was away', async () => {
  const { registry, writer } = aRegistry();
  const reader = new EventReader<Sale>(text(sale), registry);
  const value = await writer.encode({ id: 'a', cents: 1 });
  registry.isAway = true;
  await expect(reader.decode(value)).rejects.toMatchObject({ code: 'RegistryUnavailable', retry: 'backoff' });
  registry.isAway = false;
  expect(await reader.decode(value)).toEqual({ id: 'a', cents: 1 });
});

test('refuses an event that does not fit its schema, naming the fields', async () => {
  const { writer } = aRegistry();
  await expect(writer.encode({ id: 'a', cents: 1.5 })).rejects.toMatchObject({
    code: 'EventInvalid',
    retry: 'terminal',
    message: expect.stringContaining('cents is not "long"'),
  });
  const surplus = { id: 'a', cents: 1, more: true };
  await expect(writer.encode(surplus)).rejects.toMatchObject({ code: 'EventInvalid' });
});

test.each([
  ['a tombstone', null],
  ['an empty value', Buffer.alloc(0)],
  ['bytes without the magic byte', Buffer.from('{"id":"a"}')],
  ['fewer bytes than a header', Buffer.from([0, 0, 0])],
  ['a body that ends too early', frame(2, Buffer.from([20, 0x61]))],
  ['a body with bytes to spare', frame(2, Buffer.from([2, 0x61, 6, 9]))],
])('takes %s for a poisoned event, which no second attempt mends', async (_name, value) => {
  const { registry } = aRegistry();
  await expect(new EventReader<Sale>(text(sale), registry).decode(value)).rejects.toMatchObject({
    code: 'EventInvalid',
    retry: 'terminal',
  });
});

test('takes an id that the registry does not know for something to try a few times', async () => {
  const { registry } = aRegistry();
  const value = frame(77, Buffer.from([2, 0x61, 6]));
  await expect(new EventReader<Sale>(text(sale), registry).decode(value)).rejects.toMatchObject({
    code: 'SchemaUnknown',
    retry: 'attempts',
  });
});

test('takes a schema that its own cannot be read from for a poisoned event', async () => {
  const { registry } = aRegistry();
  const id = registry.register('sales-value', record(field('id', 'string')));
  await expect(
    new EventReader<Sale>(text(sale), registry).decode(frame(id, Buffer.from([2, 0x61]))),
  ).rejects.toMatchObject({ code: 'EventInvalid' });
});

test.each([
  ['doc', { ...sale, doc: 'changed' }, true],
  ['key order and long names', { fields: sale.fields, name: 'shop.Sale', type: 'record' }, true],
  ['a default', record(field('id', 'string', { default: '' }), field('cents', 'long')), false],
  ['field order', record(field('cents', 'long'), field('id', 'string')), false],
  ['an alias', record(field('id', 'string', { aliases: ['key'] }), field('cents', 'long')), false],
])('compares schemas by what they mean: %s', (_name, other, isSame) => {
  expect(isSameSchema(avroType(text(sale)), avroType(text(other)))).toBe(isSame);
});
