// The answers of a registry with Confluent's API, told from everything else that a server may answer. Pure.
// https://docs.confluent.io/platform/current/schema-registry/develop/api.html
import type { SchemaFormat, SchemaReference } from '../api/index.ts';
import type { CompatibilityCheck, RegisteredSchema, StoredSchema } from './client.ts';
import { shortened } from './parsed.ts';

/** Undefined: it is not such an answer. */
export type Read<Answer> = (body: unknown) => Answer | undefined;

/** The registries' own names; Avro is not named. */
export const schemaTypes = { Avro: 'AVRO', JsonSchema: 'JSON', Protobuf: 'PROTOBUF' } as const satisfies Record<
  SchemaFormat,
  string
>;

/** Some registries tell a whole schema in each message, and a condition's message has an end. */
const maxMessages = 10;
const maxMessageLength = 500;

export function readStored(body: unknown): StoredSchema | undefined {
  if (!isRecord(body) || typeof body['schema'] !== 'string') return undefined;
  const references = body['references'] ?? [];
  if (!Array.isArray(references) || !references.every(isReference)) return undefined;
  return {
    schema: body['schema'],
    format: formatOf(body['schemaType']),
    references: references.map(({ name, subject, version }) => ({ name, subject, version })),
  };
}

export function readRegistered(body: unknown): RegisteredSchema | undefined {
  const stored = readStored(body);
  if (!stored || !isRecord(body)) return undefined;
  const { subject, id, version } = body;
  if (typeof subject !== 'string' || typeof id !== 'number' || typeof version !== 'number') return undefined;
  return { subject, id, version, ...stored };
}

export function readCheck(body: unknown): CompatibilityCheck | undefined {
  if (!isRecord(body) || typeof body['is_compatible'] !== 'boolean') return undefined;
  const messages = readTexts(body['messages'] ?? []);
  if (!messages) return undefined;
  return {
    isCompatible: body['is_compatible'],
    messages: messages.slice(0, maxMessages).map((message) => shortened(message, maxMessageLength)),
  };
}

export function readLevel(body: unknown): string | undefined {
  if (!isRecord(body)) return undefined;
  const { compatibilityLevel: level } = body;
  return typeof level === 'string' ? level : undefined;
}

export function readId(body: unknown): number | undefined {
  return isRecord(body) && typeof body['id'] === 'number' ? body['id'] : undefined;
}

export function readNumbers(body: unknown): readonly number[] | undefined {
  return Array.isArray(body) && body.every((item) => typeof item === 'number') ? body : undefined;
}

export function readTexts(body: unknown): readonly string[] | undefined {
  return Array.isArray(body) && body.every((item) => typeof item === 'string') ? body : undefined;
}

/** Where nothing of the answer is used: whether it is true is all that is told. */
export function readAnything(): true {
  return true;
}

/** What a registry says of a refusal, where it says it as Confluent's does. */
export function readError(body: unknown): { readonly code?: number; readonly message?: string } {
  if (!isRecord(body)) return {};
  const { error_code: code, message } = body;
  return {
    ...(typeof code === 'number' ? { code } : {}),
    ...(typeof message === 'string' ? { message } : {}),
  };
}

function formatOf(schemaType: unknown): StoredSchema['format'] {
  switch (schemaType) {
    case undefined:
    case null:
    case schemaTypes.Avro:
      return 'Avro';
    case schemaTypes.JsonSchema:
      return 'JsonSchema';
    case schemaTypes.Protobuf:
      return 'Protobuf';
    default:
      return 'Other';
  }
}

function isReference(value: unknown): value is SchemaReference {
  return (
    isRecord(value) &&
    typeof value['name'] === 'string' &&
    typeof value['subject'] === 'string' &&
    typeof value['version'] === 'number'
  );
}

function isRecord(body: unknown): body is Record<string, unknown> {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}
