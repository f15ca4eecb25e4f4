// Reads what a schema references, and what that references in its turn. Versions never change, so each is asked for once.
import type { SchemaReference } from '../api/index.ts';
import type { RegisteredSchema, RegistryClient } from './client.ts';

export type ResolvedReferences =
  /** Each after those that it uses itself. */
  | { readonly state: 'found'; readonly schemas: readonly RegisteredSchema[] }
  /** A sentence that names the reference and what to do, without a full stop. */
  | { readonly state: 'missing'; readonly reference: SchemaReference; readonly message: string }
  | { readonly state: 'tooMany' };

/** A reader would have to hold them all. */
export const maxReferenced = 256;

/** Throws a SluiceError where the registry does not answer. */
export async function resolveReferences(
  references: readonly SchemaReference[],
  registry: Pick<RegistryClient, 'version'>,
): Promise<ResolvedReferences> {
  const found = new Map<string, RegisteredSchema>();
  const begun = new Set<string>();
  const read = async (
    all: readonly SchemaReference[],
    usedBy?: SchemaReference,
  ): Promise<ResolvedReferences | undefined> => {
    for (const reference of all) {
      const { subject, version } = reference;
      const key = `${version} ${subject}`;
      if (begun.has(key)) continue;
      if (begun.size === maxReferenced) return { state: 'tooMany' };
      begun.add(key);
      const schema = await registry.version(subject, version);
      if (!schema) return { state: 'missing', reference, message: missing(reference, usedBy) };
      const inner = await read(schema.references, reference);
      if (inner) return inner;
      found.set(key, schema);
    }
    return undefined;
  };
  return (await read(references)) ?? { state: 'found', schemas: [...found.values()] };
}

function missing({ name, subject, version }: SchemaReference, usedBy: SchemaReference | undefined): string {
  const via = usedBy ? ` (by way of version ${usedBy.version} of subject ${usedBy.subject})` : '';
  return `it references ${name} as version ${version} of subject ${subject}${via}, which the registry does not have: register it, or name a version that is there`;
}
