import { expect, it } from 'vitest';
import { notReady, ready, statusToWrite } from './conditions.ts';

const now = new Date('2026-01-02T03:04:05.678Z');
const before = '2025-01-01T00:00:00Z';

it('says nothing again that was said already, in whatever order of fields', () => {
  const live = { topicId: 'id', conditions: [{ lastTransitionTime: before, status: 'True', type: 'Ready' }] };
  expect(statusToWrite(live, { conditions: [ready], topicId: 'id' }, now)).toBeUndefined();
});

it('moves a condition’s time when its status flips, and not when only its words change', () => {
  const first = statusToWrite(undefined, { conditions: [notReady('Creating', 'soon')] }, now);
  expect(first?.conditions).toEqual([{ ...notReady('Creating', 'soon'), lastTransitionTime: '2026-01-02T03:04:05Z' }]);
  const live = { conditions: [{ ...notReady('Creating', 'soon'), lastTransitionTime: before }] };
  const next = statusToWrite(live, { conditions: [notReady('KafkaError', 'no')] }, now);
  expect(next?.conditions).toEqual([{ ...notReady('KafkaError', 'no'), lastTransitionTime: before }]);
  const healed = statusToWrite(live, { conditions: [ready] }, now);
  expect(healed?.conditions).toEqual([{ ...ready, lastTransitionTime: '2026-01-02T03:04:05Z' }]);
});
