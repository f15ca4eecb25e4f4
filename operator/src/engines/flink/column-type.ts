// Which column type an Avro type becomes, and which types Flink 1.19's avro-confluent format cannot carry.
// With the option avro-confluent.schema the format demands exactly these types (AvroSchemaConverter.convertToDataType with
// its legacy mapping), nullability included. What was seen to fail or to be silently wrong on 1.19.1 is refused here.
import type { AvroPrimitive, AvroType, LogicalType } from '../avro-schema.ts';
import { JobSpecError } from '../errors.ts';

/** Read: a source table. Write: a sink, where more types fail in Flink's serializer. */
export type Direction = 'Read' | 'Write';

const plain: Readonly<Record<Exclude<AvroPrimitive, 'null'>, string>> = {
  boolean: 'BOOLEAN',
  int: 'INT',
  long: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  bytes: 'BYTES',
  string: 'STRING',
};

/**
 * The SQL type of an Avro type, with NOT NULL where the schema allows no null. Fields of an optional record are all
 * nullable: the planner makes them so, whatever the table declares (optional-records.ts).
 * @param path where the type stands in the schema, for the error
 * @param isInOptional whether it is a field of a record that may be null
 * @throws JobSpecError `SchemaInvalid` naming the path and what to use instead
 */
export function columnType(type: AvroType, path: string, direction: Direction, isInOptional = false): string {
  if (type.kind === 'union') {
    const branches = type.branches.filter((branch) => !isNull(branch));
    const [only] = branches;
    if (only === undefined || branches.length > 1 || type.branches.length !== 2) {
      throw unsupported(path, 'a union other than of null and one type', 'a nullable field for each branch');
    }
    return nullableType(only, path, direction, true);
  }
  if (!isInOptional) return `${nullableType(type, path, direction, false)} NOT NULL`;
  if (direction === 'Write') {
    throw unsupported(
      path,
      'a required field of an optional record in a topic that the job writes',
      'an optional field, or make the record required',
    );
  }
  return nullableType(type, path, direction, true);
}

function nullableType(type: AvroType, path: string, direction: Direction, isOptional: boolean): string {
  switch (type.kind) {
    case 'primitive':
      return primitiveType(type.type, type.logical, path);
    case 'fixed':
      return fixedType(type.size, type.logical, path, direction);
    case 'enum':
      if (direction === 'Write') throw unsupported(path, 'an enum in a topic that the job writes', 'a string');
      return 'STRING';
    case 'array':
      return `ARRAY<${columnType(type.items, `${path}[]`, direction)}>`;
    case 'map':
      return `MAP<STRING NOT NULL, ${columnType(type.values, `${path}{}`, direction)}>`;
    case 'record': {
      if (type.fields.length === 0) throw unsupported(path, 'a record without fields', 'a record with a field');
      const fields = type.fields.map(
        (field) => `\`${field.name}\` ${columnType(field.type, `${path}.${field.name}`, direction, isOptional)}`,
      );
      return `ROW<${fields.join(', ')}>`;
    }
    case 'recursion':
      throw unsupported(path, `a record that contains itself (${type.name})`, 'a bounded structure');
    case 'union':
      throw unsupported(path, 'a union inside a union', 'one union');
  }
}

function primitiveType(type: AvroPrimitive, logical: LogicalType | undefined, path: string): string {
  if (type === 'null') throw unsupported(path, 'the type null alone', 'a union of null and a type');
  switch (`${type} ${logical?.name ?? ''}`) {
    case 'bytes decimal':
      return decimalType(logical, path);
    case 'int date':
      return 'DATE';
    case 'int time-millis':
      // The format wants TIME(3), and the planner makes TIME(0) of every TIME that a table declares.
      throw unsupported(path, 'time-millis, which no table of Flink 1.19 can declare', 'an int of milliseconds');
    case 'long timestamp-millis':
      return 'TIMESTAMP(3)';
    case 'long time-micros':
      throw unsupported(path, 'time-micros, which Flink 1.19 cannot read', 'a long of microseconds');
    case 'long timestamp-micros':
      throw unsupported(
        path,
        'timestamp-micros here: Flink 1.19 takes its number for milliseconds; only a top-level field of a topic that is read is converted',
        'timestamp-millis',
      );
    default:
      return plain[type];
  }
}

function fixedType(size: number, logical: LogicalType | undefined, path: string, direction: Direction): string {
  if (logical?.name === 'duration') throw unsupported(path, 'the logical type duration', 'a long of milliseconds');
  if (direction === 'Write') throw unsupported(path, 'a fixed in a topic that the job writes', 'bytes');
  return logical?.name === 'decimal' ? decimalType(logical, path) : `VARBINARY(${size})`;
}

function decimalType(logical: LogicalType | undefined, path: string): string {
  const { precision, scale } = logical ?? { precision: 0, scale: 0 };
  if (precision < 1 || precision > 38) {
    throw unsupported(path, `a decimal of precision ${precision}`, 'a precision from 1 to 38');
  }
  return `DECIMAL(${precision}, ${scale})`;
}

function isNull(type: AvroType): boolean {
  return type.kind === 'primitive' && type.type === 'null';
}

function unsupported(path: string, what: string, instead: string): JobSpecError {
  return new JobSpecError('SchemaInvalid', path, `field ${path} is ${what}: use ${instead}`);
}
