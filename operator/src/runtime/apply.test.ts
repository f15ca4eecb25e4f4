import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { hashOf, isWithin } from './apply.ts';

interface Case {
  /** "is …" of the desired within the live object */
  readonly name: string;
  readonly desired: unknown;
  readonly live: unknown;
  readonly isWithin: boolean;
}

const cases: readonly Case[] = [
  { name: 'a field that others set', desired: { a: 1 }, live: { a: 1, b: 2 }, isWithin: true },
  { name: 'a field that differs', desired: { a: 1 }, live: { a: 2 }, isWithin: false },
  { name: 'a field that is gone', desired: { a: 'x' }, live: {}, isWithin: false },
  { name: 'false where the server leaves it out', desired: { hostNetwork: false }, live: {}, isWithin: true },
  { name: '0 where the server leaves it out', desired: { initialDelaySeconds: 0 }, live: {}, isWithin: true },
  { name: 'false where it is true', desired: { readOnly: false }, live: { readOnly: true }, isWithin: false },
  { name: '0 where it is 1', desired: { replicas: 0 }, live: { replicas: 1 }, isWithin: false },
  { name: 'true where the server has nothing', desired: { readOnly: true }, live: {}, isWithin: false },
  {
    name: 'a quantity in another spelling',
    desired: { limits: { cpu: 0.5, memory: '1Gi' } },
    live: { limits: { cpu: '500m', memory: '1024Mi' } },
    isWithin: true,
  },
  { name: 'another quantity', desired: { limits: { cpu: 1 } }, live: { limits: { cpu: '500m' } }, isWithin: false },
  {
    name: 'a list element that others added',
    desired: { env: [{ name: 'A', value: '1' }] },
    live: {
      env: [
        { name: 'B', value: '2' },
        { name: 'A', value: '1' },
      ],
    },
    isWithin: true,
  },
  {
    name: 'a list of scalars that others extended',
    desired: { args: ['a'] },
    live: { args: ['a', 'b'] },
    isWithin: false,
  },
];

describe('within the live object', () => {
  test.each(cases)('is $name: $isWithin', ({ desired, live, isWithin: expected }) => {
    expect(isWithin(desired, live)).toBe(expected);
  });
});

/** What an operator sets: maps, lists of named things and scalars, none of them empty. */
const desired = fc.letrec((tie) => ({
  scalar: fc.oneof(fc.string({ minLength: 1 }), fc.integer({ min: 1 }), fc.constant(true)),
  named: fc.uniqueArray(fc.record({ name: fc.stringMatching(/^[a-z]{1,4}$/), value: tie('scalar') }), {
    selector: ({ name }) => name,
    minLength: 1,
    maxLength: 4,
  }),
  object: fc.dictionary(
    fc.stringMatching(/^[a-z]{1,5}$/),
    fc.oneof({ depthSize: 'small' }, tie('scalar'), tie('named'), tie('object')),
    { minKeys: 1, maxKeys: 4 },
  ),
})).object;

/** The same with fields and named list elements that the server or somebody else added, lists in another order. */
function withMore(value: unknown): unknown {
  if (Array.isArray(value)) return [...value.map(withMore).reverse(), { name: 'SIDECAR', value: 'theirs' }];
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, field]) => [name, withMore(field)]);
  return Object.fromEntries([...entries.reverse(), ['THEIRS', { more: 1 }]]);
}

/** The same with one scalar changed, the `pick`th that is met. */
function withOneChanged(value: unknown, pick: { left: number }): unknown {
  if (Array.isArray(value)) return value.map((item) => withOneChanged(item, pick));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, withOneChanged(field, pick)]));
  }
  return pick.left-- === 0 ? `${String(value)}, changed` : value;
}

describe('the comparison', () => {
  it('finds everything that was set, whatever was added and in whatever order, and nothing else', () => {
    fc.assert(
      fc.property(desired, fc.nat(3), (value, at) => {
        expect(isWithin(value, value)).toBe(true);
        expect(isWithin(value, withMore(value))).toBe(true);
        const pick = { left: at };
        const changed = withOneChanged(value, pick);
        if (pick.left < 0) expect(isWithin(value, changed)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('hashes the same for every order of keys, and differently for another value', () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([name, field]) => [name, reversed(field)]),
      );
    };
    fc.assert(
      fc.property(desired, fc.nat(3), (value, at) => {
        expect(hashOf(reversed(value))).toBe(hashOf(value));
        const pick = { left: at };
        const changed = withOneChanged(value, pick);
        if (pick.left < 0) expect(hashOf(changed)).not.toBe(hashOf(value));
      }),
      { numRuns: 500 },
    );
  });
});
