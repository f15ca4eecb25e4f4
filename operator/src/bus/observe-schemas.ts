// Reads the schemas that a resource declares, and what the registry knows of them. Nothing is asked of the registry for a
// schema that is remembered as registered and whose subject is still there.
import { annotations, type EventBus, reasons, type SubjectStatus } from '../api/index.ts';
import { SluiceError } from '../errors.ts';
import {
  atOnce,
  type DeclaredSchema,
  levelName,
  observeSubject,
  parseSchema,
  type RegistryClient,
  registryConnections,
  type SchemasObserved,
  type SubjectObserved,
} from '../registry/index.ts';
import { type Cache, keyOf, type ReconcileContext } from '../runtime/index.ts';
import type { BusConnection, RegistryView } from './connections.ts';
import { consumedTopics, subjectOf, writtenTopics } from './declared.ts';
import type { ReadSchema } from './observation.ts';
import { sourceOf } from './schema-source.ts';
import type { BusDependent } from './watches.ts';

export async function observeSchemas(
  object: BusDependent,
  { metadata, spec }: EventBus,
  { registry, registryView }: BusConnection,
  { cache }: Pick<ReconcileContext, 'cache'>,
  remembered: readonly SubjectStatus[],
): Promise<SchemasObserved> {
  const declared = declaredSchemas(object, cache);
  const compatibility = spec.schemaRegistry?.compatibility;
  const common = {
    busName: keyOf(metadata),
    declared,
    remembered,
    level: compatibility === undefined ? undefined : levelName(compatibility),
    approved: object.metadata.annotations?.[annotations.approve],
  };
  if (!registry || !registryView || !spec.schemaRegistry) {
    return { ...common, registry: { state: 'notConfigured' }, subjects: new Map() };
  }
  try {
    const subjects = await observeSubjects(common, registry, registryView);
    return { ...common, registry: { state: 'available', url: spec.schemaRegistry.url }, subjects };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const { reason, message } = error;
    return { ...common, registry: { state: 'unavailable', reason, message }, subjects: new Map() };
  }
}

function declaredSchemas(object: BusDependent, cache: Cache): readonly DeclaredSchema[] {
  return writtenTopics(object).flatMap(({ topic, schema }) =>
    schema ? [{ topic, subject: subjectOf(topic), source: sourceOf(schema, object, topic, cache) }] : [],
  );
}

async function observeSubjects(
  { declared, remembered, level, approved }: Pick<SchemasObserved, 'declared' | 'remembered' | 'level' | 'approved'>,
  registry: RegistryClient,
  view: RegistryView,
): Promise<ReadonlyMap<string, SubjectObserved>> {
  const found = new Map<string, SubjectObserved>();
  if (declared.length === 0) return found;
  const subjects = await view.subjects();
  const startedAt = performance.now();
  await atOnce(registryConnections, declared, async ({ subject, source }) => {
    if (source.state === 'missing') return;
    const parsed = parseSchema(source);
    if (!parsed.isValid) return;
    if (performance.now() - startedAt > maxAskingMs) throw tooSlow(found.size, declared.length);
    const known = remembered.find((status) => status.subject === subject);
    const isThere = subjects.has(subject);
    const current = level === undefined ? undefined : await view.compatibilityOf(subject);
    const isAsRemembered = isThere && known?.fingerprint === parsed.fingerprint && known.id !== undefined;
    if (isAsRemembered && current === level) return;
    const { format, text, references } = source;
    const question = {
      subject,
      schema: { format, text, references },
      isThere,
      level: level ?? current,
      isApproved: approved === parsed.fingerprint,
    };
    found.set(subject, {
      ...(await observeSubject(question, registry)),
      ...(current === undefined ? {} : { level: current }),
    });
  });
  return found;
}

/** A registry of which each call takes seconds must not keep a worker for the sum of them. */
const maxAskingMs = 30_000;

function tooSlow(judged: number, all: number): SluiceError {
  return new SluiceError(
    reasons.registryFailed,
    `The schema registry answers too slowly: of ${all} schemas ${judged} were judged within ${maxAskingMs / 1000} s; look at its log and its load.`,
  );
}

/** The schemas of the tables that a job reads; a service needs none. */
export async function observeReadSchemas(
  object: BusDependent,
  { registryView }: BusConnection,
): Promise<ReadonlyMap<string, ReadSchema>> {
  const found = new Map<string, ReadSchema>();
  if (object.kind !== 'StreamJob') return found;
  for (const topic of consumedTopics(object)) found.set(topic, await readSchema(topic, registryView));
  return found;
}

async function readSchema(topic: string, view: RegistryView | undefined): Promise<ReadSchema> {
  if (!view) return { state: 'none' };
  try {
    const latest = await view.latest(subjectOf(topic));
    if (!latest) return { state: 'none' };
    const { id, version, schema } = latest;
    return { state: 'found', id, version, schema };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { state: 'unavailable', message: error.message };
  }
}
