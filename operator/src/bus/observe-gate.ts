// Reads what the gate between readers and writers is decided from: who shares topics with a resource, and which registered
// versions a new reader must be able to read. Nothing is asked of the registry for a reader that is live already.
import { annotations, type EventBus, reasons } from '../api/index.ts';
import { SluiceError } from '../errors.ts';
import {
  formatTitles,
  levelName,
  type Participant,
  parseSchema,
  pendingUses,
  type ReadProblem,
  type RegistryClient,
  type RetainedVersion,
  readUse,
  type SchemaUse,
  type StoredSchema,
} from '../registry/index.ts';
import { type Cache, keyOf } from '../runtime/index.ts';
import type { BusConnection } from './connections.ts';
import { readerSchemas, subjectOf } from './declared.ts';
import { isLiveSchemasOf, isTooLarge, liveSchemasKey } from './live-schemas.ts';
import type { BusGate, ReadSchema } from './observation.ts';
import { othersOf, participantOf, unreadUses, useOfText } from './participants.ts';
import { configMaps } from './resources.ts';
import { sourceOf } from './schema-source.ts';
import type { BusDependent } from './watches.ts';

export async function observeGate(
  object: BusDependent,
  bus: EventBus,
  connection: BusConnection,
  cache: Cache,
  tables: ReadonlyMap<string, ReadSchema>,
): Promise<BusGate> {
  const problems: ReadProblem[] = [];
  const retained = new Map<string, readonly RetainedVersion[]>();
  // A job's table is derived from the newest version, which stands alone or is refused.
  const tableUses = [...tables].flatMap(([topic, table]) =>
    table.state === 'found' ? (useOfText(topic, { format: 'Avro', text: table.schema, references: [] }) ?? []) : [],
  );
  let self = participantOf(object, cache, tableUses);
  try {
    problems.push(...(await readReferences(object, self, connection, cache)));
    self = participantOf(object, cache, tableUses);
    for (const { topic } of pendingUses(self).reads) {
      retained.set(topic, await retainedVersions(topic, bus, connection));
    }
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const { reason, message } = error;
    problems.push({ reason, message, effect: 'waiting', isUnknown: true });
  }
  return {
    self,
    others: othersOf(object, self, cache),
    retained,
    problems: [...recordProblems(object, cache, self), ...sourceProblems(object, cache, self), ...problems],
    approved: object.metadata.annotations?.[annotations.approve],
    record: cache.get(configMaps, liveSchemasKey(object)),
  };
}

/**
 * What a declared schema uses of others is read once; what is live is on record with it. What is wrong with a schema that
 * is written is told where it is registered.
 */
async function readReferences(
  object: BusDependent,
  { live }: Participant,
  { registry }: BusConnection,
  cache: Cache,
): Promise<readonly ReadProblem[]> {
  const problems: ReadProblem[] = [];
  const unread = unreadUses(object, cache);
  for (const side of ['reads', 'writes'] as const) {
    for (const { topic, source, remember } of unread[side]) {
      const parsed = parseSchema(source);
      if (!parsed.isValid) continue;
      const known = live[side].find((use) => use.topic === topic && use.fingerprint === parsed.fingerprint);
      const read = known
        ? { state: 'read' as const, use: known }
        : registry && (await readUse(topic, source, registry));
      if (read?.state === 'read') remember(read.use);
      if (read?.state !== 'missing' || side === 'writes') continue;
      const message = `The schema in ${source.from} that topic ${topic} is to be read with cannot be used: ${read.message}.`;
      problems.push({ reason: reasons.schemaReferenceNotFound, message, effect: 'waiting' });
    }
  }
  return problems;
}

/** What a level that is transitive backwards promises is every version; otherwise the newest is what is written. */
async function retainedVersions(
  topic: string,
  { spec }: EventBus,
  { registry, registryView }: BusConnection,
): Promise<readonly RetainedVersion[]> {
  if (!registry || !registryView) return [];
  const subject = subjectOf(topic);
  const set = spec.schemaRegistry?.compatibility;
  const level =
    set === undefined
      ? ((await registryView.compatibilityOf(subject)) ?? (await registry.globalCompatibility()))
      : levelName(set);
  const isKept = level === 'BACKWARD_TRANSITIVE' || level === 'FULL_TRANSITIVE';
  const newest = isKept ? undefined : await registry.latest(subject);
  const versions = isKept ? await registry.versions(subject) : newest ? [newest] : [];
  const read = await Promise.all(versions.map((each) => storedUse(topic, each, registry)));
  return versions.flatMap(({ version }, at) => {
    const use = read[at];
    return use ? [{ version, use, isKept }] : [];
  });
}

/** Undefined: it is not ours to judge. */
async function storedUse(
  topic: string,
  { format, schema: text, references }: StoredSchema,
  registry: RegistryClient,
): Promise<SchemaUse | undefined> {
  if (format !== 'Avro') return undefined;
  const read = await readUse(topic, { format, text, references }, registry);
  return read.state === 'read' ? read.use : undefined;
}

function recordProblems(object: BusDependent, cache: Cache, self: Participant): readonly ReadProblem[] {
  const record = cache.get(configMaps, liveSchemasKey(object));
  if (record && !isLiveSchemasOf(object, record)) {
    const name = `ConfigMap ${keyOf(record.metadata)}`;
    const isOnItsWayOut = record.metadata.deletionTimestamp !== undefined || record.metadata.ownerReferences?.length;
    return isOnItsWayOut
      ? [{ reason: reasons.conflict, message: `${name} is of a former resource: it is waited for.`, effect: 'waiting' }]
      : [
          {
            reason: reasons.conflict,
            message: `${name} is there and not of Sluice's making: delete it.`,
            effect: 'stalled',
          },
        ];
  }
  const { reads, writes } = pendingUses(self);
  if (reads.length + writes.length === 0 || !isTooLarge(self.wanted)) return [];
  const message = `The schemas that ${object.kind} ${keyOf(object.metadata)} reads and writes with are larger together than the ConfigMap in which they are remembered can be, which is 1 MB: give it fewer topics, or take the documentation of the schemas elsewhere.`;
  return [{ reason: reasons.schemaInvalid, message, effect: 'stalled' }];
}

/** Of what can be read nothing is wrong, and it was read once already. */
function sourceProblems(object: BusDependent, cache: Cache, { wanted }: Participant): readonly ReadProblem[] {
  if (object.kind !== 'EventService') return [];
  const read = new Set(wanted.reads.map(({ topic }) => topic));
  const unread = readerSchemas(object).filter(({ topic }) => !read.has(topic));
  return unread.flatMap(({ topic, schema }): readonly ReadProblem[] => {
    const source = sourceOf(schema, object, topic, cache);
    if (source.state === 'missing') {
      return [{ reason: reasons.schemaSourceNotFound, message: source.message, effect: 'waiting' }];
    }
    const parsed = parseSchema(source);
    if (parsed.isValid) return [];
    const message = `The schema in ${source.from} that topic ${topic} is to be read with is not ${formatTitles[source.format]}: ${parsed.problem}: mend it there.`;
    return [{ reason: reasons.schemaInvalid, message, effect: 'stalled' }];
  });
}
