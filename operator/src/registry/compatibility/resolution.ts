// Whether what one Avro schema wrote can be read by another, by the specification's schema resolution, and if not, every
// place where it breaks. Pure.
// https://avro.apache.org/docs/1.12.0/specification/#schema-resolution
import type { AvroType, EnumType, Field, FixedType, RecordType, UnionType } from './model.ts';

export type Break = {
  /** Such as `OrderPlaced.items[].price`; `{}`: a map's values, `<Card>`: a union's branch. */ readonly path: string;
} & (
  | { readonly rule: 'TypeMismatch'; readonly writer: string; readonly reader: string }
  | { readonly rule: 'NameMismatch'; readonly writer: string; readonly reader: string }
  | { readonly rule: 'MissingDefault' }
  | { readonly rule: 'MissingSymbols'; readonly symbols: readonly string[] }
  | { readonly rule: 'FixedSize'; readonly writer: string; readonly reader: string }
  | { readonly rule: 'DecimalMismatch'; readonly writer: string; readonly reader: string }
  | { readonly rule: 'MissingBranch'; readonly branch: string; readonly reader: string }
  /** Nobody knows: it would take too long to find out. */
  | { readonly rule: 'TooComplex' }
);

/** A writer's type may be read as each of these, too. */
const promotions: Readonly<Record<string, readonly string[]>> = {
  int: ['long', 'float', 'double'],
  long: ['float', 'double'],
  float: ['double'],
  string: ['bytes'],
  bytes: ['string'],
};
/** More are not told: whoever mends ten sees the next ones then. */
const maxBreaks = 100;
/**
 * Unions of records that are named alike but for their namespaces are tried one by one, at each level of nesting anew. This
 * is ten times what a schema of a megabyte takes without them.
 */
const maxSteps = 1_000_000;

/** All places, in the order of the reader's fields; empty: all that the writer writes can be read. */
export function breaksBetween(writer: AvroType, reader: AvroType): readonly Break[] {
  return new Resolution().resolve(writer, reader, titleOf(reader)).slice(0, maxBreaks);
}

class Resolution {
  /** Pairs under way or done: a pair that comes again adds nothing that was not told at its first place. */
  readonly #seen: Map<AvroType, Set<AvroType>>;
  readonly #steps: { left: number };

  constructor(seen: ReadonlyMap<AvroType, ReadonlySet<AvroType>> = new Map(), steps = { left: maxSteps }) {
    this.#seen = new Map([...seen].map(([writer, readers]) => [writer, new Set(readers)]));
    this.#steps = steps;
    steps.left -= seen.size;
  }

  resolve(writer: AvroType, reader: AvroType, path: string): readonly Break[] {
    if (this.#steps.left-- <= 0) return [{ path, rule: 'TooComplex' }];
    // The writer's branches are written one at a time, and each must be readable.
    if (writer.kind === 'union') {
      return writer.branches.flatMap((branch) =>
        reader.kind === 'union' ? this.#intoUnion(branch, reader, path) : this.resolve(branch, reader, path),
      );
    }
    if (reader.kind === 'union') return this.#intoUnion(writer, reader, path);
    return this.#resolveSingle(writer, reader, path);
  }

  #resolveSingle(
    writer: Exclude<AvroType, UnionType>,
    reader: Exclude<AvroType, UnionType>,
    path: string,
  ): readonly Break[] {
    if (writer.kind === 'record' && reader.kind === 'record') return this.#records(writer, reader, path);
    if (writer.kind === 'enum' && reader.kind === 'enum') return enums(writer, reader, path);
    if (writer.kind === 'fixed' && reader.kind === 'fixed') return fixeds(writer, reader, path);
    if (writer.kind === 'array' && reader.kind === 'array') {
      return this.resolve(writer.items, reader.items, `${path}[]`);
    }
    if (writer.kind === 'map' && reader.kind === 'map') return this.resolve(writer.values, reader.values, `${path}{}`);
    if (writer.kind === reader.kind) return decimals(writer, reader, path);
    if (promotions[writer.kind]?.includes(reader.kind)) return [];
    return [{ path, rule: 'TypeMismatch', writer: typeName(writer), reader: typeName(reader) }];
  }

  #records(writer: RecordType, reader: RecordType, path: string): readonly Break[] {
    if (!isNamedAlike(writer, reader)) {
      return [{ path, rule: 'NameMismatch', writer: writer.fullName, reader: reader.fullName }];
    }
    const readers = this.#seen.get(writer) ?? new Set();
    if (readers.has(reader)) return [];
    this.#seen.set(writer, readers.add(reader));
    const writtenFields = new Map(writer.fields.map((field) => [field.name, field]));
    return reader.fields.flatMap((field): readonly Break[] => {
      const place = `${path}.${field.name}`;
      const written = writtenField(writtenFields, field);
      if (written) return this.resolve(written.type, field.type, place);
      return field.hasDefault ? [] : [{ path: place, rule: 'MissingDefault' }];
    });
  }

  /** The branch that the value is read as: of the very name, else of the same kind, else one it is promoted to. */
  #intoUnion(writer: AvroType, reader: UnionType, path: string): readonly Break[] {
    const branches = reader.branches;
    const exact = branches.find((branch) => isExact(writer, branch));
    if (exact) return this.resolve(writer, exact, within(path, exact));
    const alike = branches.filter((branch) => isAlike(writer, branch));
    const attempts = alike.map((branch) =>
      new Resolution(this.#seen, this.#steps).resolve(writer, branch, within(path, branch)),
    );
    const [first] = attempts;
    if (first) return attempts.find((breaks) => breaks.length === 0) ?? first;
    if (branches.some((branch) => promotions[writer.kind]?.includes(branch.kind))) return [];
    const told = branches.map(typeName).join(', ');
    return [{ path, rule: 'MissingBranch', branch: typeName(writer), reader: told }];
  }
}

/** By its name, or by a name that it had. */
function writtenField(fields: ReadonlyMap<string, Field>, { name, aliases }: Field): Field | undefined {
  return [name, ...aliases].map((each) => fields.get(each)).find((field) => field !== undefined);
}

function enums(writer: EnumType, reader: EnumType, path: string): readonly Break[] {
  if (!isNamedAlike(writer, reader)) {
    return [{ path, rule: 'NameMismatch', writer: writer.fullName, reader: reader.fullName }];
  }
  const symbols = writer.symbols.filter((symbol) => !reader.symbols.includes(symbol));
  return symbols.length === 0 || reader.default !== undefined ? [] : [{ path, rule: 'MissingSymbols', symbols }];
}

function fixeds(writer: FixedType, reader: FixedType, path: string): readonly Break[] {
  if (!isNamedAlike(writer, reader)) {
    return [{ path, rule: 'NameMismatch', writer: writer.fullName, reader: reader.fullName }];
  }
  if (writer.size !== reader.size) {
    return [{ path, rule: 'FixedSize', writer: String(writer.size), reader: String(reader.size) }];
  }
  return decimals(writer, reader, path);
}

/** Two decimals match if their scales and precisions do; beside anything else it is the bytes that count. */
function decimals(writer: AvroType, reader: AvroType, path: string): readonly Break[] {
  const [from, to] = [writer, reader].map((type) => ('decimal' in type ? type.decimal : undefined));
  if (!from || !to || (from.precision === to.precision && from.scale === to.scale)) return [];
  const told = ({ precision, scale }: { readonly precision: number; readonly scale: number }) =>
    `decimal(${precision}, ${scale})`;
  return [{ path, rule: 'DecimalMismatch', writer: told(from), reader: told(to) }];
}

/** Names match without their namespaces, or by an alias of the reader. */
function isNamedAlike(writer: EnumType | FixedType | RecordType, reader: EnumType | FixedType | RecordType): boolean {
  return writer.name === reader.name || reader.aliases.includes(writer.fullName);
}

function isExact(writer: AvroType, branch: AvroType): boolean {
  if (writer.kind !== branch.kind) return false;
  return !('fullName' in writer && 'fullName' in branch) || writer.fullName === branch.fullName;
}

function isAlike(writer: AvroType, branch: AvroType): boolean {
  return writer.kind === branch.kind && 'fullName' in writer && 'fullName' in branch && isNamedAlike(writer, branch);
}

function titleOf(type: AvroType): string {
  return 'fullName' in type ? type.name : type.kind;
}

/** Primitive branches need no place of their own: `null` and the one type are what most unions are. */
function within(path: string, branch: AvroType): string {
  return 'fullName' in branch ? `${path}<${branch.name}>` : path;
}

function typeName(type: AvroType): string {
  if ('fullName' in type) return `${type.kind} ${type.fullName}`;
  if (type.kind === 'union') return type.branches.map(typeName).join(' or ');
  return type.kind;
}
