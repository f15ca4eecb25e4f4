import { describe, expect, test } from 'vitest';
import { defineResource, type KubeObject, selects } from './resource.ts';

const cases = [
  { selector: undefined, labels: {}, isSelected: true },
  { selector: 'app=shop', labels: { app: 'shop', tier: 'web' }, isSelected: true },
  { selector: 'app=shop', labels: { app: 'other' }, isSelected: false },
  { selector: 'app=shop, tier=web', labels: { app: 'shop' }, isSelected: false },
  { selector: 'tier', labels: { tier: 'any' }, isSelected: true },
  { selector: 'tier', labels: { app: 'shop' }, isSelected: false },
];

describe('a selector', () => {
  test.each(cases)('$selector on $labels: $isSelected', ({ selector, labels, isSelected }) => {
    const resource = defineResource<KubeObject>({
      group: '',
      version: 'v1',
      plural: 'pods',
      kind: 'Pod',
      namespaced: true,
      ...(selector === undefined ? {} : { labelSelector: selector }),
    });
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'b', labels } };
    expect(selects(resource, pod)).toBe(isSelected);
  });
});
