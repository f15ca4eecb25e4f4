// An Avro schema as this program uses it: read from text once, compared by what it means.
import { isDeepStrictEqual } from 'node:util';
import avro, { type Type } from 'avsc';
import { KitError } from '../errors.ts';

/**
 * The type of a schema's text. Logical types stay the numbers and bytes they are made of.
 * @throws KitError `EventInvalid` when the text is not an Avro schema
 */
export function avroType(text: string): Type {
  try {
    // The caller's object must not be kept: avsc writes into its options.
    return avro.Type.forSchema(JSON.parse(text), { omitRecordMethods: true });
  } catch (cause) {
    throw new KitError('EventInvalid', 'not an Avro schema', cause);
  }
}

/** Whether two schemas have the same names, fields, defaults and aliases; `doc`, key order and shorthands do not count. */
export function isSameSchema(one: Type, other: Type): boolean {
  return isDeepStrictEqual(withoutDoc(one), withoutDoc(other));
}

function withoutDoc(type: Type): unknown {
  const text = JSON.stringify(type.schema({ exportAttrs: true }));
  return JSON.parse(text, (key, value: unknown) => (key === 'doc' ? undefined : value));
}

/** What does not fit the type, by path; empty when all does. */
export function mismatches(type: Type, value: unknown): readonly string[] {
  const found: string[] = [];
  type.isValid(value, {
    noUndeclaredFields: true,
    errorHook: (path, _value, expected) => {
      found.push(`${path.join('.') || 'value'} is not ${String(expected)}`);
    },
  });
  return found;
}
