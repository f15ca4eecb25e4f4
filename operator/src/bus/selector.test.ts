import { describe, expect, it } from 'vitest';
import { type LabelSelector, matchesSelector } from './selector.ts';

const labels = { team: 'shop', tier: 'gold' };

describe('a label selector', () => {
  const cases: readonly { readonly what: string; readonly selector: LabelSelector; readonly matches: boolean }[] = [
    { what: 'that is empty selects everything', selector: {}, matches: true },
    { what: 'by a label that is equal', selector: { matchLabels: { team: 'shop' } }, matches: true },
    { what: 'by a label that differs', selector: { matchLabels: { team: 'bank' } }, matches: false },
    { what: 'needs all of its labels', selector: { matchLabels: { team: 'shop', zone: 'a' } }, matches: false },
    {
      what: 'In, among the values',
      selector: { matchExpressions: [{ key: 'tier', operator: 'In', values: ['gold', 'silver'] }] },
      matches: true,
    },
    {
      what: 'In, of a label that is not there',
      selector: { matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] },
      matches: false,
    },
    {
      what: 'NotIn, among the values',
      selector: { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['gold'] }] },
      matches: false,
    },
    {
      what: 'NotIn, of a label that is not there',
      selector: { matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] },
      matches: true,
    },
    { what: 'Exists', selector: { matchExpressions: [{ key: 'team', operator: 'Exists' }] }, matches: true },
    {
      what: 'Exists, not there',
      selector: { matchExpressions: [{ key: 'zone', operator: 'Exists' }] },
      matches: false,
    },
    {
      what: 'DoesNotExist',
      selector: { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] },
      matches: false,
    },
    {
      what: 'with labels that match and an expression that does not',
      selector: { matchLabels: { team: 'shop' }, matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] },
      matches: false,
    },
    {
      what: 'does not take what every object inherits for a label',
      selector: { matchExpressions: [{ key: 'toString', operator: 'Exists' }] },
      matches: false,
    },
  ];
  it.each(cases)('$what', ({ selector, matches }) => {
    expect(matchesSelector(selector, labels)).toBe(matches);
  });
});
