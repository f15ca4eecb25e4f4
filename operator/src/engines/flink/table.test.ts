import { describe, expect, test } from 'vitest';
import type { BusAddress } from '../engine.ts';
import { JobSpecError } from '../errors.ts';
import { intervalLiteral } from './sql-text.ts';
import { createTable, type TableSpec } from './table.ts';
import { tablesScript } from './tables-script.ts';

const bus: BusAddress = {
  bootstrapServers: ['kafka-0.kafka:9092', 'kafka-1.kafka:9092'],
  registryUrl: 'http://registry.shop:8080/apis/ccompat/v7',
  groupId: 'shop.fraud',
};

const recordOf = (fields: readonly object[]) =>
  JSON.stringify({ type: 'record', name: 'R', namespace: 'shop', fields });
const fieldOf = (type: unknown) => recordOf([{ name: 'f', type }]);

function aTable(table: Partial<TableSpec>): TableSpec {
  return { direction: 'Read', topic: 'shop.orders', as: 'orders', schema: fieldOf('string'), ...table };
}

/** The column definition that the one field f becomes. */
function column(type: unknown, direction: TableSpec['direction'] = 'Read'): string {
  const text = createTable(aTable({ schema: fieldOf(type), direction }), bus);
  return /^ {2}(`f[^\n]*?),?$/m.exec(text)?.[1] ?? text;
}

const fixed = { type: 'fixed', name: 'F', size: 4 };
const suit = { type: 'enum', name: 'Suit', symbols: ['A', 'B'] };
const money = { type: 'bytes', logicalType: 'decimal', precision: 10, scale: 2 };

describe('a column', () => {
  test.each<[unknown, string]>([
    ['string', '`f` STRING NOT NULL'],
    ['boolean', '`f` BOOLEAN NOT NULL'],
    ['int', '`f` INT NOT NULL'],
    ['long', '`f` BIGINT NOT NULL'],
    ['float', '`f` FLOAT NOT NULL'],
    ['double', '`f` DOUBLE NOT NULL'],
    ['bytes', '`f` BYTES NOT NULL'],
    [['null', 'string'], '`f` STRING'],
    [['string', 'null'], '`f` STRING'],
    [fixed, '`f` VARBINARY(4) NOT NULL'],
    [suit, '`f` STRING NOT NULL'],
    [['null', suit], '`f` STRING'],
    [money, '`f` DECIMAL(10, 2) NOT NULL'],
    [{ ...fixed, logicalType: 'decimal', precision: 8, scale: 3 }, '`f` DECIMAL(8, 3) NOT NULL'],
    [{ type: 'int', logicalType: 'date' }, '`f` DATE NOT NULL'],
    [{ type: 'long', logicalType: 'timestamp-millis' }, '`f` TIMESTAMP(3) NOT NULL'],
    [['null', { type: 'long', logicalType: 'timestamp-millis' }], '`f` TIMESTAMP(3)'],
    [{ type: 'long', logicalType: 'local-timestamp-millis' }, '`f` BIGINT NOT NULL'],
    [{ type: 'string', logicalType: 'uuid' }, '`f` STRING NOT NULL'],
    [{ type: 'array', items: 'string' }, '`f` ARRAY<STRING NOT NULL> NOT NULL'],
    [{ type: 'array', items: ['null', 'int'] }, '`f` ARRAY<INT> NOT NULL'],
    [{ type: 'map', values: 'long' }, '`f` MAP<STRING NOT NULL, BIGINT NOT NULL> NOT NULL'],
    [{ type: 'record', name: 'N', fields: [{ name: 'x', type: 'int' }] }, '`f` ROW<`x` INT NOT NULL> NOT NULL'],
    [
      ['null', { type: 'record', name: 'N', fields: [{ name: 'x', type: ['null', money] }] }],
      '`f` ROW<`x` DECIMAL(10, 2)>',
    ],
  ])('%j becomes %s', (type, expected) => {
    expect(column(type)).toBe(expected);
  });

  test('of a type defined earlier is found by its name and namespace', () => {
    const address = { type: 'record', name: 'Address', fields: [{ name: 'city', type: 'string' }] };
    const schema = recordOf([
      { name: 'billing', type: address },
      { name: 'shipping', type: ['null', 'shop.Address'] },
      { name: 'third', type: 'Address' },
    ]);
    const text = createTable(aTable({ schema }), bus);
    expect(text).toContain('`shipping` ROW<`city` STRING>,');
    expect(text).toContain('`third` ROW<`city` STRING NOT NULL> NOT NULL');
  });

  test('of a top-level timestamp-micros that is read is converted from its raw number', () => {
    const text = createTable(
      aTable({ schema: fieldOf(['null', { type: 'long', logicalType: 'timestamp-micros' }]) }),
      bus,
    );
    expect(text).toContain(
      '`f__micros` BIGINT,\n  `f` AS CAST(TO_TIMESTAMP_LTZ(`f__micros` / 1000, 3) AS TIMESTAMP(3))',
    );
    expect(text).toContain('{"name":"f__micros","type":["null","long"],"aliases":["f"]}');
  });
});

describe('a type that cannot be a column', () => {
  const nested = (type: unknown) => ({
    type: 'array',
    items: { type: 'record', name: 'Item', fields: [{ name: 'p', type }] },
  });
  const micros = { type: 'long', logicalType: 'timestamp-micros' };
  test.each<[string, unknown, TableSpec['direction'], string]>([
    ['a union of two types', ['int', 'string'], 'Read', 'field f is a union'],
    ['null alone', 'null', 'Read', 'field f is the type null'],
    ['a type deep inside', nested(['null', 'int', 'string']), 'Read', 'field f[].p is a union'],
    ['a decimal that is too wide', { ...money, precision: 40 }, 'Read', 'field f is a decimal of precision 40'],
    ['time-millis', { type: 'int', logicalType: 'time-millis' }, 'Read', 'field f is time-millis'],
    ['time-micros', { type: 'long', logicalType: 'time-micros' }, 'Read', 'field f is time-micros'],
    ['a duration', { ...fixed, size: 12, logicalType: 'duration' }, 'Read', 'field f is the logical type duration'],
    ['nested timestamp-micros', nested(micros), 'Read', 'field f[].p is timestamp-micros'],
    ['timestamp-micros in a sink', micros, 'Write', 'field f is timestamp-micros'],
    ['an enum in a sink', suit, 'Write', 'field f is an enum'],
    [
      'a required field of an optional record in a sink',
      ['null', { type: 'record', name: 'N', fields: [{ name: 'x', type: 'int' }] }],
      'Write',
      'field f.x is a required field of an optional record',
    ],
    ['a fixed in a sink', { type: 'map', values: fixed }, 'Write', 'field f{} is a fixed'],
  ])('%s is refused with its path', (_, type, direction, message) => {
    const make = () => createTable(aTable({ schema: fieldOf(type), direction }), bus);
    expect(make).toThrow(JobSpecError);
    expect(make).toThrow(message);
  });

  test('a record that contains itself is refused with its path', () => {
    const schema = recordOf([{ name: 'next', type: ['null', 'R'] }]);
    expect(() => createTable(aTable({ schema }), bus)).toThrow('field next is a record that contains itself (shop.R)');
  });
});

describe('a schema', () => {
  test.each([
    ['{', 'the schema is not JSON'],
    ['"string"', 'the schema of topic shop.orders is not a record'],
    [fieldOf('Nowhere'), 'field f names the type Nowhere, which is not defined before it'],
    [fieldOf(7), 'field f is neither a type name, an object nor a union'],
    ['{"type":"record","fields":[]}', 'the schema is a record without a name'],
  ])('%s is refused: %s', (schema, message) => {
    expect(() => createTable(aTable({ schema }), bus)).toThrow(message);
  });
});

describe('event time', () => {
  const at = { type: 'long', logicalType: 'timestamp-millis' };

  test('becomes a watermark behind the field by its delay', () => {
    const table = aTable({ schema: fieldOf(at), eventTime: { field: 'f', delayMs: 5000 } });
    expect(createTable(table, bus)).toContain("WATERMARK FOR `f` AS `f` - INTERVAL '0 00:00:05.000' DAY TO SECOND(3)");
  });

  test.each([
    ['a field that is not there', 'g', at, 'eventTime.field g is not a field of topic shop.orders: it has f'],
    ['a field that is no timestamp', 'f', 'long', 'eventTime.field f of topic shop.orders is BIGINT'],
  ])('on %s is refused', (_, field, type, message) => {
    const table = aTable({ schema: fieldOf(type), eventTime: { field, delayMs: 0 } });
    expect(() => createTable(table, bus)).toThrow(message);
  });

  test.each([
    [0, "INTERVAL '0 00:00:00.000' DAY TO SECOND(3)"],
    [300_000, "INTERVAL '0 00:05:00.000' DAY TO SECOND(3)"],
    [90_061_007, "INTERVAL '1 01:01:01.007' DAY TO SECOND(3)"],
  ])('of %d ms is written as %s', (delayMs, expected) => {
    expect(intervalLiteral(delayMs)).toBe(expected);
  });
});

describe('a key', () => {
  const schema = recordOf([
    { name: 'id', type: 'string' },
    { name: 'maybe', type: ['null', 'string'] },
    { name: 'n', type: 'int' },
  ]);
  const sink = (over: Partial<TableSpec>) =>
    createTable(aTable({ direction: 'Write', topic: 'shop.balances', schema, ...over }), bus);

  test('of a topic that is compacted is the primary key of an upsert table', () => {
    const text = sink({ key: 'id', isCompacted: true });
    expect(text).toContain('PRIMARY KEY (`id`) NOT ENFORCED');
    expect(text).toContain("'connector' = 'upsert-kafka'");
    expect(text).toContain("'value.avro-confluent.subject' = 'shop.balances-value'");
  });

  test('of another topic goes beside the whole row', () => {
    const text = sink({ key: 'id' });
    expect(text).not.toContain('PRIMARY KEY');
    for (const option of ["'connector' = 'kafka'", "'key.fields' = 'id'", "'value.fields-include' = 'ALL'"]) {
      expect(text).toContain(option);
    }
  });

  test('of a topic that is read and not compacted changes nothing', () => {
    expect(createTable(aTable({ schema, key: 'id' }), bus)).toBe(createTable(aTable({ schema }), bus));
  });

  test.each([
    ['an optional field', 'maybe'],
    ['a number', 'n'],
    ['no field', 'nothing'],
  ])('that is %s is refused with those that would do', (_, key) => {
    expect(() => sink({ key })).toThrow(`key ${key} is not a required text field of topic shop.balances: it has id`);
  });

  test('is missed where a compacted topic is written', () => {
    expect(() => sink({ isCompacted: true })).toThrow('takes no record without a key: name the field');
    expect(createTable(aTable({ schema, isCompacted: true }), bus)).toContain("'connector' = 'kafka'");
  });
});

test('a sink that writes exactly once names its transactions by group and table, within the brokers limit', () => {
  const schema = recordOf([{ name: 'id', type: 'string' }]);
  const sink = (delivery: 'AtLeastOnce' | 'ExactlyOnce') =>
    createTable(aTable({ direction: 'Write', as: 'audit', schema, delivery }), bus);
  expect(sink('ExactlyOnce')).toContain("'sink.delivery-guarantee' = 'exactly-once'");
  expect(sink('ExactlyOnce')).toContain("'sink.transactional-id-prefix' = 'shop.fraud.audit'");
  expect(sink('ExactlyOnce')).toContain("'properties.transaction.timeout.ms' = '900000'");
  expect(sink('AtLeastOnce')).toContain("'sink.delivery-guarantee' = 'at-least-once'");
  expect(sink('AtLeastOnce')).not.toContain('transactional');
});

test('a table of a bus with TLS names whom to trust, and no credential', () => {
  const security = {
    protocol: 'SASL_SSL',
    ...{ mechanism: 'SCRAM-SHA-512', authorities: 'PEM' },
    ...{ secret: 'fraud-kafka-a', loginVersion: '0' },
  } as const;
  const text = createTable(aTable({}), { ...bus, security, registrySecret: 'mine' });
  expect(text).toContain("'properties.security.protocol' = 'SASL_SSL'");
  expect(text).toContain("'properties.sasl.mechanism' = 'SCRAM-SHA-512'");
  expect(text).toContain("'properties.ssl.truststore.location' = '/opt/sluice/ca.crt'");
  expect(text).toContain("'avro-confluent.basic-auth.user-info' = '<registry-login>'");
  expect(text).not.toMatch(/jaas|fraud-kafka-a|mine/);
});

describe('text of users', () => {
  test('cannot leave its literal or identifier', () => {
    const schema = JSON.stringify({
      type: 'record',
      name: 'R',
      doc: "it's'); DROP TABLE x; --",
      fields: [{ name: 'f', type: 'int' }],
    });
    const text = createTable(aTable({ as: 'a` (x INT); --', topic: "t'; --", schema }), bus);
    expect(text).toContain('CREATE TABLE `a`` (x INT); --` (');
    expect(text).toContain("'topic' = 't''; --'");
    expect(text).toContain("it''s''); DROP TABLE x; --");
  });
});

describe('the script', () => {
  const everyType = recordOf([
    { name: 'id', type: 'string' },
    { name: 'note', type: ['null', 'string'], default: null },
    { name: 'ok', type: 'boolean' },
    { name: 'n', type: 'int' },
    { name: 'total', type: 'long' },
    { name: 'ratio', type: 'float' },
    { name: 'score', type: 'double' },
    { name: 'raw', type: 'bytes' },
    { name: 'price', type: money },
    { name: 'day', type: { type: 'int', logicalType: 'date' } },
    { name: 'occurredAt', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'seenAt', type: ['null', { type: 'long', logicalType: 'timestamp-millis' }], default: null },
    { name: 'tags', type: { type: 'array', items: ['null', 'string'] } },
    { name: 'counts', type: { type: 'map', values: 'long' } },
    {
      name: 'buyer',
      type: {
        type: 'record',
        name: 'Buyer',
        fields: [
          { name: 'name', type: 'string' },
          { name: 'age', type: ['null', 'int'] },
        ],
      },
    },
    {
      name: 'payer',
      type: [
        'null',
        { type: 'record', name: 'Payer', fields: [{ name: 'name', type: ['null', 'string'], default: null }] },
      ],
      default: null,
    },
    {
      name: 'lines',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'Line',
          fields: [
            { name: 'sku', type: 'string' },
            { name: 'price', type: money },
          ],
        },
      },
    },
  ]);
  const readOnly = recordOf([
    { name: 'suit', type: suit },
    { name: 'maybe', type: ['null', 'Suit'] },
    { name: 'hash', type: fixed },
    {
      name: 'amount',
      type: { type: 'fixed', name: 'Amount', size: 8, logicalType: 'decimal', precision: 12, scale: 4 },
    },
    { name: 'id', type: { type: 'string', logicalType: 'uuid' } },
    { name: 'local', type: { type: 'long', logicalType: 'local-timestamp-millis' } },
    { name: 'precise', type: { type: 'long', logicalType: 'timestamp-micros' } },
    {
      name: 'holder',
      type: {
        type: 'record',
        name: 'Holder',
        fields: [
          { name: 'name', type: 'string' },
          { name: 'suits', type: { type: 'array', items: 'Suit' } },
          {
            name: 'address',
            type: { type: 'record', name: 'Address', fields: [{ name: 'city', type: 'string', default: 'Bonn' }] },
          },
        ],
      },
    },
    { name: 'guarantor', type: ['null', 'Holder'], default: null },
    { name: 'moves', type: { type: 'array', items: ['null', 'Address'] } },
  ]);

  const balance = recordOf([
    { name: 'id', type: 'string' },
    { name: 'total', type: 'long' },
  ]);
  const keyed: readonly TableSpec[] = [
    aTable({ topic: 'shop.prices', as: 'prices', schema: balance, key: 'id', isCompacted: true }),
    aTable({
      ...{ direction: 'Write', topic: 'shop.balances', as: 'balances', schema: balance },
      ...{ key: 'id', isCompacted: true, delivery: 'ExactlyOnce' },
    }),
    aTable({ direction: 'Write', topic: 'shop.journal', as: 'journal', schema: balance, key: 'id' }),
  ];

  test('is the golden one, which the SQL runner compiles with a real Flink', async () => {
    const script = tablesScript(
      [
        aTable({ schema: everyType, eventTime: { field: 'occurredAt', delayMs: 5000 } }),
        aTable({
          topic: 'shop.cards',
          as: 'cards',
          schema: readOnly,
          eventTime: { field: 'precise', delayMs: 300_000 },
          startFrom: 'Latest',
        }),
        aTable({ direction: 'Write', topic: 'shop.copies', as: 'copies', schema: everyType }),
        ...keyed,
      ],
      bus,
      {},
    );
    await expect(script).toMatchFileSnapshot('./__golden__/tables.sql');
  });

  test('leaves a setting to the user who made it in the configuration', () => {
    const script = tablesScript([], bus, { 'table.exec.source.idle-timeout': '1 min' });
    expect(script).not.toContain('idle-timeout');
    expect(script).toContain("SET 'table.exec.uid.generation' = 'ALWAYS';");
  });
});
