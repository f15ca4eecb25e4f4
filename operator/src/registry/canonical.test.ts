import { describe, expect, it } from 'vitest';
import { canonicalForm, fingerprintOf } from './canonical.ts';

const order = {
  type: 'record',
  name: 'Order',
  namespace: 'shop',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'total', type: 'long', default: 0 },
  ],
};

describe('schemas that no reader can tell apart have one fingerprint', () => {
  const same: readonly { readonly what: string; readonly other: unknown }[] = [
    { what: 'order of keys', other: { fields: order.fields, namespace: 'shop', name: 'Order', type: 'record' } },
    { what: 'doc of the record', other: { ...order, doc: 'An order.' } },
    {
      what: 'doc of a field',
      other: { ...order, fields: [{ name: 'id', type: 'string', doc: 'Its id.' }, order.fields[1]] },
    },
    { what: 'the full name', other: { type: 'record', name: 'shop.Order', fields: order.fields } },
    {
      what: 'a primitive written as an object',
      other: { ...order, fields: [{ name: 'id', type: { type: 'string' } }, order.fields[1]] },
    },
  ];
  it.each(same)('$what', ({ other }) => {
    expect(fingerprintOf(other)).toBe(fingerprintOf(order));
  });

  it('a reference by short and by full name', () => {
    const item = { type: 'record', name: 'Item', namespace: 'shop', fields: [{ name: 'sku', type: 'string' }] };
    const of = (reference: string) => ({
      ...order,
      fields: [
        { name: 'first', type: item },
        { name: 'rest', type: { type: 'array', items: reference } },
      ],
    });
    expect(fingerprintOf(of('Item'))).toBe(fingerprintOf(of('shop.Item')));
  });
});

describe('schemas that a reader or a writer depends on differently have two', () => {
  const field = (over: object) => ({
    ...order,
    fields: [order.fields[0], { name: 'total', type: 'long', default: 0, ...over }],
  });
  const other: readonly { readonly what: string; readonly schema: unknown }[] = [
    { what: 'a default', schema: field({ default: 1 }) },
    { what: 'no default', schema: { ...order, fields: [order.fields[0], { name: 'total', type: 'long' }] } },
    { what: 'an alias', schema: { ...order, aliases: ['Purchase'] } },
    { what: 'a logical type', schema: field({ type: { type: 'long', logicalType: 'timestamp-millis' } }) },
    { what: 'the order of fields', schema: { ...order, fields: [...order.fields].reverse() } },
    { what: 'the order of a field', schema: field({ order: 'ignore' }) },
    { what: 'a custom property', schema: { ...order, owner: 'team-a' } },
    { what: 'a namespace', schema: { ...order, namespace: 'shop2' } },
    {
      what: 'a key called doc in a default',
      schema: field({ type: { type: 'map', values: 'int' }, default: { doc: 1 } }),
    },
  ];
  it.each(other)('$what', ({ schema }) => {
    expect(fingerprintOf(schema)).not.toBe(fingerprintOf(order));
  });

  it('and a default keeps its keys, those called doc too', () => {
    const schema = { type: 'record', name: 'A', fields: [{ name: 'm', type: 'int', default: { doc: 1, a: 2 } }] };
    expect(JSON.stringify(canonicalForm(schema))).toContain('{"a":2,"doc":1}');
  });
});
