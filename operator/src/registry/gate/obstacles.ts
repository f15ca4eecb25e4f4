// Which live readers cannot read what a participant newly writes, and which live writers, and versions that may still be
// in a topic, it could not read newly. Pure.
import { type Break, breaksBetween } from '../compatibility/resolution.ts';
import { modelOfUse, type Participant, pendingUses, type SchemaUse } from './use.ts';

/** A version of a topic's subject that a new reader must be able to read. */
export interface RetainedVersion {
  readonly version: number;
  readonly use: SchemaUse;
  /** Its level demands that every version can be read, whoever writes now; false: it is the newest. */
  readonly isKept: boolean;
}

export type Obstacle = {
  /** What is to go live. */
  readonly use: SchemaUse;
  readonly breaks: readonly [Break, ...Break[]];
} & (
  | { readonly kind: 'reader' | 'writer'; readonly other: Participant }
  /** What is to be read is in the registry, and nobody who is known writes it. */
  | { readonly kind: 'version'; readonly version: number; readonly isKept: boolean }
);

export interface Surroundings {
  /** All others who read what the participant writes or write what it reads. */
  readonly others: readonly Participant[];
  /** By topic that it newly reads, the versions that it must be able to read. */
  readonly retained: ReadonlyMap<string, readonly RetainedVersion[]>;
}

/**
 * Empty: what is wanted may go live. A participant's own pods are readers and writers, too, where it reads what it writes,
 * and those of two versions run side by side.
 */
export function obstaclesOf(self: Participant, { others, retained }: Surroundings): readonly Obstacle[] {
  const { reads, writes } = pendingUses(self);
  const own = { ...self, live: { ...self.live, reads: [...self.live.reads, ...reads] } };
  const all = [...others, own];
  return [
    ...writes.flatMap((use) => all.flatMap((other) => readerObstacles(use, other))),
    ...reads.flatMap((use) => {
      const versions = retained.get(use.topic) ?? [];
      return [
        ...all.flatMap((other) => writerObstacles(use, other, versions)),
        ...versions.flatMap((version) => versionObstacles(use, version, all)),
      ];
    }),
  ];
}

/** Whether the other's spec asks for what takes the obstacle away, or does without the topic. */
export function isOnItsWay({ kind, use, other }: Extract<Obstacle, { readonly other: Participant }>): boolean {
  return kind === 'reader'
    ? on(use.topic, other.wanted.reads).every((wanted) => breaksOf(use, wanted).length === 0)
    : on(use.topic, other.wanted.writes).every((wanted) => breaksOf(wanted, use).length === 0);
}

function readerObstacles(use: SchemaUse, other: Participant): readonly Obstacle[] {
  return on(use.topic, other.live.reads).flatMap((reader) =>
    obstacle(breaksOf(use, reader), use, { kind: 'reader', other }),
  );
}

/** What its level keeps in the topic anyway is no matter of who writes it. */
function writerObstacles(
  use: SchemaUse,
  other: Participant,
  retained: readonly RetainedVersion[],
): readonly Obstacle[] {
  const kept = new Set(retained.filter(({ isKept }) => isKept).map((version) => version.use.fingerprint));
  return on(use.topic, other.live.writes)
    .filter(({ fingerprint }) => !kept.has(fingerprint))
    .flatMap((writer) => obstacle(breaksOf(writer, use), use, { kind: 'writer', other }));
}

/** The newest is told of whoever writes it. */
function versionObstacles(
  use: SchemaUse,
  { version, use: written, isKept }: RetainedVersion,
  others: readonly Participant[],
): readonly Obstacle[] {
  const isWritten = others.some(({ live }) =>
    on(use.topic, live.writes).some(({ fingerprint }) => fingerprint === written.fingerprint),
  );
  if (isWritten && !isKept) return [];
  return obstacle(breaksOf(written, use), use, { kind: 'version', version, isKept });
}

function obstacle(
  [first, ...more]: readonly Break[],
  use: SchemaUse,
  what:
    | { readonly kind: 'reader' | 'writer'; readonly other: Participant }
    | { readonly kind: 'version'; readonly version: number; readonly isKept: boolean },
): readonly Obstacle[] {
  return first ? [{ use, breaks: [first, ...more], ...what }] : [];
}

function breaksOf(writer: SchemaUse, reader: SchemaUse): readonly Break[] {
  return writer.fingerprint === reader.fingerprint ? [] : breaksBetween(modelOfUse(writer), modelOfUse(reader));
}

function on(topic: string, uses: readonly SchemaUse[]): readonly SchemaUse[] {
  return uses.filter((use) => use.topic === topic);
}
