// Who writes and reads which topic, over all services and jobs of the cache, and what is odd about it. Pure.
import {
  busKeyOf,
  type Condition,
  conditionTypes,
  type EventBus,
  type EventService,
  type StreamJob,
} from '../api/index.ts';
import { keyOf, type ObjectKey } from '../runtime/index.ts';

export type Participant = EventService | StreamJob;

export interface LineageInput {
  readonly buses: readonly EventBus[];
  /** All that there are: whether nobody writes a topic is not for one who sees a part to say. */
  readonly participants: readonly Participant[];
  /** What the caller may see; the rest is left out. */
  readonly isVisible: (object: EventBus | Participant) => boolean;
  /** Only what concerns this namespace: its services and jobs, and who is at the other end of their topics. */
  readonly namespace?: string | undefined;
}

export interface Reference extends ObjectKey {
  readonly kind: string;
}

interface Ready {
  readonly status: Condition['status'];
  readonly reason?: string;
  readonly message?: string;
}

export interface LineageBus extends Reference {
  readonly ready: Ready;
}

export interface LineageParticipant extends Reference {
  readonly bus: string;
  readonly ready: Ready;
  readonly writes: readonly string[];
  /** Topics that keep the events it could not handle. */
  readonly deadLetters: readonly string[];
  readonly reads: readonly string[];
}

export interface LineageTopic {
  readonly bus: string;
  readonly topic: string;
  readonly id?: string;
  readonly partitions?: number;
  readonly subject?: { readonly name: string; readonly version?: number };
  readonly writers: readonly Reference[];
  readonly readers: readonly Reference[];
}

export interface Lineage {
  readonly buses: readonly LineageBus[];
  readonly services: readonly LineageParticipant[];
  readonly jobs: readonly LineageParticipant[];
  readonly topics: readonly LineageTopic[];
  readonly findings: {
    /** Whoever of these writes comes back to itself, by way of all the others. */
    readonly cycles: readonly (readonly Reference[])[];
    /** Read, and declared by nobody. */
    readonly orphans: readonly {
      readonly bus: string;
      readonly topic: string;
      readonly readers: readonly Reference[];
    }[];
    /** Declared by more than one: the first has it, the others are told so in their conditions. */
    readonly severalWriters: readonly {
      readonly bus: string;
      readonly topic: string;
      readonly writers: readonly Reference[];
    }[];
  };
}

export function lineageOf({ buses, participants, isVisible, namespace }: LineageInput): Lineage {
  const nodes = participants.map(nodeOf);
  const written = new Set(nodes.flatMap(({ writes }) => writes.map(({ key }) => key)));
  const visible = nodes.filter(({ object }) => isVisible(object));
  const own = visible.filter(({ object }) => namespace === undefined || object.metadata.namespace === namespace);
  const concerned = new Set(own.flatMap(({ writes, reads }) => [...writes, ...reads].map(({ key }) => key)));
  const topics = topicsOf(visible).filter(({ bus, topic }) => concerned.has(topicKey(bus, topic)));
  const usedBuses = new Set(own.map(({ bus }) => bus));
  const shownBuses = buses.filter(isVisible).filter(({ metadata }) => {
    return namespace === undefined || metadata.namespace === namespace || usedBuses.has(keyOf(metadata));
  });
  const ownNames = new Set(own.map(({ name }) => name));
  return {
    buses: shownBuses.map((bus) => ({ ...referenceOf(bus), ready: readyOf(bus) })).toSorted(byName),
    services: own
      .filter(({ object }) => object.kind === 'EventService')
      .map(participantOf)
      .toSorted(byName),
    jobs: own
      .filter(({ object }) => object.kind === 'StreamJob')
      .map(participantOf)
      .toSorted(byName),
    topics,
    findings: {
      cycles: cyclesOf(visible)
        .filter((cycle) => cycle.some(({ name }) => ownNames.has(name)))
        .map((cycle) => cycle.map(({ object }) => referenceOf(object)).toSorted(byName)),
      orphans: topics
        .filter(({ bus, topic }) => !written.has(topicKey(bus, topic)))
        .map(({ bus, topic, readers }) => ({ bus, topic, readers })),
      severalWriters: topics
        .filter(({ writers }) => writers.length > 1)
        .map(({ bus, topic, writers }) => ({ bus, topic, writers })),
    },
  };
}

interface TopicUse {
  readonly key: string;
  readonly topic: string;
}

interface Node {
  readonly object: Participant;
  readonly name: string;
  readonly bus: string;
  /** Dead-letter topics included. */
  readonly writes: readonly TopicUse[];
  readonly reads: readonly TopicUse[];
}

function nodeOf(object: Participant): Node {
  const bus = keyOf(busKeyOf(object));
  const uses = (topics: readonly string[]) =>
    [...new Set(topics)].map((topic) => ({ key: topicKey(bus, topic), topic }));
  const { writes, deadLetters, reads } = declaredBy(object);
  return { object, name: nameOf(object), bus, writes: uses([...writes, ...deadLetters]), reads: uses(reads) };
}

function declaredBy(object: Participant) {
  const namesOf = (entries: readonly { readonly topic: string }[] | undefined) =>
    (entries ?? []).map(({ topic }) => topic).toSorted();
  if (object.kind === 'StreamJob') {
    return { writes: namesOf(object.spec.writes), deadLetters: [], reads: namesOf(object.spec.reads) };
  }
  const { publishes, consumes } = object.spec;
  const deadLetters = namesOf((consumes ?? []).flatMap(({ deadLetter }) => deadLetter ?? []));
  return { writes: namesOf(publishes), deadLetters: [...new Set(deadLetters)], reads: namesOf(consumes) };
}

function participantOf({ object, bus }: Node): LineageParticipant {
  return { ...referenceOf(object), bus, ready: readyOf(object), ...declaredBy(object) };
}

function topicsOf(nodes: readonly Node[]): readonly LineageTopic[] {
  const found = new Map<string, { bus: string; topic: string; writers: Participant[]; readers: Participant[] }>();
  const at = (bus: string, { key, topic }: TopicUse) => {
    const known = found.get(key) ?? { bus, topic, writers: [], readers: [] };
    found.set(key, known);
    return known;
  };
  for (const { object, bus, writes, reads } of nodes) {
    for (const use of writes) at(bus, use).writers.push(object);
    for (const use of reads) at(bus, use).readers.push(object);
  }
  return [...found.values()]
    .map(({ bus, topic, writers, readers }) => ({
      bus,
      topic,
      ...factsOf(topic, writers),
      writers: writers.map(referenceOf).toSorted(byName),
      readers: readers.map(referenceOf).toSorted(byName),
    }))
    .toSorted((a, b) => (topicKey(a.bus, a.topic) < topicKey(b.bus, b.topic) ? -1 : 1));
}

/** As its owner's status has them. */
function factsOf(topic: string, writers: readonly Participant[]): Pick<LineageTopic, 'id' | 'partitions' | 'subject'> {
  const status = writers.flatMap((writer) => writer.status?.topics ?? []).find((each) => each.topic === topic);
  const subject = writers.flatMap((writer) => writer.status?.subjects ?? []).find((each) => each.topic === topic);
  return {
    ...(status?.id === undefined ? {} : { id: status.id }),
    ...(status?.partitions === undefined ? {} : { partitions: status.partitions }),
    ...(subject
      ? { subject: { name: subject.subject, ...(subject.version === undefined ? {} : { version: subject.version }) } }
      : {}),
  };
}

/** Strongly connected parts of more than one, and whoever reads what it writes itself (Kosaraju, without recursion). */
function cyclesOf(nodes: readonly Node[]): readonly (readonly Node[])[] {
  const readers = groupBy(nodes, ({ reads }) => reads);
  const writers = groupBy(nodes, ({ writes }) => writes);
  const after = (node: Node) => node.writes.flatMap(({ key }) => readers.get(key) ?? []);
  const before = (node: Node) => node.reads.flatMap(({ key }) => writers.get(key) ?? []);
  const seen = new Set<Node>();
  const finished = nodes.flatMap((node) => walk(node, after, seen));
  const assigned = new Set<Node>();
  const parts = finished.toReversed().map((node) => walk(node, before, assigned));
  return parts.filter((part) => {
    const [first] = part;
    return part.length > 1 || (first !== undefined && after(first).includes(first));
  });
}

/** Everything that is reached from `start` and not in `seen`, which it is then; each after what is reached from it. */
function walk(start: Node, next: (node: Node) => readonly Node[], seen: Set<Node>): readonly Node[] {
  if (seen.has(start)) return [];
  seen.add(start);
  const done: Node[] = [];
  const path = [{ node: start, rest: next(start).values() }];
  for (let top = path.at(-1); top; top = path.at(-1)) {
    const { value, done: isThrough } = top.rest.next();
    if (isThrough) {
      done.push(top.node);
      path.pop();
    } else if (!seen.has(value)) {
      seen.add(value);
      path.push({ node: value, rest: next(value).values() });
    }
  }
  return done;
}

function groupBy(
  nodes: readonly Node[],
  uses: (node: Node) => readonly TopicUse[],
): ReadonlyMap<string, readonly Node[]> {
  const groups = new Map<string, Node[]>();
  for (const node of nodes) {
    for (const { key } of uses(node)) {
      const group = groups.get(key);
      if (group) group.push(node);
      else groups.set(key, [node]);
    }
  }
  return groups;
}

export function readyOf({ status }: EventBus | Participant): Ready {
  const ready = status?.conditions?.find(({ type }) => type === conditionTypes.ready);
  return ready ? { status: ready.status, reason: ready.reason, message: ready.message } : { status: 'Unknown' };
}

function referenceOf({ kind, metadata }: EventBus | Participant): Reference {
  return { kind, namespace: metadata.namespace ?? '', name: metadata.name };
}

function byName(a: Reference, b: Reference): number {
  const [left, right] = [a, b].map(({ kind, ...key }) => `${kind} ${keyOf(key)}`);
  return (left ?? '') < (right ?? '') ? -1 : 1;
}

function nameOf({ kind, metadata }: Participant): string {
  return `${kind} ${keyOf(metadata)}`;
}

/** No topic's name holds a "/". */
function topicKey(bus: string, topic: string): string {
  return `${bus}/${topic}`;
}
