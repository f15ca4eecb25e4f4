import { describe, expect, test } from 'vitest';
import { parseAvroSchema } from '../avro-schema.ts';
import { columnOf } from './column-type.ts';

const columnFor = (type: unknown) => columnOf(parseAvroSchema(JSON.stringify(type)), 'field');

describe('the column of', () => {
  test.each([
    ['boolean', 'BOOLEAN'],
    ['int', 'INT'],
    ['long', 'BIGINT'],
    ['float', 'FLOAT'],
    ['double', 'DOUBLE'],
    ['bytes', 'BINARY'],
    ['string', 'STRING'],
    [{ type: 'int', logicalType: 'date' }, 'DATE'],
    [{ type: 'long', logicalType: 'timestamp-millis' }, 'TIMESTAMP'],
    [{ type: 'long', logicalType: 'timestamp-micros' }, 'TIMESTAMP'],
    [{ type: 'long', logicalType: 'local-timestamp-micros' }, 'TIMESTAMP_NTZ'],
    [{ type: 'bytes', logicalType: 'decimal', precision: 10, scale: 2 }, 'DECIMAL(10, 2)'],
    [{ type: 'fixed', name: 'D', size: 8, logicalType: 'decimal', precision: 12, scale: 3 }, 'DECIMAL(12, 3)'],
    [{ type: 'string', logicalType: 'uuid' }, 'STRING'],
    [{ type: 'fixed', name: 'F', size: 4 }, 'BINARY'],
    [{ type: 'enum', name: 'E', symbols: ['A', 'B'] }, 'STRING'],
    [{ type: 'array', items: ['null', 'int'] }, 'ARRAY<INT>'],
    [{ type: 'map', values: 'long' }, 'MAP<STRING, BIGINT>'],
    [
      {
        type: 'record',
        name: 'R',
        fields: [
          { name: 'a', type: 'int' },
          { name: 'b', type: ['null', 'string'] },
        ],
      },
      'STRUCT<`a`: INT NOT NULL, `b`: STRING>',
    ],
  ])('%j is %s', (type, expected) => {
    expect(columnFor(type)).toEqual({ type: expected, isNullable: false });
  });

  test('a union with null may be null', () => {
    expect(columnFor(['null', 'string'])).toEqual({ type: 'STRING', isNullable: true });
  });
});

describe('is refused, with the path and a way out:', () => {
  const recursive = { type: 'record', name: 'Node', fields: [{ name: 'next', type: ['null', 'Node'] }] };
  test.each([
    ['a union of several branches', ['null', 'int', 'string'], 'a nullable field for each branch'],
    ['null', 'null', 'a union of null'],
    ['recursion', recursive, 'field.next is a record that contains itself'],
    ['duration', { type: 'fixed', name: 'D', size: 12, logicalType: 'duration' }, 'duration'],
    ['a time of day', { type: 'int', logicalType: 'time-millis' }, 'time-millis'],
    ['nanoseconds', { type: 'array', items: { type: 'long', logicalType: 'timestamp-nanos' } }, 'field[] is'],
    ['a decimal beyond 38 digits', { type: 'bytes', logicalType: 'decimal', precision: 40, scale: 2 }, 'precision'],
  ])('%s', (_, type, says) => {
    expect(() => columnFor(type)).toThrow(says);
    expect(() => columnFor(type)).toThrow(/^field field.*: use /);
  });
});
