// What a resource says of topics, the same for services and jobs. Pure.
import type { EventService, SchemaSource, StreamJob, TopicDeclaration } from '../api/index.ts';
import type { DeclaredTopic } from '../kafka/index.ts';

/** Two weeks: time enough to notice a poisoned event, whatever the source's own retention is. */
const deadLetterRetentionMs = String(14 * 24 * 3_600_000);

/** `publishes` or `writes`. */
export function writtenTopics(object: EventService | StreamJob): readonly TopicDeclaration[] {
  return (isService(object) ? object.spec.publishes : object.spec.writes) ?? [];
}

/** Each takes its partitions from the topic whose poisoned events it keeps. */
export function deadLetterTopics(object: EventService | StreamJob): readonly DeclaredTopic[] {
  if (!isService(object)) return [];
  const made = (object.spec.consumes ?? []).flatMap(({ topic, deadLetter }) =>
    deadLetter ? [{ topic: deadLetter.topic, partitionsOf: topic }] : [],
  );
  // Two sources may share one dead-letter topic: the first gives the partitions.
  const first = new Map(made.toReversed().map((each) => [each.topic, each]));
  return [...first.values()].toReversed().map((each) => ({
    ...each,
    config: { 'retention.ms': deadLetterRetentionMs },
    drift: 'Revert',
    deletionPolicy: 'Retain',
  }));
}

/** `consumes` or `reads`. */
export function consumedTopics(object: EventService | StreamJob): readonly string[] {
  const entries: readonly { readonly topic: string }[] =
    (isService(object) ? object.spec.consumes : object.spec.reads) ?? [];
  return entries.map(({ topic }) => topic);
}

/** The topics that a service declares its own schema for, to read them with. */
export function readerSchemas({
  spec,
}: EventService): readonly { readonly topic: string; readonly schema: SchemaSource }[] {
  return (spec.consumes ?? []).flatMap(({ topic, schema }) => (schema ? [{ topic, schema }] : []));
}

/** By TopicNameStrategy, which clients use unless they are told otherwise. */
export function subjectOf(topic: string): string {
  return `${topic}-value`;
}

function isService(object: EventService | StreamJob): object is EventService {
  return object.kind === 'EventService';
}
