// Test support: whether what is left on brokers and registry is exactly what the changes that the operator told of could not
// undo: no topic, partition or schema more, and none less. Pure.
import type { LiveTopics } from '../../kafka/index.ts';

export interface Outside {
  readonly topics: LiveTopics;
  /** By subject, its newest schema. */
  readonly schemas: ReadonlyMap<string, string | undefined>;
}

/** `told`: what the operator logged of each change that it carried out from `first` to `now`. Empty: all is accounted for. */
export function unaccounted(first: Outside, now: Outside, told: readonly string[]): readonly string[] {
  const topics = new Set([...first.topics.keys(), ...now.topics.keys(), ...namesIn(told, 'topic')]);
  const subjects = new Set([...first.schemas.keys(), ...now.schemas.keys()]);
  return [
    ...[...topics].flatMap((topic) => ofTopic(topic, first, now, told)),
    ...[...subjects].flatMap((subject) => ofSubject(subject, first, now, told)),
  ];
}

function ofTopic(topic: string, first: Outside, now: Outside, told: readonly string[]): readonly string[] {
  const was = first.topics.get(topic);
  const is = now.topics.get(topic);
  const about = told.filter(
    (line) => line.split(' ')[2]?.replace(/,$/, '') === topic && line.split(' ')[1] === 'topic',
  );
  const fate = about.findLast((line) => /^(Create|Delete)Topic /.test(line));
  const isExpected = fate === undefined ? was !== undefined : fate.startsWith('Create');
  if (isExpected !== (is !== undefined)) {
    return [`topic ${topic} is ${is ? '' : 'not '}there, and was told last: ${fate ?? 'nothing'}`];
  }
  if (!is) return [];
  if (was && fate === undefined && was.id !== is.id)
    return [`topic ${topic} was made anew, and nothing was told of it`];
  if (was && fate !== undefined && was.id === is.id) return [`topic ${topic} is the former one, and was told: ${fate}`];
  const grown = about.slice(fate === undefined ? 0 : about.lastIndexOf(fate) + 1).flatMap(grownTo);
  const least = Math.max(fate === undefined ? (was?.partitions ?? 0) : madeWith(fate), ...grown);
  if (is.partitions === least) return [];
  return [`topic ${topic} has ${is.partitions} partitions, and ${least} are accounted for`];
}

function ofSubject(subject: string, first: Outside, now: Outside, told: readonly string[]): readonly string[] {
  const isTold = (action: string) => told.some((line) => line.startsWith(`${action} subject ${subject}`));
  if (!now.schemas.has(subject)) return isTold('DeleteSubject') ? [] : [`subject ${subject} is gone`];
  const isNew = first.schemas.get(subject) !== now.schemas.get(subject);
  return isNew && !isTold('RegisterSchema') ? [`subject ${subject} has a schema that nothing was told of`] : [];
}

function grownTo(line: string): readonly number[] {
  const to = /^AddPartitions topic \S+ \(\d+ → (\d+) partitions\)/.exec(line)?.[1];
  return to === undefined ? [] : [Number(to)];
}

/** Of a CreateTopic; a topic that names no number has the brokers' one. */
function madeWith(line: string): number {
  return Number(/\((\d+) partitions?\b/.exec(line)?.[1] ?? 1);
}

function namesIn(told: readonly string[], what: string): readonly string[] {
  return told.flatMap((line) => new RegExp(`^\\w+ ${what} ([^ ,]+)`).exec(line)?.[1] ?? []);
}
