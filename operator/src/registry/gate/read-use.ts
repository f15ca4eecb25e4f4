// A schema with references as one that stands alone, for the gate: what it references is read from the registry.
import type { SchemaText } from '../../plan/index.ts';
import { problemInAvro } from '../avro.ts';
import type { RegistryClient } from '../client.ts';
import { resolveReferences } from '../references.ts';
import { parseSchema } from '../schema.ts';
import { standaloneForm } from './standalone.ts';
import type { SchemaUse } from './use.ts';

export type ReadUse =
  | { readonly state: 'read'; readonly use: SchemaUse }
  /** No Avro, or none that can be read: it is not judged here, and others say what is wrong with it. */
  | { readonly state: 'notJudged' }
  /** A clause without a full stop. */
  | { readonly state: 'missing'; readonly message: string };

/** Throws a SluiceError where the registry does not answer. A version is asked for once. */
export async function readUse(
  topic: string,
  { format, text, references }: SchemaText,
  registry: Pick<RegistryClient, 'version'>,
): Promise<ReadUse> {
  const parsed = parseSchema({ format, text, references });
  if (format !== 'Avro' || !parsed.isValid) return { state: 'notJudged' };
  const resolved = await resolveReferences(references, registry);
  if (resolved.state === 'missing') return { state: 'missing', message: resolved.message };
  if (resolved.state === 'tooMany') return { state: 'notJudged' };
  if (resolved.schemas.some((each) => each.format !== 'Avro')) return { state: 'notJudged' };
  const known = resolved.schemas.map(({ schema }): unknown => JSON.parse(schema));
  const own: unknown = JSON.parse(text);
  if (problemInAvro(own, known) !== undefined) return { state: 'notJudged' };
  const { fingerprint } = parsed;
  return { state: 'read', use: { topic, fingerprint, schema: JSON.stringify(standaloneForm(own, known)) } };
}
