// Where a declaration's schema comes from: its own text, or a key of a ConfigMap in its namespace.
import type { EventService, SchemaSource, StreamJob } from '../api/index.ts';
import type { DeclaredSchema } from '../registry/index.ts';
import { type Cache, keyOf } from '../runtime/index.ts';
import { configMaps } from './resources.ts';

export function sourceOf(
  { inline, configMapKeyRef, format, references = [] }: SchemaSource,
  { metadata, kind }: EventService | StreamJob,
  topic: string,
  cache: Cache,
): DeclaredSchema['source'] {
  if (inline !== undefined) {
    return { state: 'found', format, text: inline, references, from: `${kind} ${keyOf(metadata)}` };
  }
  const key = { namespace: metadata.namespace, name: configMapKeyRef?.name ?? '' };
  const from = `ConfigMap ${keyOf(key)}`;
  const configMap = cache.get(configMaps, key);
  const missing = (what: string, step: string) =>
    ({
      state: 'missing',
      message: `${what}, which holds the schema of topic ${topic}, is not there: ${step}.`,
    }) as const;
  if (!configMap) return missing(from, 'create it');
  const text = configMap.data?.[configMapKeyRef?.key ?? ''];
  if (text === undefined) return missing(`Key "${configMapKeyRef?.key}" of ${from}`, 'add it');
  return { state: 'found', format, text, references, from: `${from}, key ${configMapKeyRef?.key}` };
}
