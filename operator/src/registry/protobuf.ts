// The canonical form of a Protobuf file: its tokens, without comments and space. Whether it is one says the registry. Pure.
import type { SchemaReference } from '../api/index.ts';
import { digestOf } from './canonical.ts';
import { type ParsedSchema, refused } from './parsed.ts';

/**
 * Texts first, since they may hold what looks like a comment; what is never closed goes on to its line's or the file's end.
 * https://protobuf.dev/reference/protobuf/proto3-spec/
 * Names with dots are one token: space around a dot, which nobody writes, is told apart.
 */
const token =
  /"(?:\\.|[^"\\\n])*(?:"|(?=\n)|$)|'(?:\\.|[^'\\\n])*(?:'|(?=\n)|$)|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[\w.]+|\s+|[\s\S]/gu;

export function parseProtobuf(text: string, references: readonly SchemaReference[] = []): ParsedSchema {
  const tokens = tokensOf(text);
  // What opens a file says which language it is; JSON and Avro IDL begin otherwise.
  if (tokens.length === 0) return refused('it is empty');
  if (!/^(syntax|edition|package|import|option|message|enum|service|extend|;)$/.test(tokens[0] ?? '')) {
    return refused(`it begins with ${tokens[0]}, which is no statement of a .proto file`);
  }
  return { isValid: true, fingerprint: digestOf({ protobuf: tokens }, references) };
}

function tokensOf(text: string): readonly string[] {
  return [...text.matchAll(token)].map(([found]) => found).filter((found) => !/^(\s|\/\/|\/\*)/.test(found));
}
