import { expect, test } from 'vitest';
import { isDeletionStuck } from './deletion.ts';
import type { FlinkDeployment } from './flink-deployment.ts';

const begun = Date.parse('2026-01-01T00:00:00Z');

function aDeployment(jobState: string | undefined, savepoint = 'true', isDeleting = true): FlinkDeployment {
  return {
    apiVersion: 'flink.apache.org/v1beta1',
    kind: 'FlinkDeployment',
    metadata: { name: 'fraud', ...(isDeleting ? { deletionTimestamp: new Date(begun).toISOString() } : {}) },
    spec: {
      flinkConfiguration: { 'kubernetes.operator.job.savepoint-on-deletion': savepoint },
    } as unknown as FlinkDeployment['spec'],
    ...(jobState === undefined ? {} : { status: { jobStatus: { state: jobState } } }),
  };
}

test.each([
  { name: 'a job that never came up', deployment: aDeployment('RECONCILING'), stuckAfterS: 30 },
  { name: 'a job that nobody took up', deployment: aDeployment(undefined), stuckAfterS: 30 },
  { name: 'a running job whose savepoint takes too long', deployment: aDeployment('RUNNING'), stuckAfterS: 900 },
  { name: 'a failed job, whose savepoint is skipped', deployment: aDeployment('FAILED'), stuckAfterS: undefined },
  { name: 'a job without savepoint', deployment: aDeployment('RECONCILING', 'false'), stuckAfterS: undefined },
  { name: 'a job that is not deleted', deployment: aDeployment('RECONCILING', 'true', false), stuckAfterS: undefined },
])('tells when the deletion of $name is stuck', ({ deployment, stuckAfterS }) => {
  const isStuckAt = (seconds: number) => isDeletionStuck(deployment, new Date(begun + seconds * 1000));
  if (stuckAfterS === undefined) {
    expect(isStuckAt(86_400)).toBe(false);
    return;
  }
  expect(isStuckAt(stuckAfterS - 1)).toBe(false);
  expect(isStuckAt(stuckAfterS)).toBe(true);
});
