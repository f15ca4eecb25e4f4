// Whether a text is a JSON Schema, by the meta-schema of the draft that it names; the registry judges the rest. Pure.
import { Ajv, type AnySchema } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { SchemaReference } from '../api/index.ts';
import { digestOf, sortedKeys } from './canonical.ts';
import { type ParsedSchema, readJson, refused } from './parsed.ts';

/** Of the drafts that ajv brings along; one of another draft is taken for what it says it is. */
const drafts: readonly { readonly uri: string; readonly make: () => Ajv }[] = [
  { uri: 'http://json-schema.org/draft-07/schema', make: () => new Ajv({ strict: false, logger: false }) },
  { uri: 'https://json-schema.org/draft/2019-09/schema', make: () => new Ajv2019({ strict: false, logger: false }) },
  { uri: 'https://json-schema.org/draft/2020-12/schema', make: () => new Ajv2020({ strict: false, logger: false }) },
];
/** By the draft's address; a meta-schema is compiled at its first use. */
const judges = new Map<string, Ajv>();

/** The fingerprint is of all that is written, keys sorted: `title` and the like are annotations that some readers show. */
export function parseJsonSchema(text: string, references: readonly SchemaReference[] = []): ParsedSchema {
  try {
    const schema = readJson(text);
    if (!isSchema(schema)) return refused('it is neither an object nor a boolean');
    const problem = problemIn(schema);
    if (problem !== undefined) return refused(problem);
    return { isValid: true, fingerprint: digestOf({ jsonSchema: sortedKeys(schema) }, references) };
  } catch (error) {
    return refused(error);
  }
}

function problemIn(schema: AnySchema): string | undefined {
  const named = typeof schema === 'object' && typeof schema['$schema'] === 'string' ? schema['$schema'] : undefined;
  const uri = named?.replace(/#$/, '');
  const draft = uri === undefined ? drafts[0] : drafts.find((each) => each.uri === uri);
  if (!draft) return undefined;
  const judge = judges.get(draft.uri) ?? draft.make();
  judges.set(draft.uri, judge);
  if (judge.validateSchema(withoutDraft(schema)) === true) return undefined;
  const [first] = judge.errors ?? [];
  return `${first?.instancePath || 'the schema'} ${first?.message ?? 'is not one'}`;
}

/** The draft's own judge knows its meta-schema by one spelling of its address. */
function withoutDraft(schema: AnySchema): AnySchema {
  if (typeof schema === 'boolean') return schema;
  const { $schema: _, ...rest } = schema;
  return rest;
}

function isSchema(value: unknown): value is AnySchema {
  return typeof value === 'boolean' || (typeof value === 'object' && value !== null && !Array.isArray(value));
}
