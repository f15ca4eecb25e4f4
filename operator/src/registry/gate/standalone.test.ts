import { expect, test } from 'vitest';
import { parseAvro } from '../avro.ts';
import { evolutionCases } from '../compatibility/cases.ts';
import { modelOf } from '../compatibility/model.ts';
import { breaksBetween } from '../compatibility/resolution.ts';
import { standaloneForm } from './standalone.ts';

const money = { type: 'record', name: 'Money', namespace: 'shop', fields: [{ name: 'cents', type: 'int' }] };
const item = {
  type: 'record',
  name: 'Item',
  namespace: 'shop',
  fields: [
    { name: 'price', type: 'Money' },
    { name: 'parts', type: { type: 'array', items: 'Item' } },
  ],
};
const order = {
  type: 'record',
  name: 'Order',
  namespace: 'shop',
  fields: [
    { name: 'items', type: { type: 'array', items: 'Item' } },
    { name: 'total', type: ['null', 'Money'], default: null },
    // No type, though it reads like one.
    { name: 'note', type: 'string', default: 'shop.Money' },
  ],
};

test('a schema with the types that it uses written out is a schema by itself, and means the same', () => {
  const form = standaloneForm(order, [money, item]);
  expect(parseAvro(JSON.stringify(form))).toMatchObject({ isValid: true });
  const [alone, whole] = [modelOf(form), modelOf(order, [money, item])];
  expect([...breaksBetween(alone, whole), ...breaksBetween(whole, alone)]).toEqual([]);
  expect(JSON.stringify(form)).toContain('"default":"shop.Money"');
});

test('a type that is used twice is written out once', () => {
  const text = JSON.stringify(standaloneForm(order, [money, item]));
  expect(text.match(/"name":"shop.Money"/g)).toHaveLength(1);
  expect(text.match(/"name":"shop.Item"/g)).toHaveLength(1);
});

test('a break in a type that is only used is found at its place', () => {
  const other = { ...money, fields: [{ name: 'cents', type: 'string' }] };
  const [writer, reader] = [standaloneForm(order, [other, item]), standaloneForm(order, [money, item])];
  const [found] = breaksBetween(modelOf(writer), modelOf(reader));
  expect(found).toMatchObject({ path: 'Order.items[].price.cents', rule: 'TypeMismatch' });
});

test.each(evolutionCases)('a form means what its schema means: $what', ({ writer, reader }) => {
  for (const schema of [writer, reader]) {
    const form = standaloneForm(schema);
    const isValid = (each: unknown) => parseAvro(JSON.stringify(each)).isValid;
    expect(isValid(form)).toBe(isValid(schema));
    const [alone, whole] = [modelOf(form), modelOf(schema)];
    expect([...breaksBetween(alone, whole), ...breaksBetween(whole, alone)]).toEqual([]);
  }
});

test('a schema that uses none has its names in full and no doc', () => {
  const told = { ...money, doc: 'told', fields: [{ name: 'cents', type: 'int', doc: 'told' }] };
  expect(standaloneForm(told)).toEqual({
    type: 'record',
    name: 'shop.Money',
    fields: [{ name: 'cents', type: 'int' }],
  });
});
