import { describe, expect, it } from 'vitest';
import { findingsOf } from './findings.ts';
import { modelOf } from './model.ts';

const record = (...fields: readonly object[]) => modelOf({ type: 'record', name: 'OrderPlaced', fields });
const id = { name: 'id', type: 'string' };
const currency = { name: 'currency', type: 'string' };
const withDefault = { ...currency, default: 'EUR' };
const versions = [
  { version: 1, type: record(id) },
  { version: 2, type: record(id, withDefault) },
];

function told(level: string, candidate: ReturnType<typeof record>) {
  return findingsOf(level, candidate, versions).map(
    ({ version, direction, at }) => `${direction} ${version} ${at.rule}`,
  );
}

describe('a level', () => {
  it.each([
    ['BACKWARD', []],
    ['BACKWARD_TRANSITIVE', ['reads 1 MissingDefault']],
    ['FORWARD', []],
    ['FULL', []],
    ['FULL_TRANSITIVE', ['reads 1 MissingDefault']],
    ['NONE', []],
    ['SOMETHING_NEW', []],
  ])('%s demands of a field without its default: %j', (level, expected) => {
    expect(told(level, record(id, currency))).toEqual(expected);
  });

  it.each([
    ['BACKWARD', []],
    ['FORWARD', ['readBy 2 MissingDefault']],
    ['FORWARD_TRANSITIVE', ['readBy 2 MissingDefault', 'readBy 1 MissingDefault']],
    ['FULL', ['readBy 2 MissingDefault']],
  ])('%s demands of a schema without the id: %j', (level, expected) => {
    expect(told(level, record(withDefault))).toEqual(expected);
  });

  it('accepts the first version of a subject', () => {
    expect(findingsOf('FULL_TRANSITIVE', record(id), [])).toEqual([]);
  });
});

describe('a break is told with its place and what would mend it', () => {
  const field = (type: unknown, over: object = {}) => record({ name: 'f', type, ...over });
  const enumOf = (...symbols: readonly string[]) => field({ type: 'enum', name: 'E', symbols });
  const one = (level: string, candidate: ReturnType<typeof record>, former: ReturnType<typeof record>) =>
    findingsOf(level, candidate, [{ version: 4, type: former }])[0]?.message;
  it.each([
    [
      'BACKWARD',
      record(id, currency),
      record(id),
      'OrderPlaced.currency is not in version 4 and has no default: give it one, or what version 4 wrote cannot be read',
    ],
    [
      'FORWARD',
      record(id),
      record(id, currency),
      'OrderPlaced.currency is not written any more and readers of version 4 have no default for it: keep the field',
    ],
    [
      'BACKWARD',
      field('string'),
      field('int'),
      'OrderPlaced.f is string now and was int in version 4, which cannot be read as that: keep int, or add a new field',
    ],
    [
      'FORWARD',
      field('string'),
      field('int'),
      'OrderPlaced.f is string now, which readers of version 4 cannot read as int: keep int, or add a new field',
    ],
    [
      'BACKWARD',
      enumOf('A'),
      enumOf('A', 'B'),
      'OrderPlaced.f has no more the symbols B that version 4 may have written: keep them, or give the enum a default',
    ],
    [
      'FORWARD',
      enumOf('A', 'B'),
      enumOf('A'),
      'OrderPlaced.f has the new symbols B, which readers of version 4 do not know and have no default for: leave them out, or give the enum a default first and let all readers take that version',
    ],
    [
      'BACKWARD',
      field(['null', 'int']),
      field(['null', 'string']),
      'OrderPlaced.f may be string in version 4 and must be null, int now: keep string in the union',
    ],
    [
      'FORWARD',
      field(['null', 'string']),
      field(['null', 'int']),
      'OrderPlaced.f may be string now, which readers of version 4 cannot read as null, int: leave it out of the union, or add a new field',
    ],
    [
      'BACKWARD',
      field({ type: 'fixed', name: 'F', size: 5 }),
      field({ type: 'fixed', name: 'F', size: 4 }),
      'OrderPlaced.f is fixed of size 5 now and was 4 in version 4, which cannot be read as that: keep 4, or add a new field',
    ],
    [
      'BACKWARD',
      field({ type: 'fixed', name: 'G', size: 4 }),
      field({ type: 'fixed', name: 'F', size: 4 }),
      'OrderPlaced.f is called G now and was F in version 4: keep the name, or add F to its aliases',
    ],
    [
      'FORWARD',
      field({ type: 'fixed', name: 'G', size: 4 }),
      field({ type: 'fixed', name: 'F', size: 4 }),
      'OrderPlaced.f is called G now, which readers of version 4 do not take for F: keep the name',
    ],
  ])('%s', (level, candidate, former, message) => {
    expect(one(level, candidate, former)).toBe(message);
  });
});
