// Who reads and writes a topic with which schemas, from the cache alone. Pure but for the cache.
import type { SchemaSource } from '../api/index.ts';
import type { SchemaText } from '../plan/index.ts';
import {
  noUses,
  type Participant,
  parseSchema,
  pendingUses,
  type SchemaUse,
  type SchemaUses,
  standaloneForm,
} from '../registry/index.ts';
import { type Cache, keyOf } from '../runtime/index.ts';
import { readerSchemas, writtenTopics } from './declared.ts';
import { isLiveSchemasOf, liveSchemasKey, usesIn } from './live-schemas.ts';
import { configMaps } from './resources.ts';
import { sourceOf } from './schema-source.ts';
import { readRefusal } from './tenancy.ts';
import { type BusDependent, consumersOf, livingOn, ownersOf } from './watches.ts';

/** `tables`: the schemas that a job derives its tables from; of others' jobs those that are live count. */
export function participantOf(object: BusDependent, cache: Cache, tables?: readonly SchemaUse[]): Participant {
  const writes = writtenTopics(object).flatMap(({ topic, schema }) => useOf(object, topic, schema, cache));
  const live = liveUsesOf(object, cache, writes);
  const reads =
    object.kind === 'EventService'
      ? readerSchemas(object).flatMap(({ topic, schema }) => useOf(object, topic, schema, cache))
      : (tables ?? live.reads);
  return { name: nameOf(object), live, wanted: { reads, writes } };
}

/**
 * All others that are concerned by what `self`, which is `object`, newly reads and writes: whose pods, or whose specs, read
 * what it is to write or write what it is to read. A reader that may not read a topic has no say in what is written to it.
 */
export function othersOf(object: BusDependent, self: Participant, cache: Cache): readonly Participant[] {
  const { reads, writes } = pendingUses(self);
  const found = new Map<string, BusDependent>();
  const add = (others: readonly BusDependent[]) => {
    for (const other of others) found.set(nameOf(other), other);
  };
  for (const { topic } of writes) add([...consumersOf(cache, object, topic), ...livingOn(cache, object, topic)]);
  for (const { topic } of reads) add([...ownersOf(cache, object, topic), ...livingOn(cache, object, topic)]);
  found.delete(self.name);
  const written = new Set(writes.map(({ topic }) => topic));
  return [...found.values()].map((other) => {
    const { name, live, wanted } = participantOf(other, cache);
    const mayRead = ({ topic }: SchemaUse) => !written.has(topic) || readRefusal(other, topic, object) === undefined;
    const allowed = (uses: SchemaUses) => ({ ...uses, reads: uses.reads.filter(mayRead) });
    return { name, live: allowed(live), wanted: allowed(wanted) };
  });
}

function nameOf({ kind, metadata }: BusDependent): string {
  return `${kind} ${keyOf(metadata)}`;
}

/** A schema that stands alone; undefined where it is no Avro, or uses types of others. */
export function useOfText(topic: string, source: SchemaText): SchemaUse | undefined {
  if (source.format !== 'Avro' || source.references.length > 0) return undefined;
  const parsed = parseSchema(source);
  if (!parsed.isValid) return undefined;
  const schema = JSON.stringify(standaloneForm(JSON.parse(source.text)));
  return { topic, fingerprint: parsed.fingerprint, schema };
}

export interface UnreadUse {
  readonly topic: string;
  readonly source: SchemaText & { readonly from: string };
  /** What it is with the types of others written out: from then on it is what is declared. */
  remember(use: SchemaUse): void;
}

/** What the resource declares and uses types of other schemas, as long as those were not read. */
export function unreadUses(object: BusDependent, cache: Cache): Record<'reads' | 'writes', readonly UnreadUse[]> {
  const unread = ({
    topic,
    schema,
  }: {
    readonly topic: string;
    readonly schema?: SchemaSource;
  }): readonly UnreadUse[] => {
    const place = schema && placeOf(object, topic, schema, cache);
    if (!place || place.uses.get(place.key)) return [];
    const source = sourceOf(schema, object, topic, cache);
    if (source.state === 'missing' || source.references.length === 0) return [];
    return [{ topic, source, remember: (use) => void place.uses.set(place.key, use) }];
  };
  return {
    reads: object.kind === 'EventService' ? readerSchemas(object).flatMap(unread) : [],
    writes: writtenTopics(object).flatMap(unread),
  };
}

/** What is recorded; of a resource that has no record yet, what was registered for it if that is what it wants. */
function liveUsesOf(object: BusDependent, cache: Cache, writes: readonly SchemaUse[]): SchemaUses {
  const record = cache.get(configMaps, liveSchemasKey(object));
  if (record && isLiveSchemasOf(object, record)) return usesIn(record);
  const registered = new Set(
    (object.status?.subjects ?? []).map(({ topic, fingerprint }) => `${topic} ${fingerprint}`),
  );
  return { ...noUses, writes: writes.filter(({ topic, fingerprint }) => registered.has(`${topic} ${fingerprint}`)) };
}

function useOf(
  object: BusDependent,
  topic: string,
  schema: SchemaSource | undefined,
  cache: Cache,
): readonly SchemaUse[] {
  const place = schema && placeOf(object, topic, schema, cache);
  if (!place) return [];
  const { uses, key } = place;
  if (!uses.has(key)) {
    const source = sourceOf(schema, object, topic, cache);
    uses.set(key, source.state === 'found' ? useOfText(topic, source) : undefined);
  }
  const use = uses.get(key);
  return use ? [use] : [];
}

/** Where the use of a declared schema is remembered; undefined where there is no text. */
function placeOf(object: BusDependent, topic: string, schema: SchemaSource, cache: Cache) {
  const { configMapKeyRef } = schema;
  const { namespace } = object.metadata;
  const holder = configMapKeyRef ? cache.get(configMaps, { namespace, name: configMapKeyRef.name }) : schema;
  if (!holder) return undefined;
  const uses = remembered.get(holder) ?? new Map<string, SchemaUse | undefined>();
  remembered.set(holder, uses);
  return { uses, key: configMapKeyRef ? JSON.stringify([topic, schema]) : topic };
}

/** By the cached object that holds the text, which never changes: all who share a topic look at the same ones. */
const remembered = new WeakMap<object, Map<string, SchemaUse | undefined>>();
