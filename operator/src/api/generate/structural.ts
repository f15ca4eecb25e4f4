// Turns the kinds' TypeBox schemas into structural OpenAPI v3 schemas as a CustomResourceDefinition holds them.
// A keyword that Kubernetes does not know is an error here and not a silent difference between type and API server.
import Value from 'typebox/value';
import { type Rule, rulesKeyword } from '../schema.ts';
import type { Kind } from '../v1alpha1/kinds.ts';

/** A node of a schema in either language: JSON Schema's keywords, some of them Kubernetes' own. */
export type SchemaNode = Readonly<Record<string, unknown>>;

/** Keywords that are taken over as they are. */
const plainKeywords = [
  'description',
  'type',
  'format',
  'enum',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-list-type',
  'x-kubernetes-preserve-unknown-fields',
] as const;
const otherKeywords = ['default', 'properties', 'required', 'additionalProperties', 'items', rulesKeyword] as const;
const knownKeywords: ReadonlySet<string> = new Set([...plainKeywords, ...otherKeywords]);

/** The schema of the kind's objects, root and all, as a node. */
export function schemaOf({ schema }: Kind): SchemaNode {
  return asNode(schema);
}

/**
 * The structural schema of `schema`. A property with a default is not required of who writes it, though whoever reads
 * it finds it. Throws a TypeError that names the path of a keyword that has no place in a structural schema.
 */
export function toStructural(schema: SchemaNode, path = ''): SchemaNode {
  const unknown = Object.keys(schema).find((keyword) => !knownKeywords.has(keyword));
  if (unknown !== undefined)
    throw new TypeError(`${path || 'the root'}: ${unknown} is no keyword of a structural schema`);

  const structural: Record<string, unknown> = {};
  for (const keyword of plainKeywords) if (schema[keyword] !== undefined) structural[keyword] = schema[keyword];

  // The API server judges a default by the rules as it stands, before the defaults of the fields within are filled in.
  if (schema['default'] !== undefined) {
    structural['default'] = Value.Default(schema, structuredClone(schema['default']));
  }
  const properties = propertiesOf(schema);
  const required = requiredOf(schema);
  if (required.length > 0) structural['required'] = required;
  if (properties.length > 0) {
    structural['properties'] = Object.fromEntries(
      properties.map(([name, property]) => [name, toStructural(property, join(path, name))]),
    );
  }
  const values = childOf(schema, 'additionalProperties');
  if (values) structural['additionalProperties'] = toStructural(values, join(path, '*'));
  const items = childOf(schema, 'items');
  if (items) structural['items'] = toStructural(items, `${path}[]`);
  const rules = rulesOf(schema);
  if (rules.length > 0) structural['x-kubernetes-validations'] = rules.map(({ id: _, ...validation }) => validation);
  return structural;
}

export interface PlacedRule extends Rule {
  /** Where the rule is attached, such as `spec.publishes[].topic`; empty for the root. */
  readonly path: string;
}

/** Every CEL rule of the schema with its path, in the order of the fields. */
export function placedRulesOf(schema: SchemaNode, path = ''): readonly PlacedRule[] {
  const own = rulesOf(schema).map((rule) => ({ ...rule, path }));
  const below = childrenOf(schema, path).flatMap((child) => placedRulesOf(child.schema, child.path));
  return [...own, ...below];
}

export interface PlacedNode {
  readonly path: string;
  readonly schema: SchemaNode;
}

/** The nodes directly below this one. */
export function childrenOf(schema: SchemaNode, path: string): readonly PlacedNode[] {
  const children = propertiesOf(schema).map(([name, property]) => ({ path: join(path, name), schema: property }));
  const values = childOf(schema, 'additionalProperties');
  const items = childOf(schema, 'items');
  return [
    ...children,
    ...(values ? [{ path: join(path, '*'), schema: values }] : []),
    ...(items ? [{ path: `${path}[]`, schema: items }] : []),
  ];
}

/** Names of the properties that whoever writes the object must give. */
export function requiredOf(schema: SchemaNode): readonly string[] {
  const defaulted = new Set(
    propertiesOf(schema)
      .filter(([, property]) => property['default'] !== undefined)
      .map(([name]) => name),
  );
  const required = schema['required'];
  return Array.isArray(required) ? required.map(String).filter((name) => !defaulted.has(name)) : [];
}

export function rulesOf(schema: SchemaNode): readonly Rule[] {
  // The keyword is written by schema.ts alone, out of a value of this type.
  return (schema[rulesKeyword] ?? []) as readonly Rule[];
}

function propertiesOf(schema: SchemaNode): readonly (readonly [string, SchemaNode])[] {
  return Object.entries(childOf(schema, 'properties') ?? {}).map(([name, property]) => [name, asNode(property)]);
}

function childOf(schema: SchemaNode, keyword: string): SchemaNode | undefined {
  const child = schema[keyword];
  return child === undefined ? undefined : asNode(child);
}

/** Throws a TypeError when it is no object. */
export function asNode(value: unknown): SchemaNode {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${JSON.stringify(value)} is no schema`);
  }
  return value as SchemaNode;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
