// The CREATE TABLE of one topic, derived from its Avro schema: columns, watermark, connector and registry options.

import { type AvroRecord, parseAvroSchema } from '../avro-schema.ts';
import type { BusAddress } from '../engine.ts';
import { JobSpecError } from '../errors.ts';
import { columnType, type Direction } from './column-type.ts';
import { computedColumn, isTimestampMicros, rawColumn, readerSchema } from './microseconds.ts';
import { hasOptionalRecord, withOptionalFields } from './optional-records.ts';
import { intervalLiteral, quoteIdentifier, withClause } from './sql-text.ts';
import { isUpsert, tableOptions } from './table-options.ts';

/** A topic as a table of the job. */
export interface TableSpec {
  readonly direction: Direction;
  readonly topic: string;
  /** The table's name in the user's SQL. */
  readonly as: string;
  /** The schema's text: the declared one, else what the registry holds for `<topic>-value`. */
  readonly schema: string;
  readonly eventTime?: { readonly field: string; readonly delayMs: number };
  readonly startFrom?: 'Earliest' | 'Latest';
  /** The field that the record's key holds, as text. */
  readonly key?: string;
  readonly isCompacted?: boolean;
  readonly delivery?: 'AtLeastOnce' | 'ExactlyOnce';
}

/**
 * The CREATE TABLE statement of a topic, without a semicolon.
 * @throws JobSpecError when the schema is not an Avro record, has a type that cannot be a column, or event time or key do
 *   not fit
 */
export function createTable(table: TableSpec, bus: BusAddress): string {
  const record = parseAvroSchema(table.schema);
  if (record.kind !== 'record' || record.fields.length === 0) {
    throw new JobSpecError('SchemaInvalid', '', `the schema of topic ${table.topic} is not a record with fields`);
  }
  checkKey(table, record);
  const micros = table.direction === 'Read' ? record.fields.filter((field) => isTimestampMicros(field.type)) : [];
  const microNames = micros.map((field) => field.name);
  const lines = [
    ...record.fields.map((field) =>
      microNames.includes(field.name)
        ? `${quoteIdentifier(rawColumn(field.name))} BIGINT${field.type.kind === 'union' ? '' : ' NOT NULL'}`
        : `${quoteIdentifier(field.name)} ${columnType(field.type, field.name, table.direction)}`,
    ),
    ...microNames.map(computedColumn),
    ...(table.eventTime === undefined ? [] : [watermark(table.eventTime, record, table.topic, microNames)]),
    ...(isUpsert(table) ? [`PRIMARY KEY (${quoteIdentifier(table.key ?? '')}) NOT ENFORCED`] : []),
  ];
  const schema = JSON.stringify(schemaOption(table, record, microNames));
  const columns = lines.map((line) => `  ${line}`).join(',\n');
  return `CREATE TABLE ${quoteIdentifier(table.as)} (\n${columns}\n) ${withClause(tableOptions(table, bus, schema))}`;
}

function checkKey({ direction, topic, key, isCompacted }: TableSpec, record: AvroRecord): void {
  if (key === undefined) {
    if (direction === 'Read' || !isCompacted) return;
    throw new JobSpecError(
      'ProgramInvalid',
      'key',
      `topic ${topic} is compacted and takes no record without a key: name the field that is its key in spec.writes.key`,
    );
  }
  const found = record.fields.find(({ name }) => name === key);
  if (found?.type.kind === 'primitive' && found.type.type === 'string') return;
  const texts = record.fields.filter(({ type }) => type.kind === 'primitive' && type.type === 'string');
  throw new JobSpecError(
    'ProgramInvalid',
    key,
    `key ${key} is not a required text field of topic ${topic}: it has ${texts.map(({ name }) => name).join(', ') || 'none'}`,
  );
}

/** The declared schema as it is, unless a topic that is read needs a reader schema of its own. */
function schemaOption(table: TableSpec, record: AvroRecord, micros: readonly string[]): unknown {
  const declared: unknown = JSON.parse(table.schema);
  const renamed = micros.length > 0 ? readerSchema(declared, micros) : declared;
  return table.direction === 'Read' && hasOptionalRecord(record) ? withOptionalFields(renamed) : renamed;
}

function watermark(
  eventTime: { readonly field: string; readonly delayMs: number },
  record: AvroRecord,
  topic: string,
  micros: readonly string[],
): string {
  const { field, delayMs } = eventTime;
  const found = record.fields.find((candidate) => candidate.name === field);
  if (found === undefined) {
    const names = record.fields.map((candidate) => candidate.name).join(', ');
    throw new JobSpecError(
      'ProgramInvalid',
      field,
      `eventTime.field ${field} is not a field of topic ${topic}: it has ${names}`,
    );
  }
  const type = micros.includes(field) ? 'TIMESTAMP(3)' : columnType(found.type, field, 'Read').replace(' NOT NULL', '');
  if (type !== 'TIMESTAMP(3)') {
    throw new JobSpecError(
      'ProgramInvalid',
      field,
      `eventTime.field ${field} of topic ${topic} is ${type}: it must have the logical type timestamp-millis or timestamp-micros`,
    );
  }
  const name = quoteIdentifier(field);
  return `WATERMARK FOR ${name} AS ${name} - ${intervalLiteral(delayMs)}`;
}
