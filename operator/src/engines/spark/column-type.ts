// Which column type an Avro type becomes in Spark, and which types are refused because they would be something else than
// on the other engine or lose what they mean. Pure.
import type { AvroPrimitive, AvroType, LogicalType } from '../avro-schema.ts';
import { JobSpecError } from '../errors.ts';

const plain: Readonly<Record<Exclude<AvroPrimitive, 'null'>, string>> = {
  boolean: 'BOOLEAN',
  int: 'INT',
  long: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  bytes: 'BINARY',
  string: 'STRING',
};

/** By primitive and logical type; a logical type that is not here leaves the primitive as it is, as Avro demands. */
const logical: Readonly<Record<string, string>> = {
  'int date': 'DATE',
  'long timestamp-millis': 'TIMESTAMP',
  'long timestamp-micros': 'TIMESTAMP',
  'long local-timestamp-millis': 'TIMESTAMP_NTZ',
  'long local-timestamp-micros': 'TIMESTAMP_NTZ',
};

/** Spark has no type for them, and a bare number would be read as what it is not. */
const refusedLogical = ['time-millis', 'time-micros', 'timestamp-nanos', 'local-timestamp-nanos', 'duration'];

export interface Column {
  readonly type: string;
  readonly isNullable: boolean;
}

/**
 * The SQL type of an Avro type, as Spark's `from_avro` makes it and `to_avro` takes it.
 * @param path where the type stands in the schema, for the error
 * @throws JobSpecError `SchemaInvalid` naming the path and what to use instead
 */
export function columnOf(type: AvroType, path: string): Column {
  if (type.kind !== 'union') return { type: typeName(type, path), isNullable: false };
  const branches = type.branches.filter((branch) => !isNull(branch));
  const [only] = branches;
  if (only === undefined || branches.length > 1 || type.branches.length !== 2) {
    throw unsupported(path, 'a union other than of null and one type', 'a nullable field for each branch');
  }
  return { type: typeName(only, path), isNullable: true };
}

function typeName(type: AvroType, path: string): string {
  switch (type.kind) {
    case 'primitive':
      return primitiveType(type.type, type.logical, path);
    case 'fixed':
      return type.logical ? logicalFixed(type.logical, path) : 'BINARY';
    case 'enum':
      return 'STRING';
    case 'array':
      return `ARRAY<${columnOf(type.items, `${path}[]`).type}>`;
    case 'map':
      return `MAP<STRING, ${columnOf(type.values, `${path}{}`).type}>`;
    case 'record': {
      const fields = type.fields.map(({ name, type: inner }) => {
        const column = columnOf(inner, `${path}.${name}`);
        return `\`${name}\`: ${column.type}${column.isNullable ? '' : ' NOT NULL'}`;
      });
      return `STRUCT<${fields.join(', ')}>`;
    }
    case 'recursion':
      throw unsupported(path, `a record that contains itself (${type.name})`, 'an array of flat records');
    case 'union':
      throw unsupported(path, 'a union within a union', 'one union');
  }
}

function primitiveType(type: AvroPrimitive, meaning: LogicalType | undefined, path: string): string {
  if (type === 'null') throw unsupported(path, 'null', 'a union of null and a type');
  if (meaning === undefined) return plain[type];
  if (type === 'bytes' && meaning.name === 'decimal') return decimal(meaning, path);
  refuse(meaning, path);
  return logical[`${type} ${meaning.name}`] ?? plain[type];
}

function logicalFixed(meaning: LogicalType, path: string): string {
  if (meaning.name === 'decimal') return decimal(meaning, path);
  refuse(meaning, path);
  return 'BINARY';
}

function refuse({ name }: LogicalType, path: string): void {
  if (!refusedLogical.includes(name)) return;
  const instead =
    name === 'duration' ? 'a long of milliseconds' : 'timestamp-micros, or a number without a logical type';
  throw unsupported(path, `the logical type ${name}`, instead);
}

function decimal({ precision, scale }: LogicalType, path: string): string {
  if (precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision) return `DECIMAL(${precision}, ${scale})`;
  throw unsupported(path, `a decimal of precision ${precision} and scale ${scale}`, 'a precision of 1 to 38');
}

function isNull(type: AvroType): boolean {
  return type.kind === 'primitive' && type.type === 'null';
}

function unsupported(path: string, what: string, instead: string): JobSpecError {
  return new JobSpecError(
    'SchemaInvalid',
    path,
    `field ${path} is ${what}, which a table on Spark cannot have: use ${instead}`,
  );
}
