// Reads what must be known before a subject is deleted: whether it is there, and who else needs it. Asks nothing while there
// is none to delete.
import { busKeyOf, type EventBus, type SubjectStatus } from '../api/index.ts';
import { SluiceError } from '../errors.ts';
import type { LeftSubject, RegistryClient } from '../registry/index.ts';
import { type Cache, keyOf } from '../runtime/index.ts';
import type { BusConnection } from './connections.ts';
import { subjectOf, writtenTopics } from './declared.ts';
import { eventBuses, eventServices, streamJobs } from './resources.ts';
import type { BusDependent } from './watches.ts';

/** Those with deletionPolicy Delete whose topic `object` declares no more, or all of them while it is deleted. */
export async function observeLeftSubjects(
  object: BusDependent,
  bus: EventBus,
  { registry, registryView }: Pick<BusConnection, 'registry' | 'registryView'>,
  cache: Cache,
  remembered: readonly SubjectStatus[],
): Promise<readonly LeftSubject[]> {
  const isDeleting = object.metadata.deletionTimestamp !== undefined;
  const declared = new Set(writtenTopics(object).map(({ topic }) => topic));
  const left = remembered.filter(
    ({ topic, deletionPolicy }) => deletionPolicy === 'Delete' && (isDeleting || !declared.has(topic)),
  );
  // A bus without a registry has nothing to delete in one.
  if (left.length === 0 || !registry || !registryView) return [];
  const others = othersOn(object, bus, cache);
  return Promise.all(
    left.map(async (status) => ({
      status,
      usedBy: others.filter((other) => uses(other, status)).map(({ kind, metadata }) => `${kind} ${keyOf(metadata)}`),
      ...(await lookUp(status, registry, registryView)),
    })),
  );
}

async function lookUp(
  { subject }: SubjectStatus,
  registry: RegistryClient,
  view: NonNullable<BusConnection['registryView']>,
): Promise<Pick<LeftSubject, 'registry' | 'referencedBy'>> {
  try {
    if (!(await view.subjects()).has(subject)) return { registry: { state: 'gone' }, referencedBy: [] };
    const versions = await registry.versions(subject);
    const ids = await Promise.all(versions.map(({ version }) => registry.referencedBy(subject, version)));
    return { registry: { state: 'there' }, referencedBy: [...new Set(ids.flat())] };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { registry: { state: 'unknown', message: error.message }, referencedBy: [] };
  }
}

/** All resources whose subjects are in the same registry: two buses may share one. */
function othersOn(object: BusDependent, { spec }: EventBus, cache: Cache): readonly BusDependent[] {
  const address = addressOf(spec.schemaRegistry?.url);
  const sharing = new Set(
    cache
      .list(eventBuses)
      .filter((other) => addressOf(other.spec.schemaRegistry?.url) === address)
      .map(({ metadata }) => keyOf(metadata)),
  );
  return [...cache.list(eventServices), ...cache.list(streamJobs)].filter(
    (other) =>
      sharing.has(keyOf(busKeyOf(other))) &&
      (other.kind !== object.kind || keyOf(other.metadata) !== keyOf(object.metadata)),
  );
}

function uses(other: BusDependent, { subject, topic }: SubjectStatus): boolean {
  return writtenTopics(other).some(
    (declared) =>
      declared.topic === topic ||
      subjectOf(declared.topic) === subject ||
      declared.schema?.references?.some((reference) => reference.subject === subject) === true,
  );
}

function addressOf(url: string | undefined): string | undefined {
  return url?.replace(/\/+$/, '');
}
