// Whether a text is an Avro schema. avsc judges; what it says is put into a sentence with the place. Pure.
import avsc from 'avsc';
import type { SchemaReference } from '../api/index.ts';
import { fingerprintOf } from './canonical.ts';
import { type ParsedSchema, readJson, refused } from './parsed.ts';

/**
 * A schema with references is judged only once they are read, see `problemInAvro`: here it has a fingerprint if it is
 * JSON.
 */
export function parseAvro(text: string, references: readonly SchemaReference[] = []): ParsedSchema {
  try {
    const schema = readJson(text);
    const problem = references.length === 0 ? problemInAvro(schema) : undefined;
    if (problem !== undefined) return refused(problem);
    return { isValid: true, fingerprint: fingerprintOf(schema, references) };
  } catch (error) {
    return refused(error);
  }
}

/**
 * What is wrong with a schema that uses the types of `known`, each of which comes after those that it uses itself;
 * undefined when nothing is. avsc names no place, so the fields of the outer record are tried: the first with which the
 * record cannot be read is the place.
 */
export function problemInAvro(schema: unknown, known: readonly unknown[] = []): string | undefined {
  const count = [schema, ...known].reduce<number>((sum, each) => sum + namedTypesIn(each), 0);
  if (count > maxTypes) return `it declares ${count} named types, and ${maxTypes} are the most that are taken`;
  const types: Types = {};
  for (const each of known) {
    const refusal = refusalOf(each, types);
    if (refusal !== undefined) return `what it references: ${refusal}`;
  }
  const whole = refusalOf(schema, { ...types });
  if (whole === undefined) return undefined;
  if (!isRecordSchema(schema)) return whole;
  const isRefused = (count: number) =>
    refusalOf({ ...schema, fields: schema.fields.slice(0, count) }, { ...types }) !== undefined;
  const at = firstOf(schema.fields.length, isRefused);
  if (at === undefined) return `${schema.name}: ${whole}`;
  return `field ${nameOf(schema.fields[at - 1]) ?? at - 1} of ${schema.name}: ${whole}`;
}

/** The time that avsc takes grows with their square: a thousand are 0.3 s in which the operator does nothing else. */
const maxTypes = 1_000;

function namedTypesIn(schema: unknown): number {
  if (typeof schema !== 'object' || schema === null) return 0;
  const own = 'type' in schema && typeof schema.type === 'string' && namedTypes.has(schema.type) ? 1 : 0;
  return Object.values(schema).reduce<number>((sum, each) => sum + namedTypesIn(each), own);
}

const namedTypes: ReadonlySet<string> = new Set(['record', 'error', 'enum', 'fixed']);

type Types = { [name: string]: avsc.Type };

/** Declares the schema's names in `types`. */
function refusalOf(schema: unknown, types: Types): string | undefined {
  try {
    // avsc's own typings are narrower than what it accepts and refuses by itself.
    avsc.Type.forSchema(schema as Parameters<typeof avsc.Type.forSchema>[0], { registry: types });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The least of 1…`most` that holds, where all after it hold too: a record of ten thousand fields is read fourteen times. */
function firstOf(most: number, holds: (count: number) => boolean): number | undefined {
  if (most === 0 || !holds(most)) return undefined;
  let [low, high] = [1, most];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function isRecordSchema(schema: unknown): schema is { readonly name: string; readonly fields: readonly unknown[] } {
  return (
    typeof schema === 'object' &&
    schema !== null &&
    'fields' in schema &&
    Array.isArray(schema.fields) &&
    'name' in schema &&
    typeof schema.name === 'string'
  );
}

function nameOf(field: unknown): string | undefined {
  if (typeof field !== 'object' || field === null || !('name' in field)) return undefined;
  return typeof field.name === 'string' ? field.name : undefined;
}
