import { expect, test } from 'vitest';
import { readCapabilities } from './capabilities.ts';

const definition = (spec: object, status: object = {}) => ({
  spec: {
    versions: [
      { name: 'v1alpha1', storage: false, schema: { openAPIV3Schema: {} } },
      {
        name: 'v1beta1',
        storage: true,
        schema: { openAPIV3Schema: { properties: { spec: { properties: spec }, status: { properties: status } } } },
      },
    ],
  },
});

test('the versions of Flink that the operator runs are those of its enum, in their order', () => {
  const crd = definition({ flinkVersion: { enum: ['v1_9', 'v2_0', 'v1_19', 'v1_13'] } });
  expect(readCapabilities(crd)).toEqual({ versions: ['1.9', '1.13', '1.19', '2.0'], features: [] });
});

test('what later operators can do is told by the fields that they have', () => {
  const job = { properties: { checkpointTriggerNonce: {} } };
  expect(readCapabilities(definition({ job }, { conditions: {} })).features).toEqual([
    'Conditions',
    'CheckpointOnRequest',
  ]);
});

test('a definition of another form tells nothing', () => {
  for (const crd of [undefined, {}, { spec: { versions: [] } }, definition({ flinkVersion: { type: 'string' } })]) {
    expect(readCapabilities(crd)).toEqual({ versions: [], features: [] });
  }
});
