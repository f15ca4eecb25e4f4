// Top-level timestamp-micros fields of topics that are read. Flink 1.19 would take their number for milliseconds, so it is
// given a reader schema where the field is a plain long under another name (the alias binds it), and a computed column.
import type { AvroType } from './avro-schema.ts';
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
export function readerSchema(schemaText: string, fields: readonly string[]): string {
  const schema: { fields: { name: string; type: unknown; aliases?: unknown }[] } = JSON.parse(schemaText);
  const renamed = schema.fields.map((field) => {
    if (!fields.includes(field.name)) return field;
    const aliases = [field.name, ...(Array.isArray(field.aliases) ? field.aliases : [])];
    const type = Array.isArray(field.type) ? field.type.map((branch) => (branch === 'null' ? branch : 'long')) : 'long';
    return { ...field, name: rawColumn(field.name), type, aliases };
  });
  return JSON.stringify({ ...schema, fields: renamed });
}
