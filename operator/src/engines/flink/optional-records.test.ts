import { expect, test } from 'vitest';
import { withOptionalFields } from './optional-records.ts';

const address = {
  type: 'record',
  name: 'Address',
  fields: [
    { name: 'city', type: 'string', default: 'Bonn' },
    { name: 'floor', type: ['null', 'int'], default: null },
  ],
};
const written = {
  type: 'record',
  name: 'Order',
  namespace: 'shop',
  fields: [
    { name: 'billing', type: address },
    { name: 'shipping', type: ['null', 'Address'], default: null },
    {
      name: 'payer',
      type: ['null', { type: 'record', name: 'Payer', fields: [{ name: 'address', type: 'shop.Address' }] }],
    },
    { name: 'stops', type: { type: 'array', items: ['null', 'Address'] } },
    { name: 'kind', type: { type: 'enum', name: 'Kind', namespace: 'shop.kinds', symbols: ['A'] } },
    { name: 'kinds', type: { type: 'map', values: 'shop.kinds.Kind' } },
  ],
};

test('gives the reader schema that Avro itself resolves with what was written', async () => {
  const pair = { written, read: withOptionalFields(written) };
  await expect(`${JSON.stringify(pair, null, 2)}\n`).toMatchFileSnapshot('./__golden__/optional-records.json');
});

test('keeps the required variant of a record beside the optional one', () => {
  expect(withOptionalFields(written)).toMatchObject({
    fields: [
      { type: { name: 'shop.Address', fields: [{ type: 'string' }, { type: ['null', 'int'] }] } },
      { type: ['null', { name: 'shop.Address__optional', fields: [{ type: ['string', 'null'] }, {}] }] },
      { type: ['null', { fields: [{ type: ['shop.Address__optional', 'null'] }] }] },
      { type: { items: ['null', 'shop.Address__optional'] } },
      { type: { name: 'shop.kinds.Kind' } },
      { type: { values: 'shop.kinds.Kind' } },
    ],
  });
});
