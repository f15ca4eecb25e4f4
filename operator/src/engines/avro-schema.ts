// Reads an Avro schema's JSON into a tree with names resolved; decides nothing about an engine. Unions keep their branches.
import { JobSpecError } from './errors.ts';

export type AvroType =
  | { readonly kind: 'primitive'; readonly type: AvroPrimitive; readonly logical: LogicalType | undefined }
  | { readonly kind: 'fixed'; readonly size: number; readonly logical: LogicalType | undefined }
  | { readonly kind: 'enum'; readonly symbols: readonly string[] }
  | { readonly kind: 'array'; readonly items: AvroType }
  | { readonly kind: 'map'; readonly values: AvroType }
  | { readonly kind: 'union'; readonly branches: readonly AvroType[] }
  | AvroRecord
  | { readonly kind: 'recursion'; readonly name: string };

export interface AvroRecord {
  readonly kind: 'record';
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly type: AvroType }[];
}

export interface LogicalType {
  readonly name: string;
  readonly precision: number;
  readonly scale: number;
}

const primitives = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const;
export type AvroPrimitive = (typeof primitives)[number];

type Json = Readonly<Record<string, unknown>>;
interface Scope {
  readonly namespace: string;
  readonly path: string;
  /** Definitions by full name; one being read has no type yet: a reference to it is recursion. */
  readonly named: Map<string, AvroType | undefined>;
}

/**
 * Parses a schema's text.
 * @throws JobSpecError `SchemaInvalid` naming the path of what is not Avro
 */
export function parseAvroSchema(text: string): AvroType {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw notAvro('', `is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  return readType(json, { namespace: '', path: '', named: new Map() });
}

function readType(json: unknown, scope: Scope): AvroType {
  if (typeof json === 'string') return readName(json, undefined, scope);
  if (Array.isArray(json)) return { kind: 'union', branches: json.map((branch) => readType(branch, scope)) };
  if (!isObject(json)) throw notAvro(scope.path, 'is neither a type name, an object nor a union');
  switch (json['type']) {
    case 'record':
    case 'error':
      return define(json, scope, (inner) => readRecord(json, inner));
    case 'enum':
      return define(json, scope, () => ({ kind: 'enum', symbols: strings(json['symbols']) }));
    case 'fixed':
      return define(json, scope, () => readFixed(json, scope));
    case 'array':
      return { kind: 'array', items: readType(json['items'], { ...scope, path: `${scope.path}[]` }) };
    case 'map':
      return { kind: 'map', values: readType(json['values'], { ...scope, path: `${scope.path}{}` }) };
    default:
      return typeof json['type'] === 'string'
        ? readName(json['type'], logicalType(json), scope)
        : readType(json['type'], scope);
  }
}

function readName(name: string, logical: LogicalType | undefined, scope: Scope): AvroType {
  const primitive = primitives.find((candidate) => candidate === name);
  if (primitive !== undefined) return { kind: 'primitive', type: primitive, logical };
  const full = name.includes('.') || scope.namespace === '' ? name : `${scope.namespace}.${name}`;
  const found = scope.named.has(full) ? full : name;
  if (!scope.named.has(found)) throw notAvro(scope.path, `names the type ${name}, which is not defined before it`);
  return scope.named.get(found) ?? { kind: 'recursion', name: found };
}

function define(json: Json, scope: Scope, read: (inner: Scope) => AvroType): AvroType {
  const name = json['name'];
  if (typeof name !== 'string' || name === '') throw notAvro(scope.path, `is a ${String(json['type'])} without a name`);
  const dot = name.lastIndexOf('.');
  const own = typeof json['namespace'] === 'string' ? json['namespace'] : scope.namespace;
  const namespace = dot >= 0 ? name.slice(0, dot) : own;
  const full = dot >= 0 || namespace === '' ? name : `${namespace}.${name}`;
  scope.named.set(full, undefined);
  const type = read({ ...scope, namespace });
  scope.named.set(full, type);
  return type;
}

function readRecord(json: Json, scope: Scope): AvroRecord {
  const fields = json['fields'];
  if (!Array.isArray(fields)) throw notAvro(scope.path, 'is a record without fields');
  return {
    kind: 'record',
    name: String(json['name']),
    fields: fields.map((field: unknown) => {
      const name = isObject(field) ? field['name'] : undefined;
      if (!isObject(field) || typeof name !== 'string') throw notAvro(scope.path, 'has a field without a name');
      const path = scope.path === '' ? name : `${scope.path}.${name}`;
      return { name, type: readType(field['type'], { ...scope, path }) };
    }),
  };
}

function readFixed(json: Json, scope: Scope): AvroType {
  const size = json['size'];
  if (typeof size !== 'number') throw notAvro(scope.path, 'is a fixed without a size');
  return { kind: 'fixed', size, logical: logicalType(json) };
}

function logicalType(json: Json): LogicalType | undefined {
  const name = json['logicalType'];
  if (typeof name !== 'string') return undefined;
  const number = (value: unknown) => (typeof value === 'number' ? value : 0);
  return { name, precision: number(json['precision']), scale: number(json['scale']) };
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function notAvro(path: string, what: string): JobSpecError {
  return new JobSpecError('SchemaInvalid', path, `${path === '' ? 'the schema' : `field ${path}`} ${what}`);
}
