import { describe, expect, test } from 'vitest';
import { isWithin } from './apply.ts';

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
