import { expect, test } from 'vitest';
import type { Change } from '../plan/index.ts';
import { ApiError, type Resource } from '../runtime/index.ts';
import { explainRefusal } from './refused.ts';
import { deployments, networkPolicies, serviceAccounts, services } from './resources/kinds.ts';

const error = new ApiError({
  status: 422,
  message: 'PATCH: 422',
  body: { message: 'spec.ports[0].nodePort: Invalid value: 80' },
});

function applied(resource: Resource): Change {
  const object = { apiVersion: 'v1', kind: resource.kind, metadata: { name: 'order', namespace: 'shop' } };
  return { action: 'Apply', resource, object, risk: 'Safe', reason: 'it is not as declared' };
}

// A node port out of range passes every dry run, since those allocate none.
test.each([
  { change: applied(services), reason: 'ServiceRefused' },
  { change: applied(deployments), reason: 'TemplateRefused' },
  { change: applied(networkPolicies), reason: 'NetworkPolicyRefused' },
])('an apply that the API server refuses after its dry run is told as $reason, in its words', ({ change, reason }) => {
  const verdict = explainRefusal({ change, error });
  expect(verdict).toMatchObject({ type: 'ReleaseHealthy', status: 'False', reason, effect: 'stalled' });
  expect(verdict?.message).toContain('spec.ports[0].nodePort: Invalid value: 80');
});

test('what does not judge the spec is told in the general words', () => {
  expect(explainRefusal({ change: applied(services), error: new Error('no answer') })).toBeUndefined();
  expect(explainRefusal({ change: applied(serviceAccounts), error })).toBeUndefined();
});
