// Whether a text is an Avro schema. avsc judges; what it says is put into a sentence with the place. Pure.
import avsc from 'avsc';
import { fingerprintOf } from './canonical.ts';

export type ParsedSchema =
  | { readonly isValid: true; readonly fingerprint: string }
  /** What is wrong and where, without a full stop. */
  | { readonly isValid: false; readonly problem: string };

export function parseAvro(text: string): ParsedSchema {
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (error) {
    return { isValid: false, problem: `it is not JSON: ${messageOf(error)}` };
  }
  const problem = problemIn(schema);
  return problem === undefined ? { isValid: true, fingerprint: fingerprintOf(schema) } : { isValid: false, problem };
}

/**
 * avsc names no place, so the fields of the outer record are tried one by one: the first that cannot be read alone, with
 * the names that those before it declared, is the place.
 */
function problemIn(schema: unknown): string | undefined {
  const whole = refusalOf(schema);
  if (whole === undefined) return undefined;
  if (!isRecordSchema(schema)) return whole;
  for (const [at, field] of schema.fields.entries()) {
    if (refusalOf({ ...schema, fields: schema.fields.slice(0, at + 1) }) === undefined) continue;
    return `field ${nameOf(field) ?? at} of ${schema.name}: ${whole}`;
  }
  return `${schema.name}: ${whole}`;
}

function refusalOf(schema: unknown): string | undefined {
  try {
    // avsc's own typings are narrower than what it accepts and refuses by itself.
    avsc.Type.forSchema(schema as Parameters<typeof avsc.Type.forSchema>[0]);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
