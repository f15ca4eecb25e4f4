// Test support: what breaks an EventService's own schema, by the schema: a value too long, too great, of another type, of
// no choice, a field that is missing or unknown. The API server refuses every one of them.
import { asNode, type SchemaNode, schemaOf, toStructural } from '../../api/generate/structural.ts';
import { eventServiceKind, kinds } from '../../api/v1alpha1/kinds.ts';

export interface Violation {
  /** Such as `replicas: 1001`. */
  readonly what: string;
  /** The spec with it. */
  readonly spec: unknown;
}

type Path = readonly (string | number)[];

interface Broken {
  readonly path: Path;
  /** Undefined: the field is taken away. */
  readonly value: unknown;
  readonly why: string;
}

/** Every way to break this spec in one place. */
export function violationsOf(spec: unknown): readonly Violation[] {
  return brokenAt(specSchema(), spec, []).map(({ path, value, why }) => ({
    what: `${path.join('.') || 'spec'}: ${why}`,
    spec: withValue(spec, path, value),
  }));
}

function specSchema(): SchemaNode {
  const kind = kinds.find(({ descriptor }) => descriptor === eventServiceKind);
  if (!kind) throw new RangeError('EventService is none of the kinds');
  return asNode(asNode(toStructural(schemaOf(kind))['properties'])['spec']);
}

function brokenAt(schema: SchemaNode, value: unknown, path: Path): readonly Broken[] {
  const at = (broken: unknown, why: string): Broken => ({ path, value: broken, why });
  if (schema['x-kubernetes-int-or-string'] === true) return [at(true, 'a boolean')];
  switch (schema['type']) {
    case 'string':
      return [at(7, 'a number'), ...brokenText(schema).map(({ text, why }) => at(text, why))];
    case 'integer':
      return [at('many', 'a text'), at(1.5, 'a fraction'), ...beyond(schema).map((number) => at(number, `${number}`))];
    case 'number':
      return [at('much', 'a text')];
    case 'boolean':
      return [at('maybe', 'a text')];
    case 'array':
      return [at({ a: 1 }, 'an object'), ...brokenList(schema, value, path)];
    default:
      return [at('all of it', 'a text'), ...brokenObject(schema, value, path)];
  }
}

function brokenText(schema: SchemaNode): readonly { readonly text: string; readonly why: string }[] {
  if (schema['enum'] !== undefined) return [{ text: 'Nope', why: 'no choice' }];
  const { maxLength, minLength } = schema;
  return [
    ...(typeof maxLength === 'number' ? [{ text: 'x'.repeat(maxLength + 1), why: 'too long' }] : []),
    ...(minLength === 1 ? [{ text: '', why: 'empty' }] : []),
  ];
}

function beyond({ minimum, maximum }: SchemaNode): readonly number[] {
  return [
    ...(typeof minimum === 'number' ? [minimum - 1] : []),
    ...(typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER ? [maximum + 1] : []),
  ];
}

function brokenList(schema: SchemaNode, value: unknown, path: Path): readonly Broken[] {
  if (!Array.isArray(value)) return [];
  const [first] = value;
  const isMap = schema['x-kubernetes-list-type'] === 'map';
  return [
    ...(schema['minItems'] === 1 ? [{ path, value: [], why: 'empty' }] : []),
    ...(isMap && first !== undefined ? [{ path, value: [...value, first], why: 'the same twice' }] : []),
    ...value.flatMap((item, index) => brokenAt(asNode(schema['items']), item, [...path, index])),
  ];
}

function brokenObject(schema: SchemaNode, value: unknown, path: Path): readonly Broken[] {
  if (typeof value !== 'object' || value === null) return [];
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (schema['additionalProperties'] !== undefined) {
    const { maxLength } = asNode(schema['additionalProperties']);
    const long = typeof maxLength === 'number' ? 'x'.repeat(maxLength + 1) : undefined;
    return [
      { path: [...path, 'added'], value: 7, why: 'a number' },
      ...(long === undefined ? [] : [{ path: [...path, 'added'], value: long, why: 'too long' }]),
    ];
  }
  const fields = new Map<string, unknown>(Object.entries(value));
  const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  const properties = Object.entries(schema['properties'] === undefined ? {} : asNode(schema['properties']));
  return [
    ...(isOpen ? [] : [{ path: [...path, 'unheardOf'], value: 'x', why: 'unknown' }]),
    ...properties.flatMap(([name, property]) => {
      const inner = [...path, name];
      const missing = required.includes(name) ? [{ path: inner, value: undefined, why: 'missing' }] : [];
      return [...missing, ...brokenAt(asNode(property), fields.get(name), inner)];
    }),
  ];
}

function withValue(target: unknown, [head, ...rest]: Path, value: unknown): unknown {
  if (head === undefined) return value;
  if (Array.isArray(target)) return target.map((item, index) => (index === head ? withValue(item, rest, value) : item));
  const fields = new Map(Object.entries(Object(target)));
  if (rest.length === 0 && value === undefined) fields.delete(String(head));
  else fields.set(String(head), withValue(fields.get(String(head)), rest, value));
  return Object.fromEntries(fields);
}
