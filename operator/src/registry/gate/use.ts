// What services and jobs read and write with: what their specs ask for, and what their pods may have. Pure.
import { type AvroType, modelOf } from '../compatibility/model.ts';

/** A schema that values of a topic are read or written with. */
export interface SchemaUse {
  readonly topic: string;
  /** Of the canonical form: the same for two schemas that no reader or writer can tell apart. */
  readonly fingerprint: string;
  /** An Avro schema that stands alone. */
  readonly schema: string;
  /** What could not be read when a person let it go live all the same. */
  readonly approved?: string;
}

export interface SchemaUses {
  readonly reads: readonly SchemaUse[];
  readonly writes: readonly SchemaUse[];
}

export interface Participant {
  /** Such as `EventService shop/order`. */
  readonly name: string;
  /** All that a pod may use which has been started and of which it is not known that it is gone. */
  readonly live: SchemaUses;
  /** What the spec asks for, as far as it can be read. */
  readonly wanted: SchemaUses;
}

export const noUses: SchemaUses = { reads: [], writes: [] };

/** What is wanted and not live yet. */
export function pendingUses({ live, wanted }: Pick<Participant, 'live' | 'wanted'>): SchemaUses {
  const without = (uses: readonly SchemaUse[], known: readonly SchemaUse[]) =>
    uses.filter((use) => !known.some((other) => isSameUse(use, other)));
  return { reads: without(wanted.reads, live.reads), writes: without(wanted.writes, live.writes) };
}

/**
 * What is live once the wanted schemas go live. `isSettled`: no pod is left, or about to come, of any other version; until
 * then what was live may still be used. `approved`: by fingerprint, what a person let go live.
 */
export function nextUses(
  { live, wanted }: Pick<Participant, 'live' | 'wanted'>,
  { isSettled, approved }: { readonly isSettled: boolean; readonly approved: ReadonlyMap<string, string> },
): SchemaUses {
  const next = (known: readonly SchemaUse[], asked: readonly SchemaUse[]): readonly SchemaUse[] => {
    const marked = asked.map((use) => {
      const before = known.find((other) => isSameUse(use, other));
      const told = before ? before.approved : approved.get(use.fingerprint);
      return told === undefined ? use : { ...use, approved: told };
    });
    const left = isSettled ? [] : known.filter((use) => !asked.some((other) => isSameUse(use, other)));
    return [...left, ...marked];
  };
  return { reads: next(live.reads, wanted.reads), writes: next(live.writes, wanted.writes) };
}

export function isSameUse(a: SchemaUse, b: SchemaUse): boolean {
  return a.topic === b.topic && a.fingerprint === b.fingerprint;
}

/** Whether both are the same in order and in what a person approved. */
export function areSameUses(a: SchemaUses, b: SchemaUses): boolean {
  const isSame = (left: readonly SchemaUse[], right: readonly SchemaUse[]) =>
    left.length === right.length &&
    left.every((use, at) => {
      const other = right[at];
      return other !== undefined && isSameUse(use, other) && use.approved === other.approved;
    });
  return isSame(a.reads, b.reads) && isSame(a.writes, b.writes);
}

/** Throws an Error where the text is no Avro schema after all. */
export function modelOfUse(use: SchemaUse): AvroType {
  const known = models.get(use);
  if (known) return known;
  const model = modelOf(JSON.parse(use.schema));
  models.set(use, model);
  return model;
}

/** The same uses are judged again and again while somebody waits. */
const models = new WeakMap<SchemaUse, AvroType>();
