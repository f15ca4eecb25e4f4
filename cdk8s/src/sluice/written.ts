// Checks what is written for a Sluice kind against the operator's own schemas: names and types by the compiler, the rest
// when the chart is made. `cdk8s import` would write enums, which Node's type stripping cannot run, and a second copy of
// what the operator exports.
import type { TSchema } from 'typebox';
import Value from 'typebox/value';

/** What a person writes of a type of the API: every field at will, since many have defaults. */
export type Written<T> = T extends readonly (infer Item)[]
  ? readonly Written<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]?: Written<T[Key]> }
    : T;

/**
 * `spec` as it was written, once it is sure that it fits with its defaults filled in.
 * @throws Error naming the fields that do not
 */
export function checked<Spec>(what: string, schema: TSchema, spec: Written<Spec>): Written<Spec> {
  const filled: unknown = Value.Default(schema, structuredClone(spec));
  if (Value.Check(schema, filled)) return spec;
  const problems = Value.Errors(schema, filled).map(({ instancePath, message }) => `${instancePath} ${message}`);
  throw new Error(`${what}: ${problems.join('; ')}`);
}
