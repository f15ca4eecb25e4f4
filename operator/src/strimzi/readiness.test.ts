import { describe, expect, it } from 'vitest';
import { readinessOf, type StrimziCondition } from './readiness.ts';

const at = (conditions: readonly StrimziCondition[] | undefined, observedGeneration?: number) => ({
  apiVersion: 'kafka.strimzi.io/v1',
  kind: 'Kafka',
  metadata: { name: 'main', generation: 2 },
  status: {
    ...(conditions ? { conditions } : {}),
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
  },
});
const words = { reason: 'FatalProblem', message: 'No pools.' };

describe('readinessOf', () => {
  it.each([
    ['Ready=True', [{ type: 'Ready', status: 'True' }], { state: 'ready' }],
    [
      'NotReady=True, as the cluster operator says',
      [{ type: 'NotReady', status: 'True', ...words }],
      { state: 'refused', ...words },
    ],
    [
      'Ready=False, as the topic operator says',
      [{ type: 'Ready', status: 'False', ...words }],
      { state: 'refused', ...words },
    ],
    [
      'a warning beside Ready',
      [
        { type: 'Warning', status: 'True', ...words },
        { type: 'Ready', status: 'True' },
      ],
      { state: 'ready' },
    ],
    [
      'NotReady beside Ready',
      [
        { type: 'Ready', status: 'True' },
        { type: 'NotReady', status: 'True', ...words },
      ],
      { state: 'refused', ...words },
    ],
    ['no condition', [], { state: 'pending' }],
  ])('takes %s for what it means', (_, conditions, expected) => {
    expect(readinessOf(at(conditions, 2))).toEqual(expected);
  });

  it('waits for what is said of a former generation, good or bad, to be said of this one', () => {
    expect(readinessOf(at([{ type: 'Ready', status: 'True' }], 1))).toEqual({ state: 'pending' });
    expect(readinessOf(at([{ type: 'NotReady', status: 'True', ...words }], 1))).toEqual({ state: 'pending' });
    expect(readinessOf(at(undefined))).toEqual({ state: 'pending' });
  });
});
