// An Avro schema with its names resolved: a graph, since a record may hold itself. Pure.
// https://avro.apache.org/docs/1.12.0/specification/

export type Primitive = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string';

export interface Decimal {
  readonly precision: number;
  readonly scale: number;
}

interface Named {
  /** Without its namespace. */
  readonly name: string;
  readonly fullName: string;
  /** With their namespaces. */
  readonly aliases: readonly string[];
}

export interface PrimitiveType {
  readonly kind: Primitive;
  /** Of bytes alone, where the schema says that they are a number. */
  readonly decimal?: Decimal;
}

export interface ArrayType {
  readonly kind: 'array';
  readonly items: AvroType;
}

export interface MapType {
  readonly kind: 'map';
  readonly values: AvroType;
}

export interface UnionType {
  readonly kind: 'union';
  readonly branches: readonly AvroType[];
}

export interface EnumType extends Named {
  readonly kind: 'enum';
  readonly symbols: readonly string[];
  /** What a symbol that is not known is read as. */
  readonly default?: string;
}

export interface FixedType extends Named {
  readonly kind: 'fixed';
  readonly size: number;
  readonly decimal?: Decimal;
}

export interface Field {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly type: AvroType;
  readonly hasDefault: boolean;
}

export interface RecordType extends Named {
  readonly kind: 'record';
  readonly fields: readonly Field[];
}

export type AvroType = PrimitiveType | ArrayType | MapType | UnionType | EnumType | FixedType | RecordType;

const primitives: ReadonlySet<string> = new Set([
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
] satisfies Primitive[]);

/**
 * Takes parsed JSON that is a schema; its names may stand for types of `known`, each of which comes after those that it
 * uses itself. Throws an Error where it is none after all.
 */
export function modelOf(schema: unknown, known: readonly unknown[] = []): AvroType {
  const reader = new Reader();
  for (const each of known) reader.typeOf(each, '');
  return reader.typeOf(schema, '');
}

type Json = Readonly<Record<string, unknown>>;

class Reader {
  readonly #named = new Map<string, AvroType>();

  typeOf(schema: unknown, namespace: string): AvroType {
    if (typeof schema === 'string') return this.#byName(schema, namespace);
    if (Array.isArray(schema)) {
      return { kind: 'union', branches: schema.map((branch) => this.typeOf(branch, namespace)) };
    }
    if (!isJson(schema)) throw new Error(`${JSON.stringify(schema)} is not a schema`);
    const { type } = schema;
    switch (type) {
      case 'record':
      case 'error':
        return this.#record(schema, namespace);
      case 'enum':
        return this.#declare({
          kind: 'enum',
          ...namesOf(schema, namespace),
          symbols: listOf(schema['symbols']),
          ...(typeof schema['default'] === 'string' ? { default: schema['default'] } : {}),
        });
      case 'fixed':
        return this.#declare({
          kind: 'fixed',
          ...namesOf(schema, namespace),
          size: Number(schema['size']),
          ...decimalOf(schema, digitsIn(Number(schema['size']))),
        });
      case 'array':
        return { kind: 'array', items: this.typeOf(schema['items'], namespace) };
      case 'map':
        return { kind: 'map', values: this.typeOf(schema['values'], namespace) };
      case 'bytes':
        return { kind: 'bytes', ...decimalOf(schema) };
      default:
        return this.typeOf(type, namespace);
    }
  }

  #byName(name: string, namespace: string): AvroType {
    if (isPrimitive(name)) return { kind: name };
    const known = this.#named.get(fullName(name, namespace)) ?? this.#named.get(name);
    if (known) return known;
    throw new Error(`type ${name} is not declared`);
  }

  /** Known by its name before its fields are read: they may hold it again. */
  #record(schema: Json, namespace: string): AvroType {
    const names = namesOf(schema, namespace);
    const fields: Field[] = [];
    const record = this.#declare({ kind: 'record', ...names, fields });
    const inner = namespaceOf(names.fullName);
    for (const field of itemsOf(schema['fields'])) {
      fields.push({
        name: String(field['name']),
        aliases: listOf(field['aliases']),
        type: this.typeOf(field['type'], inner),
        hasDefault: Object.hasOwn(field, 'default'),
      });
    }
    return record;
  }

  #declare(type: EnumType | FixedType | RecordType): AvroType {
    this.#named.set(type.fullName, type);
    return type;
  }
}

function namesOf(schema: Json, namespace: string): Named {
  const own = typeof schema['namespace'] === 'string' ? schema['namespace'] : namespace;
  const full = fullName(String(schema['name']), own);
  const inner = namespaceOf(full);
  return {
    name: full.slice(full.lastIndexOf('.') + 1),
    fullName: full,
    aliases: listOf(schema['aliases']).map((alias) => fullName(alias, inner)),
  };
}

/** One that is not as the specification has it is ignored: the type below stands. `maxPrecision`: what a fixed can hold. */
function decimalOf(schema: Json, maxPrecision = Number.POSITIVE_INFINITY): { readonly decimal?: Decimal } {
  const { logicalType, precision, scale = 0 } = schema;
  if (logicalType !== 'decimal' || !isWhole(precision) || !isWhole(scale)) return {};
  if (precision < 1 || precision > maxPrecision || scale > precision) return {};
  return { decimal: { precision, scale } };
}

/** The most decimal digits that two's complement in so many bytes holds. */
function digitsIn(bytes: number): number {
  return Math.floor(Math.log10(2) * (8 * bytes - 1));
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

function namespaceOf(full: string): string {
  return full.includes('.') ? full.slice(0, full.lastIndexOf('.')) : '';
}

function isPrimitive(name: string): name is Primitive {
  return primitives.has(name);
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function itemsOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
