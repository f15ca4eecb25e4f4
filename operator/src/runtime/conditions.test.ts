import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Condition, type DesiredCondition, isConditionTrue, setCondition } from './conditions.ts';

const noon = new Date('2026-01-01T12:00:00.500Z');
const later = new Date('2026-01-01T13:00:00Z');
const ready: DesiredCondition = {
  type: 'Ready',
  status: 'True',
  reason: 'Available',
  message: 'all is well',
  observedGeneration: 1,
};

describe('setCondition', () => {
  it('adds a condition with the time in whole seconds, as metav1.Time has it', () => {
    const { conditions, changed } = setCondition([], ready, noon);
    expect(changed).toBe(true);
    expect(conditions).toEqual([{ ...ready, lastTransitionTime: '2026-01-01T12:00:00Z' }]);
    expect(isConditionTrue(conditions, 'Ready')).toBe(true);
  });

  it('changes nothing, not even the array, when the same condition is set again', () => {
    const first = setCondition([], ready, noon).conditions;
    expect(setCondition(first, ready, later)).toEqual({ conditions: first, changed: false });
    expect(setCondition(first, ready, later).conditions).toBe(first);
  });

  it('keeps the transition time when only reason, message or generation change', () => {
    const first = setCondition([], ready, noon).conditions;
    const second = setCondition(first, { ...ready, message: 'still well', observedGeneration: 2 }, later);
    expect(second.changed).toBe(true);
    expect(second.conditions[0]).toMatchObject({ message: 'still well', lastTransitionTime: '2026-01-01T12:00:00Z' });
  });

  it('moves the transition time when the status flips, and leaves other types alone', () => {
    const other: DesiredCondition = { ...ready, type: 'Stalled', status: 'False', reason: 'Progressing' };
    const first = setCondition(setCondition([], ready, noon).conditions, other, noon).conditions;
    const flipped = setCondition(first, { ...ready, status: 'False', reason: 'Failed' }, later).conditions;
    expect(flipped.map(({ lastTransitionTime }) => lastTransitionTime)).toEqual([
      '2026-01-01T13:00:00Z',
      '2026-01-01T12:00:00Z',
    ]);
  });

  it('refuses a reason that the API server would refuse', () => {
    expect(() => setCondition([], { ...ready, reason: 'not a word' }, noon)).toThrow(/not a valid reason/);
    expect(() => setCondition([], { ...ready, reason: '' }, noon)).toThrow(RangeError);
  });

  it('cuts a message at the limit of the API', () => {
    const { conditions } = setCondition([], { ...ready, message: 'x'.repeat(40_000) }, noon);
    expect(conditions[0]?.message).toHaveLength(32_768);
  });

  it('keeps one condition a type, each with the time of its last flip, over any history', () => {
    const step = fc.record({
      type: fc.constantFrom('Ready', 'Stalled'),
      status: fc.constantFrom('True' as const, 'False' as const, 'Unknown' as const),
      reason: fc.constantFrom('Available', 'Failed'),
      message: fc.string(),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let conditions: readonly Condition[] = [];
        const flips = new Map<string, { readonly status: string; readonly at: string }>();
        steps.forEach((desired, minute) => {
          const now = new Date(Date.UTC(2026, 0, 1, 0, minute));
          if (flips.get(desired.type)?.status !== desired.status) {
            flips.set(desired.type, { status: desired.status, at: now.toISOString().replace('.000', '') });
          }
          const before = conditions;
          const result = setCondition(conditions, desired, now);
          conditions = result.conditions;
          expect(result.changed).toBe(conditions !== before);
          expect(conditions.find(({ type }) => type === desired.type)).toMatchObject(desired);
          for (const { type, lastTransitionTime } of conditions) expect(lastTransitionTime).toBe(flips.get(type)?.at);
          expect(new Set(conditions.map(({ type }) => type)).size).toBe(conditions.length);
        });
      }),
    );
  });
});
