// The canonical form of an Avro schema: parsed JSON, names resolved, keys sorted, and of all there is only `doc` left
// out. Avro's own Parsing Canonical Form drops defaults, aliases and logical types, which readers depend on. Pure.
import { createHash } from 'node:crypto';
import type { SchemaReference } from '../api/index.ts';

/** https://avro.apache.org/docs/1.12.0/specification/#primitive-types */
const primitives = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']);
const named = new Set(['record', 'error', 'enum', 'fixed']);

/** 16 hex digits: equal for two texts of which no reader or writer can tell one from the other. Takes parsed JSON. */
export function fingerprintOf(schema: unknown, references: readonly SchemaReference[] = []): string {
  return digestOf(canonicalForm(schema), references);
}

/** 16 hex digits of a canonical form and of what it references, in whatever order. */
export function digestOf(form: unknown, references: readonly SchemaReference[]): string {
  const used = references.map(({ name, subject, version }) => JSON.stringify([name, subject, version])).sort();
  return createHash('sha256')
    .update(JSON.stringify(used.length === 0 ? form : [form, used]))
    .digest('hex')
    .slice(0, 16);
}

export function canonicalForm(schema: unknown): unknown {
  return formOf(schema, '');
}

/** `namespace`: the one around, that names without a dot belong to. */
function formOf(schema: unknown, namespace: string): unknown {
  if (typeof schema === 'string') return primitives.has(schema) ? schema : fullName(schema, namespace);
  if (Array.isArray(schema)) return schema.map((branch) => formOf(branch, namespace));
  if (!isRecord(schema)) return schema;
  const { type } = schema;
  // {"type": {"type": "array", …}} and {"type": "string"} alone say no more than what they wrap.
  if (Object.keys(schema).filter((key) => key !== 'doc').length === 1 && type !== undefined)
    return formOf(type, namespace);
  if (typeof type !== 'string' || !named.has(type))
    return sorted(schema, (key, value) => memberOf(key, value, namespace));
  const name = fullName(String(schema['name']), textOf(schema['namespace']) ?? namespace);
  const inner = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : '';
  const { namespace: _, ...members } = schema;
  return sorted({ ...members, name }, (key, value) => {
    if (key === 'name' || key === 'type') return value;
    if (key === 'aliases' && Array.isArray(value)) return value.map((alias) => fullName(String(alias), inner));
    if (key === 'fields' && Array.isArray(value)) return value.map((field) => fieldOf(field, inner));
    return value;
  });
}

function fieldOf(field: unknown, namespace: string): unknown {
  if (!isRecord(field)) return field;
  return sorted(field, (key, value) => (key === 'type' ? formOf(value, namespace) : value));
}

/** Members of arrays, maps and annotated primitives. */
function memberOf(key: string, value: unknown, namespace: string): unknown {
  return key === 'type' || key === 'items' || key === 'values' ? formOf(value, namespace) : value;
}

/** Keys sorted and all kept: a default's own keys are data and may be called `doc`, custom properties count too. */
export function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (!isRecord(value)) return value;
  return Object.fromEntries(entriesOf(value).map(([key, member]) => [key, sortedKeys(member)]));
}

function sorted(schema: Record<string, unknown>, map: (key: string, value: unknown) => unknown): unknown {
  const kept = entriesOf(schema).filter(([key]) => key !== 'doc');
  return Object.fromEntries(kept.map(([key, value]) => [key, sortedKeys(map(key, value))]));
}

function entriesOf(record: Record<string, unknown>): readonly (readonly [string, unknown])[] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' || primitives.has(name) ? name : `${namespace}.${name}`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
