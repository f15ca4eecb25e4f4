import { expect, it } from 'vitest';
import { namedBy, scheduleLabel, specHashOf } from './resources.ts';

const anApplication = (labels?: Readonly<Record<string, string>>) => ({
  apiVersion: 'sparkoperator.k8s.io/v1beta2',
  kind: 'SparkApplication',
  metadata: { name: 'fraud', namespace: 'shop', ...(labels ? { labels } : {}) },
});

it('an application that no schedule made wakes none', () => {
  expect(namedBy(scheduleLabel, anApplication())).toEqual([]);
  const run = anApplication({ [scheduleLabel]: 'train' });
  expect(namedBy(scheduleLabel, run)).toEqual([{ namespace: 'shop', name: 'train' }]);
});

it('suspending and time to live make no other spec, anything else does', () => {
  const spec = { type: 'Python', driver: {}, executor: {} };
  expect(specHashOf({ ...spec, suspend: true, timeToLiveSeconds: 1 })).toBe(specHashOf(spec));
  expect(specHashOf({ ...spec, image: 'other' })).not.toBe(specHashOf(spec));
});
