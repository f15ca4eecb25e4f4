// The words the kinds are written in: TypeBox schemas that are structural in Kubernetes' sense, with every string, list
// and map bounded (CEL's cost is estimated from the bounds) and CEL rules attached where they judge.
import Type, { type Static, type TSchema, type TSchemaOptions } from 'typebox';

/** One CEL rule on the node it is attached to. */
export interface Rule {
  /** Unique among the rules of its node; with the node's path it names the rule in cases.ts. */
  readonly id: string;
  /** CEL over `self`; with `oldSelf` it is a transition rule and judges updates alone. */
  readonly rule: string;
  /** A sentence that names the field and says what would do. */
  readonly message: string;
  /** Where the error is shown, relative to the node; default the node itself. */
  readonly fieldPath?: string;
}

/** Schema keyword under which rules travel until structural.ts turns them into `x-kubernetes-validations`. */
export const rulesKeyword = 'x-sluice-rules';

/** What the API server returns is shared by caches, so every type of the API is read-only all the way down. */
export type Fixed<T> = T extends readonly (infer Item)[]
  ? readonly Fixed<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Fixed<T[Key]> }
    : T;

export interface NodeOptions extends TSchemaOptions {
  readonly rules?: readonly Rule[];
}

/** `options` with its rules under their keyword. */
export function node({ rules, ...options }: NodeOptions): TSchemaOptions {
  return rules ? { ...options, [rulesKeyword]: rules } : options;
}

export function text(maxLength: number, options: NodeOptions = {}) {
  return Type.String({ minLength: 1, maxLength, ...node(options) });
}

export function whole(minimum: number, maximum: number, options: NodeOptions = {}) {
  return Type.Integer({ minimum, maximum, format: maximum > 2 ** 31 ? 'int64' : 'int32', ...node(options) });
}

export function choice<Values extends string[]>(values: readonly [...Values], options: NodeOptions = {}) {
  return Type.Enum(values, { type: 'string', ...node(options) });
}

/** A list that is replaced as a whole. */
export function list<Item extends TSchema>(items: Item, maxItems: number, options: NodeOptions = {}) {
  return Type.Array(items, { maxItems, 'x-kubernetes-list-type': 'atomic', ...node(options) });
}

/** A list of unlike scalars. */
export function set<Item extends TSchema>(items: Item, maxItems: number, options: NodeOptions = {}) {
  return Type.Array(items, { maxItems, 'x-kubernetes-list-type': 'set', ...node(options) });
}

/** A list of objects told apart by `keys`: transition rules find an item's old self by them. */
export function listMap<Item extends TSchema>(
  items: Item,
  keys: readonly string[],
  maxItems: number,
  options: NodeOptions = {},
) {
  return Type.Array(items, {
    maxItems,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': keys,
    ...node(options),
  });
}

export function textMap(maxProperties: number, maxValueLength: number, options: NodeOptions = {}) {
  return Type.Unsafe<Record<string, string>>({
    type: 'object',
    maxProperties,
    additionalProperties: { type: 'string', maxLength: maxValueLength },
    ...node(options),
  });
}

/** An object of which we declare nothing: what is in it is checked by who understands it. */
export function anything(options: NodeOptions = {}) {
  return Type.Unsafe<Record<string, unknown>>({
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    ...node(options),
  });
}

/** An object of which we declare a part and keep the rest as it is written. */
export function open<Schema extends TSchema>(schema: Schema) {
  return Type.Unsafe<Static<Schema> & Record<string, unknown>>({
    ...schema,
    'x-kubernetes-preserve-unknown-fields': true,
  });
}

export function intOrText(maxLength: number, options: NodeOptions = {}) {
  return Type.Unsafe<number | string>({ 'x-kubernetes-int-or-string': true, maxLength, ...node(options) });
}
