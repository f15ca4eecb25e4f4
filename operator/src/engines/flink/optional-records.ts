// Records that may be null, in topics that are read. Flink's planner makes every field of a nullable ROW nullable, and the
// format then finds the table unlike its schema; so it is given a reader schema where those fields are optional too.
// What was written still fits: Avro reads a value of a type into a union that holds the type.

import type { AvroType } from '../avro-schema.ts';

type Json = Readonly<Record<string, unknown>>;

interface Scope {
  readonly namespace: string;
  /** What the schema defines, by full name, with the namespace its inner names are resolved in. */
  readonly definitions: Map<string, { readonly json: Json; readonly namespace: string }>;
  /** Full names that the result has defined so far: a type is written out once and named after that. */
  readonly written: Set<string>;
}

/** Ends the name of the optional variant of a record, which may stand beside the record itself. */
const suffix = '__optional';

export function hasOptionalRecord(type: AvroType): boolean {
  switch (type.kind) {
    case 'union':
      return type.branches.some((branch) => branch.kind === 'record' || hasOptionalRecord(branch));
    case 'array':
      return hasOptionalRecord(type.items);
    case 'map':
      return hasOptionalRecord(type.values);
    case 'record':
      return type.fields.some((field) => hasOptionalRecord(field.type));
    default:
      return false;
  }
}

/** The schema with the fields of optional records optional and names written in full. */
export function withOptionalFields(schema: unknown): unknown {
  const definitions: Scope['definitions'] = new Map();
  collect(schema, '', definitions);
  return rewrite(schema, false, { namespace: '', definitions, written: new Set() });
}

function collect(type: unknown, namespace: string, definitions: Scope['definitions']): void {
  if (Array.isArray(type)) {
    for (const branch of type) collect(branch, namespace, definitions);
  } else if (isObject(type)) {
    const named = typeof type['name'] === 'string' ? nameOf(type, namespace) : undefined;
    if (named) definitions.set(named.full, { json: type, namespace: named.namespace });
    const inner = named?.namespace ?? namespace;
    for (const field of fieldsOf(type)) collect(field['type'], inner, definitions);
    for (const part of ['items', 'values', 'type']) collect(type[part], inner, definitions);
  }
}

function rewrite(type: unknown, isOptional: boolean, scope: Scope): unknown {
  if (Array.isArray(type)) {
    const isNullable = type.includes('null');
    return type.map((branch) => rewrite(branch, isNullable, scope));
  }
  if (typeof type === 'string') {
    const full = resolve(type, scope);
    const definition = scope.definitions.get(full);
    if (!definition) return type;
    return rewriteNamed(full, definition.json, isOptional, { ...scope, namespace: definition.namespace });
  }
  if (!isObject(type)) return type;
  if (typeof type['name'] === 'string') {
    const { full, namespace } = nameOf(type, scope.namespace);
    return rewriteNamed(full, type, isOptional, { ...scope, namespace });
  }
  if (type['type'] === 'array') return { ...type, items: rewrite(type['items'], false, scope) };
  if (type['type'] === 'map') return { ...type, values: rewrite(type['values'], false, scope) };
  return isObject(type['type']) || Array.isArray(type['type']) ? rewrite(type['type'], isOptional, scope) : type;
}

function rewriteNamed(full: string, json: Json, isOptional: boolean, scope: Scope): unknown {
  const isRecord = json['type'] === 'record';
  const name = isRecord && isOptional ? `${full}${suffix}` : full;
  if (scope.written.has(name)) return name;
  scope.written.add(name);
  const { namespace: _, ...rest } = json;
  if (!isRecord) return { ...rest, name };
  const fields = fieldsOf(json).map((field) => ({
    ...field,
    type: isOptional ? optional(field['type'], scope) : rewrite(field['type'], false, scope),
  }));
  return { ...rest, name, fields };
}

/** The type first: a default that the field has must be of the first branch. */
function optional(type: unknown, scope: Scope): unknown {
  return Array.isArray(type) ? rewrite(type, true, scope) : [rewrite(type, true, scope), 'null'];
}

function fieldsOf(type: Json): readonly Json[] {
  return Array.isArray(type['fields']) ? type['fields'].filter(isObject) : [];
}

function nameOf(json: Json, enclosing: string): { readonly full: string; readonly namespace: string } {
  const name = String(json['name']);
  const dot = name.lastIndexOf('.');
  if (dot >= 0) return { full: name, namespace: name.slice(0, dot) };
  const namespace = typeof json['namespace'] === 'string' ? json['namespace'] : enclosing;
  return { full: namespace === '' ? name : `${namespace}.${name}`, namespace };
}

function resolve(name: string, { namespace, definitions }: Scope): string {
  const full = name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
  return definitions.has(full) ? full : name;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
