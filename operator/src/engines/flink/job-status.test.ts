import { describe, expect, test } from 'vitest';
import type { FlinkDeployment, FlinkDeploymentStatus } from './flink-deployment.ts';
import { flinkJobStatus, type JobState } from './job-status.ts';

const running: FlinkDeploymentStatus = {
  observedGeneration: 3,
  lifecycleState: 'STABLE',
  jobManagerDeploymentStatus: 'READY',
  reconciliationStatus: { state: 'DEPLOYED' },
  jobStatus: { state: 'RUNNING', jobId: 'abc', startTime: '1700000000000' },
};

function aDeployment(
  status: FlinkDeploymentStatus | undefined,
  state: 'running' | 'suspended' = 'running',
): FlinkDeployment {
  const spec = { job: { state } } as FlinkDeployment['spec'];
  const metadata = { namespace: 'shop', name: 'fraud', generation: 3 };
  return {
    apiVersion: 'flink.apache.org/v1beta1',
    kind: 'FlinkDeployment',
    metadata,
    spec,
    ...(status === undefined ? {} : { status }),
  };
}

describe('a FlinkDeployment', () => {
  test.each<[string, FlinkDeploymentStatus | undefined, JobState]>([
    ['that nobody has taken up', undefined, 'Pending'],
    ['with a running job', running, 'Running'],
    [
      'that is deployed, with a failed job',
      { ...running, lifecycleState: 'DEPLOYED', jobStatus: { state: 'FAILED' } },
      'Failed',
    ],
    ['whose running job is of an older generation', { ...running, observedGeneration: 2 }, 'Upgrading'],
    ['that is being upgraded', { ...running, reconciliationStatus: { state: 'UPGRADING' } }, 'Upgrading'],
    [
      'whose job manager cannot start',
      { ...running, jobManagerDeploymentStatus: 'ERROR', jobStatus: { state: 'RECONCILING' } },
      'Failed',
    ],
    ['stuck after a restore that failed', { ...running, jobStatus: { state: 'RECONCILING' } }, 'Starting'],
    ['whose job manager is not ready', { ...running, jobManagerDeploymentStatus: 'DEPLOYED_NOT_READY' }, 'Starting'],
    ['whose job restarts', { ...running, jobStatus: { state: 'RESTARTING' } }, 'Restarting'],
    ['whose job has ended', { ...running, jobStatus: { state: 'FINISHED' } }, 'Finished'],
    ['whose running job could not be upgraded', { ...running, error: 'savepoint failed' }, 'Failed'],
  ])('%s', (_, status, expected) => {
    expect(flinkJobStatus(aDeployment(status)).state).toBe(expected);
  });

  test('that is to be suspended is suspended when the operator says so', () => {
    expect(flinkJobStatus(aDeployment(running, 'suspended')).state).toBe('Upgrading');
    const suspended = { ...running, lifecycleState: 'SUSPENDED', jobStatus: { state: 'FINISHED' } };
    expect(flinkJobStatus(aDeployment(suspended, 'suspended')).state).toBe('Suspended');
  });

  test('tells the job, its start and the last savepoint', () => {
    const savepointInfo = { lastSavepoint: { location: 'file:/s/1', timeStamp: 1_700_000_000_000 } };
    const status = { ...running, jobStatus: { ...running.jobStatus, savepointInfo } };
    expect(flinkJobStatus(aDeployment(status))).toEqual({
      state: 'Running',
      message: 'the job is running',
      jobId: 'abc',
      startedAt: '2023-11-14T22:13:20.000Z',
      savepoint: { path: 'file:/s/1', takenAt: '2023-11-14T22:13:20.000Z' },
    });
  });
});

describe('the error of a job', () => {
  const failed = (error: string) =>
    flinkJobStatus(aDeployment({ ...running, error, jobStatus: { state: 'FAILED' } })).message;

  test('is the sentence of the SQL runner, where there is one among the causes', () => {
    const error = JSON.stringify({
      type: 'org.apache.flink.util.SerializedThrowable',
      message:
        'org.apache.flink.client.deployment.application.ApplicationExecutionException: Could not execute application.',
      throwableList: [
        {
          type: 'x',
          message: 'org.apache.flink.client.program.ProgramInvocationException: The main method caused an error',
        },
        {
          type: 'x',
          message: "dev.sluice.flink.SqlException: job.sql statement 2 (line 4, column 1): Column 'm' not found",
        },
      ],
    });
    expect(failed(error)).toBe("job.sql statement 2 (line 4, column 1): Column 'm' not found");
  });

  test('is the outermost message otherwise, also from an operator that writes it bare', () => {
    expect(failed(JSON.stringify({ message: 'ImagePullBackOff', throwableList: [] }))).toBe('ImagePullBackOff');
    expect(failed('Savepoint failed')).toBe('Savepoint failed');
  });

  test('says where to look when there is none', () => {
    expect(failed('')).toBe('the job failed: see the events of FlinkDeployment fraud');
  });
});
