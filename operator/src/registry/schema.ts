// A schema in any of the languages that registries take. Pure.
import type { SchemaFormat } from '../api/index.ts';
import type { SchemaText } from '../plan/index.ts';
import { parseAvro } from './avro.ts';
import { parseJsonSchema } from './json-schema.ts';
import type { ParsedSchema } from './parsed.ts';
import { parseProtobuf } from './protobuf.ts';
import { RecentlyUsed } from './recently-used.ts';

/** As people call them. */
export const formatTitles: Readonly<Record<SchemaFormat, string>> = {
  Avro: 'Avro',
  JsonSchema: 'JSON Schema',
  Protobuf: 'Protobuf',
};

/** Characters of the schemas whose judgement is kept: each is asked for at every reconcile of who declares it. */
const keptCharacters = 16 * 1024 * 1024;
const judged = new RecentlyUsed<ParsedSchema>({ maxSize: keptCharacters, sizeOf: (_, key) => key.length });

/** One fingerprint for all texts that no reader or writer can tell apart; a reference of another version is another schema. */
export function parseSchema(schema: SchemaText): ParsedSchema {
  const { format, text, references } = schema;
  const key = `${format} ${JSON.stringify(references)} ${text}`;
  const known = judged.find(key);
  if (known) return known;
  const parsed = judge(schema);
  judged.keep(key, parsed);
  return parsed;
}

function judge({ format, text, references }: SchemaText): ParsedSchema {
  switch (format) {
    case 'Avro':
      return parseAvro(text, references);
    case 'JsonSchema':
      return parseJsonSchema(text, references);
    case 'Protobuf':
      return parseProtobuf(text, references);
  }
}

/** An Avro schema that stands alone. */
export function avroText(text: string): SchemaText {
  return { format: 'Avro', text, references: [] };
}
