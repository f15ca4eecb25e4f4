// What is said of two schemas that do not go together, to the one that must wait. Without full stops. Pure.
import type { Break } from '../compatibility/resolution.ts';
import type { Obstacle } from './obstacles.ts';

export interface Told {
  /** Who cannot read what, at which place. */
  readonly fact: string;
  readonly mend: string;
}

export function toldOf(obstacle: Obstacle): Told {
  const [at] = obstacle.breaks;
  switch (obstacle.kind) {
    case 'reader':
      return readerTold(at, obstacle.other.name);
    case 'writer':
      return writtenTold(at, `${obstacle.other.name} writes`);
    case 'version':
      return writtenTold(at, `version ${obstacle.version} in the registry has`);
  }
}

function readerTold(at: Break, reader: string): Told {
  const { path } = at;
  switch (at.rule) {
    case 'MissingDefault':
      return {
        fact: `${reader} reads field ${path}, which is not written any more, and has no default for it`,
        mend: 'keep the field, or give it a default there first',
      };
    case 'MissingSymbols':
      return {
        fact: `${reader} reads ${path} without the symbols ${at.symbols.join(', ')} and has no default for them`,
        mend: 'leave them out, or have them read there first',
      };
    case 'MissingBranch':
      return {
        fact: `${reader} reads ${path} as ${at.reader}, and it may be ${at.branch} now`,
        mend: 'leave that out of the union, or have it read there first',
      };
    case 'NameMismatch':
      return {
        fact: `${reader} reads ${path} as ${at.reader}, and it is called ${at.writer} now`,
        mend: `keep the name, or add ${at.writer} to the aliases there first`,
      };
    case 'TooComplex':
      return {
        fact: `whether ${reader} can read ${path} takes too long to find out`,
        mend: 'give the records of its unions names that differ',
      };
    case 'TypeMismatch':
    case 'FixedSize':
    case 'DecimalMismatch':
      return {
        fact: `${reader} reads field ${path} as ${of(at)}${at.reader}, and it is ${of(at)}${at.writer} now`,
        mend: `keep ${at.reader}, or add a new field`,
      };
  }
}

/** `writes`: such as `EventService shop/order writes`. */
function writtenTold(at: Break, writes: string): Told {
  const { path } = at;
  switch (at.rule) {
    case 'MissingDefault':
      return { fact: `${writes} no field ${path}, and the reader has no default for it`, mend: 'give it one' };
    case 'MissingSymbols':
      return {
        fact: `${writes} ${path} with the symbols ${at.symbols.join(', ')}, which the reader does not know`,
        mend: 'add them, or give the enum a default',
      };
    case 'MissingBranch':
      return {
        fact: `${writes} ${path} as ${at.branch}, too, and the reader takes ${at.reader}`,
        mend: `add ${at.branch} to the union`,
      };
    case 'NameMismatch':
      return {
        fact: `${writes} ${path} as ${at.writer}, and the reader takes ${at.reader}`,
        mend: `take that name, or add ${at.writer} to the aliases`,
      };
    case 'TooComplex':
      return {
        fact: `whether what ${writes} in ${path} can be read takes too long to find out`,
        mend: 'give the records of its unions names that differ',
      };
    case 'TypeMismatch':
    case 'FixedSize':
    case 'DecimalMismatch':
      return {
        fact: `${writes} field ${path} as ${of(at)}${at.writer}, and the reader takes ${of(at)}${at.reader}`,
        mend: `take ${at.writer}`,
      };
  }
}

function of({ rule }: Break): string {
  return rule === 'FixedSize' ? 'fixed of size ' : '';
}
