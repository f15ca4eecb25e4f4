// The job's tables as the runner takes them, and as a person reads them: tables.json. Pure.
import { parseAvroSchema } from '../avro-schema.ts';
import type { BusAddress } from '../engine.ts';
import { JobSpecError } from '../errors.ts';
import { columnOf } from './column-type.ts';

/** A topic as a table of the job. */
export interface TableSpec {
  readonly topic: string;
  /** The table's name in the user's SQL. */
  readonly as: string;
  /** The schema's text: the declared one, else what the registry holds for `<topic>-value`. */
  readonly schema: string;
}

export interface ReadTableSpec extends TableSpec {
  readonly startFrom: 'Earliest' | 'Latest';
  readonly eventTime?: { readonly field: string; readonly delayMs: number };
}

export interface WriteTableSpec extends TableSpec {
  /** Text field that becomes the record's key. */
  readonly key?: string;
}

export interface TablesInputs {
  readonly mode: 'Streaming' | 'Batch';
  readonly triggerIntervalMs?: number | undefined;
  readonly reads: readonly ReadTableSpec[];
  readonly writes: readonly WriteTableSpec[];
}

/**
 * The text of tables.json. `columns` is for people: the runner goes by the schemas.
 * @throws JobSpecError when a schema is not an Avro record, has a type that cannot be a column, or the event time does not fit
 */
export function tablesDocument({ mode, triggerIntervalMs, reads, writes }: TablesInputs, bus: BusAddress): string {
  const document = {
    mode,
    ...(triggerIntervalMs === undefined ? {} : { triggerIntervalMs }),
    bootstrapServers: bus.bootstrapServers.join(','),
    registryUrl: bus.registryUrl,
    groupId: bus.groupId,
    reads: reads.map((table) => {
      const { eventTime, startFrom } = table;
      const described = tableOf(table);
      if (eventTime) requireTimestamp(eventTime.field, described.columns, table.topic);
      return { ...described, startFrom, ...(eventTime ? { eventTime } : {}) };
    }),
    writes: writes.map((table) => {
      const described = tableOf(table);
      if (table.key !== undefined) requireText(table.key, described.columns, table.topic);
      return { ...described, ...(table.key === undefined ? {} : { key: table.key }) };
    }),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function tableOf({ topic, as, schema }: TableSpec) {
  const record = parseAvroSchema(schema);
  if (record.kind !== 'record' || record.fields.length === 0) {
    throw new JobSpecError('SchemaInvalid', '', `the schema of topic ${topic} is not a record with fields`);
  }
  const columns = Object.fromEntries(
    record.fields.map(({ name, type }) => {
      const column = columnOf(type, name);
      return [name, `${column.type}${column.isNullable ? '' : ' NOT NULL'}`];
    }),
  );
  const declared: unknown = JSON.parse(schema);
  return { table: as, topic, subject: `${topic}-value`, columns, schema: declared };
}

function requireTimestamp(field: string, columns: Readonly<Record<string, string>>, topic: string): void {
  const type = columns[field];
  if (type === undefined) {
    const names = Object.keys(columns).join(', ');
    throw new JobSpecError(
      'ProgramInvalid',
      field,
      `eventTime.field ${field} is not a field of topic ${topic}: it has ${names}`,
    );
  }
  if (!type.startsWith('TIMESTAMP') || type.startsWith('TIMESTAMP_NTZ')) {
    throw new JobSpecError(
      'ProgramInvalid',
      field,
      `eventTime.field ${field} of topic ${topic} is ${type}: it must have the logical type timestamp-millis or timestamp-micros`,
    );
  }
}

function requireText(field: string, columns: Readonly<Record<string, string>>, topic: string): void {
  const type = columns[field];
  if (type === 'STRING NOT NULL') return;
  const found = type === undefined ? `it has ${Object.keys(columns).join(', ')}` : `it is ${type}`;
  throw new JobSpecError(
    'ProgramInvalid',
    field,
    `key ${field} of topic ${topic} is no text field that is always there: ${found}`,
  );
}
