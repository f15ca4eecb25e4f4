import { describe, expect, it } from 'vitest';
import { anEventService } from '../api/v1alpha1/builders.ts';
import { grantsOf } from './grants.ts';

describe('what a service is granted', () => {
  it('follows from what it declares, each rule once', () => {
    const object = anEventService({
      publishes: [{ topic: 'shop.orders' }],
      consumes: [
        { topic: 'shop.payments', deadLetter: { topic: 'shop.dead' } },
        { topic: 'shop.refunds', deadLetter: { topic: 'shop.dead' } },
        { topic: 'shop.audit', group: 'shop.audit' },
      ],
    });
    expect(
      grantsOf(object).map(({ operation, resource, name, pattern }) => `${operation} ${resource} ${name} ${pattern}`),
    ).toEqual([
      'Write Topic shop.orders Literal',
      'Read Topic shop.payments Literal',
      'Read Group shop.order Literal',
      'Write Topic shop.dead Literal',
      'Read Topic shop.refunds Literal',
      'Read Topic shop.audit Literal',
      'Read Group shop.audit Literal',
    ]);
  });
});
