// A schema judged by a compatibility level against the versions of its subject, with a sentence for every break. Pure.
import type { AvroType } from './model.ts';
import { type Break, breaksBetween } from './resolution.ts';

export interface Version {
  readonly version: number;
  readonly type: AvroType;
}

export interface Finding {
  readonly version: number;
  /** `reads`: the new schema must read what that version wrote. `readBy`: that version must read what the new one writes. */
  readonly direction: 'reads' | 'readBy';
  readonly at: Break;
  /** Place, rule and what would mend it, without a full stop. */
  readonly message: string;
}

/** By the registries' own names; a level that is not known demands nothing here, the registry judges by it. */
interface Demands {
  readonly reads: boolean;
  readonly readBy: boolean;
  readonly all: boolean;
}

const demandsByLevel: Readonly<Record<string, Demands>> = {
  BACKWARD: { reads: true, readBy: false, all: false },
  BACKWARD_TRANSITIVE: { reads: true, readBy: false, all: true },
  FORWARD: { reads: false, readBy: true, all: false },
  FORWARD_TRANSITIVE: { reads: false, readBy: true, all: true },
  FULL: { reads: true, readBy: true, all: false },
  FULL_TRANSITIVE: { reads: true, readBy: true, all: true },
};

/** Which versions a level asks for: all, the newest, or none. */
export function versionsDemanded(level: string): 'all' | 'newest' | 'none' {
  const demands = demandsByLevel[level];
  if (!demands) return 'none';
  return demands.all ? 'all' : 'newest';
}

/** `versions`: oldest first. Empty: the schema is compatible by that level. */
export function findingsOf(level: string, candidate: AvroType, versions: readonly Version[]): readonly Finding[] {
  const demands = demandsByLevel[level];
  if (!demands) return [];
  const judged = demands.all ? versions : versions.slice(-1);
  // The newest first: it is the one that runs.
  return judged
    .toReversed()
    .flatMap(({ version, type }) => [
      ...(demands.reads ? told(breaksBetween(type, candidate), version, 'reads') : []),
      ...(demands.readBy ? told(breaksBetween(candidate, type), version, 'readBy') : []),
    ]);
}

function told(breaks: readonly Break[], version: number, direction: Finding['direction']): readonly Finding[] {
  return breaks.map((at) => {
    const message = direction === 'reads' ? readsMessage(at, version) : readByMessage(at, version);
    return { version, direction, at, message };
  });
}

function readsMessage(at: Break, version: number): string {
  const { path } = at;
  switch (at.rule) {
    case 'MissingDefault':
      return `${path} is not in version ${version} and has no default: give it one, or what version ${version} wrote cannot be read`;
    case 'MissingSymbols':
      return `${path} has no more the symbols ${at.symbols.join(', ')} that version ${version} may have written: keep them, or give the enum a default`;
    case 'MissingBranch':
      return `${path} may be ${at.branch} in version ${version} and must be ${at.reader} now: keep ${at.branch} in the union`;
    case 'TooComplex':
      return `${path} cannot be judged against version ${version}, since ${tooComplex}`;
    case 'NameMismatch':
      return `${path} is called ${at.reader} now and was ${at.writer} in version ${version}: keep the name, or add ${at.writer} to its aliases`;
    case 'TypeMismatch':
    case 'FixedSize':
    case 'DecimalMismatch':
      return `${path} is ${of(at)}${at.reader} now and was ${at.writer} in version ${version}, which cannot be read as that: keep ${at.writer}, or add a new field`;
  }
}

function readByMessage(at: Break, version: number): string {
  const { path } = at;
  switch (at.rule) {
    case 'MissingDefault':
      return `${path} is not written any more and readers of version ${version} have no default for it: keep the field`;
    case 'MissingSymbols':
      return `${path} has the new symbols ${at.symbols.join(', ')}, which readers of version ${version} do not know and have no default for: leave them out, or give the enum a default first and let all readers take that version`;
    case 'MissingBranch':
      return `${path} may be ${at.branch} now, which readers of version ${version} cannot read as ${at.reader}: leave it out of the union, or add a new field`;
    case 'TooComplex':
      return `${path} cannot be judged for readers of version ${version}, since ${tooComplex}`;
    case 'NameMismatch':
      return `${path} is called ${at.writer} now, which readers of version ${version} do not take for ${at.reader}: keep the name`;
    case 'TypeMismatch':
    case 'FixedSize':
    case 'DecimalMismatch':
      return `${path} is ${of(at)}${at.writer} now, which readers of version ${version} cannot read as ${at.reader}: keep ${at.reader}, or add a new field`;
  }
}

const tooComplex =
  'its unions hold too many records that are named alike but for their namespaces: give them names of their own';

function of({ rule }: Break): string {
  return rule === 'FixedSize' ? 'fixed of size ' : '';
}
