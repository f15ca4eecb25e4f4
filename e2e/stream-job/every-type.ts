// One schema with every Avro type that a table can have in both directions, one with those that can be read alone, and what
// the latter becomes: docs/reference/tables.md as data.
const record = (name: string, fields: readonly object[]) => ({ type: 'record', name, fields });
const field = (name: string, type: unknown) => ({ name, type });
const money = { type: 'bytes', logicalType: 'decimal', precision: 10, scale: 2 };
const millis = { type: 'long', logicalType: 'timestamp-millis' };

/** Two's complement, as short as can be. */
const unscaled = (...bytes: readonly number[]) => Buffer.from(bytes);

export const everyType = {
  schema: JSON.stringify(
    record('shop.EveryType', [
      field('id', 'string'),
      { ...field('note', ['null', 'string']), default: null },
      field('ok', 'boolean'),
      field('n', 'int'),
      field('total', 'long'),
      field('ratio', 'float'),
      field('score', 'double'),
      field('raw', 'bytes'),
      field('price', money),
      field('day', { type: 'int', logicalType: 'date' }),
      field('occurredAt', millis),
      { ...field('seenAt', ['null', millis]), default: null },
      field('uuid', { type: 'string', logicalType: 'uuid' }),
      field('tags', { type: 'array', items: ['null', 'string'] }),
      field('counts', { type: 'map', values: 'long' }),
      field('buyer', record('shop.Buyer', [field('name', 'string'), field('age', ['null', 'int'])])),
      {
        ...field('payer', ['null', record('shop.Payer', [{ ...field('name', ['null', 'string']), default: null }])]),
        default: null,
      },
      field('lines', { type: 'array', items: record('shop.Line', [field('sku', 'string'), field('price', money)]) }),
    ]),
  ),
  values: [
    {
      ...{ id: 'full', note: 'nöte', ok: true, n: -7, total: 2 ** 40, ratio: 0.5, score: -1e-9 },
      ...{ raw: Buffer.from([0, 255, 7]), price: unscaled(0x00, 0xff), day: 19_000, occurredAt: 1_700_000_000_123 },
      ...{ seenAt: 1_700_000_000_456, uuid: '8f0c1d9e-0000-4000-8000-000000000000', tags: ['x', null, ''] },
      ...{ counts: { a: 1 }, buyer: { name: 'Ada', age: 36 }, payer: { name: 'Bob' } },
      lines: [{ sku: 's-1', price: unscaled(0x80) }],
    },
    {
      ...{ id: 'empty', note: null, ok: false, n: 0, total: -1, ratio: 0, score: 0 },
      ...{ raw: Buffer.alloc(0), price: unscaled(0), day: -1, occurredAt: -1, seenAt: null, uuid: '' },
      ...{ tags: [], counts: {}, buyer: { name: '', age: null }, payer: null, lines: [] },
    },
  ],
} as const;

const suit = { type: 'enum', name: 'shop.Suit', symbols: ['CLUBS', 'HEARTS'] };

/** Types that Flink's serializer cannot write, or that it reads as others. */
export const readAlone = {
  schema: JSON.stringify(
    record('shop.ReadAlone', [
      field('suit', suit),
      field('maybe', ['null', 'shop.Suit']),
      field('hash', { type: 'fixed', name: 'shop.Hash', size: 4 }),
      field('amount', { type: 'fixed', name: 'shop.Amount', size: 4, logicalType: 'decimal', precision: 8, scale: 2 }),
      field('precise', { type: 'long', logicalType: 'timestamp-micros' }),
      field('local', { type: 'long', logicalType: 'local-timestamp-millis' }),
      field('holder', ['null', record('shop.Holder', [field('name', 'string'), field('suit', 'shop.Suit')])]),
    ]),
  ),
  values: [
    {
      ...{ suit: 'HEARTS', maybe: 'CLUBS', hash: Buffer.from([1, 2, 3, 4]), amount: Buffer.from([255, 255, 255, 156]) },
      ...{ precise: 1_700_000_000_123_456, local: 42, holder: { name: 'Ada', suit: 'CLUBS' } },
    },
    {
      ...{ suit: 'CLUBS', maybe: null, hash: Buffer.alloc(4), amount: Buffer.alloc(4) },
      ...{ precise: 1_000, local: -1, holder: null },
    },
  ],
} as const;

/** The same, as columns that can be written. */
export const shown = {
  sql: [
    'INSERT INTO shown SELECT suit, maybe, CAST(hash AS BYTES), CAST(amount AS DECIMAL(10, 2)), precise, precise__micros,',
    '  `local`, holder.name, holder.suit FROM read_alone;',
  ].join('\n'),
  schema: JSON.stringify(
    record('shop.Shown', [
      field('suit', 'string'),
      field('maybe', ['null', 'string']),
      field('hash', 'bytes'),
      field('amount', money),
      field('at', ['null', millis]),
      field('micros', 'long'),
      field('local', 'long'),
      field('holder', ['null', 'string']),
      field('holderSuit', ['null', 'string']),
    ]),
  ),
  values: [
    {
      ...{ suit: 'HEARTS', maybe: 'CLUBS', hash: Buffer.from([1, 2, 3, 4]), amount: unscaled(0x9c) },
      ...{ at: 1_700_000_000_123, micros: 1_700_000_000_123_456, local: 42, holder: 'Ada', holderSuit: 'CLUBS' },
    },
    {
      ...{ suit: 'CLUBS', maybe: null, hash: Buffer.alloc(4), amount: unscaled(0) },
      ...{ at: 1, micros: 1_000, local: -1, holder: null, holderSuit: null },
    },
  ],
} as const;
