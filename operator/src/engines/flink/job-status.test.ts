import { describe, expect, test } from 'vitest';
import { type Reason, reasons } from '../../api/index.ts';
import type { JobObservation, JobState, Pod } from '../engine.ts';
import type { FlinkDeployment, FlinkDeploymentSpec, FlinkDeploymentStatus } from './flink-deployment.ts';
import { flinkJobStatus } from './job-status.ts';

/** As operator 1.7 writes it: the generation is nowhere else. */
const reconciled = (generation: number, state = 'DEPLOYED') => ({
  state,
  lastReconciledSpec: JSON.stringify({ spec: {}, resource_metadata: { metadata: { generation } } }),
});

const running = {
  lifecycleState: 'STABLE',
  jobManagerDeploymentStatus: 'READY',
  reconciliationStatus: reconciled(3),
  jobStatus: { state: 'RUNNING', jobId: 'abc', startTime: '1700000000000' },
} satisfies FlinkDeploymentStatus;

const errorOf = (type: string, messages: readonly string[], additionalMetadata = {}) => {
  const [message, ...causes] = messages;
  return JSON.stringify({
    type: `org.apache.flink.kubernetes.operator.exception.${type}`,
    message,
    additionalMetadata,
    throwableList: causes.map((cause) => ({ type: 'java.lang.RuntimeException', message: cause })),
  });
};

function aDeployment(status: FlinkDeploymentStatus | undefined, state: 'running' | 'suspended'): FlinkDeployment {
  const podTemplate = { spec: { volumes: [{ name: 'sluice', configMap: { name: 'fraud-sql-1' } }] } };
  const spec = { job: { state }, podTemplate, flinkConfiguration: {} } as unknown as FlinkDeploymentSpec;
  return {
    apiVersion: 'flink.apache.org/v1beta1',
    kind: 'FlinkDeployment',
    metadata: { namespace: 'shop', name: 'fraud', generation: 3 },
    spec,
    ...(status === undefined ? {} : { status }),
  };
}

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

function aPod(container: Partial<ContainerStatus>, configMap = 'fraud-sql-1', createdAt = '2026-01-01T00:00:00Z'): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'shop', name: `fraud-${createdAt}`, creationTimestamp: createdAt },
    spec: { volumes: [{}, { configMap: { name: configMap } }] },
    status: { containerStatuses: [{ name: 'flink-main-container', image: 'flink:1', ...container }] },
  };
}

interface Case {
  /** "reads a FlinkDeployment <name>" */
  readonly name: string;
  readonly status?: FlinkDeploymentStatus;
  /** `spec.job.state`; running when absent. */
  readonly wanted?: 'suspended';
  readonly pods?: readonly Pod[];
  readonly state: JobState;
  readonly reason: Reason;
  readonly effect?: 'waiting' | 'stalled';
  /** Words of the message. */
  readonly says?: string;
  /** Why the newest spec is not in force though the former one runs. */
  readonly upgrade?: JobObservation['upgrade'];
}

const sentence = "job.sql statement 2 (line 4, column 1): Column 'm' not found";
const terminated = { terminated: { exitCode: 1, message: `${sentence}\n` } };

const cases: readonly Case[] = [
  {
    name: 'that nobody has taken up',
    state: 'Pending',
    reason: reasons.jobStarting,
    effect: 'waiting',
    says: 'check that it runs and watches this namespace',
  },
  { name: 'with a running job', status: running, state: 'Running', reason: reasons.running },
  {
    name: 'whose running job is of an older generation',
    status: { ...running, reconciliationStatus: reconciled(2) },
    state: 'Starting',
    reason: reasons.jobStarting,
    effect: 'waiting',
    says: 'last change',
  },
  {
    name: 'whose old error speaks of an older generation',
    status: {
      ...running,
      reconciliationStatus: reconciled(2),
      jobStatus: { state: 'FAILED' },
      error: errorOf('DeploymentFailedException', ['back-off']),
    },
    state: 'Starting',
    reason: reasons.jobStarting,
    effect: 'waiting',
  },
  {
    name: 'between two versions, the former one finished by its savepoint',
    status: { ...running, reconciliationStatus: reconciled(3, 'UPGRADING'), jobStatus: { state: 'FINISHED' } },
    state: 'Starting',
    reason: reasons.jobStarting,
    effect: 'waiting',
  },
  {
    name: 'whose savepoint for an upgrade failed',
    status: {
      ...running,
      reconciliationStatus: reconciled(2),
      error: errorOf('ReconciliationException', [
        'java.util.concurrent.ExecutionException: x',
        'Savepoint could not be written: disk full',
      ]),
    },
    state: 'Running',
    reason: reasons.running,
    says: 'former version',
    upgrade: {
      reason: reasons.savepointFailed,
      effect: 'waiting',
      message: 'Savepoint could not be written: disk full',
    },
  },
  {
    name: 'whose changed spec the Flink operator refuses while the former one runs',
    status: {
      ...running,
      reconciliationStatus: reconciled(2),
      error: errorOf('ValidationException', ['Parallelism must be larger than 0']),
    },
    state: 'Running',
    reason: reasons.running,
    says: 'former version',
    upgrade: { reason: reasons.engineRefused, effect: 'stalled', message: 'Parallelism must be larger than 0' },
  },
  {
    name: 'whose spec the Flink operator refuses',
    status: { error: errorOf('ValidationException', ['Parallelism must be larger than 0']), reconciliationStatus: {} },
    state: 'Failed',
    reason: reasons.engineRefused,
    effect: 'stalled',
    says: 'Parallelism',
  },
  {
    name: 'that the Flink operator cannot recover',
    status: {
      ...running,
      reconciliationStatus: reconciled(2),
      error: errorOf('RecoveryFailureException', ['HA data is not available. Manual restore required.']),
    },
    state: 'Failed',
    reason: reasons.jobFailed,
    effect: 'stalled',
    says: 'Manual restore',
  },
  {
    name: 'that is deployed, with a failed job',
    status: { ...running, lifecycleState: 'DEPLOYED', jobStatus: { state: 'FAILED' } },
    state: 'Failed',
    reason: reasons.jobFailed,
    effect: 'stalled',
    says: 'see its events',
  },
  {
    name: 'whose program failed in a job manager that lives on',
    status: {
      ...running,
      jobStatus: { state: 'FAILED' },
      error: JSON.stringify({
        type: 'org.apache.flink.util.SerializedThrowable',
        message:
          'org.apache.flink.client.deployment.application.ApplicationExecutionException: Could not execute application.',
        throwableList: [
          { type: 'x', message: 'ProgramInvocationException: The main method caused an error' },
          { type: 'x', message: `dev.sluice.flink.SqlException: ${sentence}` },
        ],
      }),
    },
    state: 'Failed',
    reason: reasons.programInvalid,
    effect: 'stalled',
    says: sentence,
  },
  {
    name: 'whose program ended its job manager, while the Flink operator still waits',
    status: { ...running, jobManagerDeploymentStatus: 'DEPLOYING', jobStatus: { state: 'RECONCILING' } },
    pods: [aPod({ state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: terminated })],
    state: 'Failed',
    reason: reasons.programInvalid,
    effect: 'stalled',
    says: sentence,
  },
  {
    name: 'whose former program ended its job manager',
    status: { ...running, jobManagerDeploymentStatus: 'DEPLOYING', jobStatus: { state: 'RECONCILING' } },
    pods: [aPod({ lastState: terminated }, 'fraud-sql-0')],
    state: 'Starting',
    reason: reasons.jobStarting,
    effect: 'waiting',
    says: 'job manager is deploying',
  },
  {
    name: 'whose job manager said so before a newer pod replaced it',
    status: { ...running, jobManagerDeploymentStatus: 'DEPLOYING', jobStatus: { state: 'RECONCILING' } },
    pods: [aPod({}, 'fraud-sql-1', '2026-01-01T00:00:09Z'), aPod({ lastState: terminated })],
    state: 'Starting',
    reason: reasons.jobStarting,
    effect: 'waiting',
  },
  {
    name: 'whose job manager failed once and whose job runs again',
    status: running,
    pods: [aPod({ lastState: terminated })],
    state: 'Running',
    reason: reasons.running,
  },
  {
    name: 'whose image is not there',
    status: { ...running, jobManagerDeploymentStatus: 'DEPLOYING', jobStatus: { state: 'RECONCILING' } },
    pods: [aPod({ image: 'flink:none', state: { waiting: { reason: 'ImagePullBackOff' } } })],
    state: 'Failed',
    reason: reasons.imageUnavailable,
    effect: 'waiting',
    says: 'Image flink:none',
  },
  {
    name: 'whose image the Flink operator misses',
    status: {
      ...running,
      jobManagerDeploymentStatus: 'ERROR',
      jobStatus: { state: 'RECONCILING' },
      error: errorOf('DeploymentFailedException', ['Back-off pulling image'], { reason: 'ImagePullBackOff' }),
    },
    state: 'Failed',
    reason: reasons.imageUnavailable,
    effect: 'waiting',
  },
  {
    name: 'that finds no node',
    status: { ...running, jobManagerDeploymentStatus: 'DEPLOYING', jobStatus: { state: 'RECONCILING' } },
    pods: [
      {
        ...aPod({}),
        status: { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes: Insufficient cpu' }] },
      },
    ],
    state: 'Starting',
    reason: reasons.jobStarting,
    effect: 'waiting',
    says: 'Insufficient cpu',
  },
  {
    name: 'whose job manager cannot start',
    status: { ...running, jobManagerDeploymentStatus: 'ERROR', jobStatus: { state: 'RECONCILING' } },
    state: 'Failed',
    reason: reasons.jobFailed,
    effect: 'stalled',
  },
  {
    name: 'stuck after a restore that failed',
    status: { ...running, jobStatus: { state: 'RECONCILING' } },
    state: 'Starting',
    reason: reasons.jobStarting,
    effect: 'waiting',
    says: 'not yet running (reconciling)',
  },
  {
    name: 'whose job restarts',
    status: { ...running, jobStatus: { state: 'RESTARTING' } },
    state: 'Failing',
    reason: reasons.jobFailed,
    effect: 'waiting',
  },
  {
    name: 'whose job has ended',
    status: { ...running, jobStatus: { state: 'FINISHED' } },
    state: 'Finished',
    reason: reasons.jobFinished,
  },
  { name: 'that was made suspended', wanted: 'suspended', state: 'Suspended', reason: reasons.suspended },
  {
    name: 'that is being suspended',
    wanted: 'suspended',
    status: { ...running, reconciliationStatus: reconciled(2) },
    state: 'Suspending',
    reason: reasons.progressing,
    effect: 'waiting',
  },
  {
    name: 'that is suspended',
    wanted: 'suspended',
    status: { ...running, lifecycleState: 'SUSPENDED', jobStatus: { state: 'FINISHED' } },
    state: 'Suspended',
    reason: reasons.suspended,
  },
];

describe('reads a FlinkDeployment', () => {
  test.each(cases)('$name', ({ status, wanted, pods = [], state, reason, effect, says = '', upgrade }) => {
    const seen = flinkJobStatus(aDeployment(status, wanted ?? 'running'), pods);
    expect(seen).toMatchObject({ state, reason });
    expect(seen.effect).toBe(effect);
    expect(seen.message).toContain(says);
    expect(seen.upgrade).toEqual(upgrade);
  });

  test('tells the job, its start and the last savepoint', () => {
    const savepointInfo = { lastSavepoint: { location: 'file:/s/1', timeStamp: 1_700_000_000_000 } };
    const status = { ...running, jobStatus: { ...running.jobStatus, savepointInfo } };
    expect(flinkJobStatus(aDeployment(status, 'running'), [])).toEqual({
      state: 'Running',
      reason: 'Running',
      message: 'The job is running.',
      isCurrent: true,
      isJobRunning: true,
      id: 'abc',
      startedAt: '2023-11-14T22:13:20Z',
      restorePoint: { path: 'file:/s/1', takenAt: '2023-11-14T22:13:20Z' },
    });
  });
});

test('shows the outermost message of an error that holds none of ours, also from an operator that writes it bare', () => {
  const messageOf = (error: string) =>
    flinkJobStatus(aDeployment({ ...running, error, jobStatus: { state: 'FAILED' } }, 'running'), []).message;
  expect(messageOf(JSON.stringify({ message: 'Restarts exhausted', throwableList: [] }))).toBe('Restarts exhausted');
  expect(messageOf('Restarts exhausted')).toBe('Restarts exhausted');
});
