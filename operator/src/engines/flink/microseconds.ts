// Top-level timestamp-micros fields of topics that are read. Flink 1.19 would take their number for milliseconds, so it is
// given a reader schema where the field is a plain long under another name (the alias binds it), and a computed column.
import type { AvroType } from '../avro-schema.ts';
import { quoteIdentifier } from './sql-text.ts';

/** The column that holds the raw number of a timestamp-micros field. */
export function rawColumn(field: string): string {
  return `${field}__micros`;
}

/** Whether a field is timestamp-micros, nullable or not. */
export function isTimestampMicros(type: AvroType): boolean {
  if (type.kind === 'union') return type.branches.length === 2 && type.branches.some(isTimestampMicros);
  return type.kind === 'primitive' && type.type === 'long' && type.logical?.name === 'timestamp-micros';
}

/** The computed column: UTC wall time in milliseconds, as timestamp-millis fields are; the rest is in the raw column. */
export function computedColumn(field: string): string {
  return `${quoteIdentifier(field)} AS CAST(TO_TIMESTAMP_LTZ(${quoteIdentifier(rawColumn(field))} / 1000, 3) AS TIMESTAMP(3))`;
}

/** The reader schema: as declared, but for the fields named, which become plain longs under their raw column's name. */
export function readerSchema(schema: unknown, fields: readonly string[]): unknown {
  if (!isObject(schema) || !Array.isArray(schema['fields'])) return schema;
  const renamed = schema['fields'].map((field: unknown) => {
    if (!isObject(field) || typeof field['name'] !== 'string' || !fields.includes(field['name'])) return field;
    const { name, type } = field;
    const aliases = [name, ...(Array.isArray(field['aliases']) ? field['aliases'] : [])];
    const raw = Array.isArray(type) ? type.map((branch) => (branch === 'null' ? branch : 'long')) : 'long';
    return { ...field, name: rawColumn(field['name']), type: raw, aliases };
  });
  return { ...schema, fields: renamed };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
