import { describe, expect, test } from 'vitest';
import { annotations } from '../../api/index.ts';
import { aStreamJob } from '../../api/v1alpha1/builders.ts';
import { isRefusal, type Pod } from '../engine.ts';
import { sparkJobStatus } from './application-status.ts';
import { sparkEngine } from './engine.ts';
import type { SparkApplication, SparkApplicationStatus } from './spark-application.ts';

const schema = (name: string) => JSON.stringify({ type: 'record', name, fields: [{ name: 'id', type: 'string' }] });
const inputs = {
  reads: [{ topic: 'shop.orders', schema: schema('Order') }],
  writes: [{ topic: 'shop.fraud-alerts', schema: schema('Alert') }],
  bus: { bootstrapServers: ['kafka:9092'], registryUrl: 'http://registry', groupId: 'shop.fraud' },
};
const state = { storage: { persistentVolumeClaim: 'spark-state' } };

/** A streaming job on two executors unless it is to end. */
function anApplication(
  appState: string | undefined,
  { mode = 'Streaming', isSuspended = false, ...status }: Partial<SparkApplicationStatus> & Options = {},
): SparkApplication {
  const spark = { configuration: { 'spark.executor.instances': '2' } };
  const job = aStreamJob({ engine: 'Spark', runtimeMode: mode, state, engineOptions: { spark } });
  const result = sparkEngine.render(job, inputs, 'spark:1');
  if (isRefusal(result)) throw new Error(result.message);
  const application = sparkEngine.toObject({ name: 'fraud', namespace: 'shop' }, result.spec, { isSuspended });
  if (appState === undefined) return application;
  return { ...application, status: { applicationState: { state: appState }, ...status } };
}

interface Options {
  readonly mode?: 'Streaming' | 'Batch';
  readonly isSuspended?: boolean;
}

function aDriver(application: SparkApplication, over: Partial<Pod['status'] & object> = {}, mark?: string): Pod {
  const wanted = application.spec.driver.annotations?.[annotations.configuration] ?? '';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'fraud-driver', annotations: { [annotations.configuration]: mark ?? wanted } },
    status: { phase: 'Running', ...over },
  };
}

const ended = (message: string) => ({
  phase: 'Failed',
  containerStatuses: [{ name: 'spark-kubernetes-driver', state: { terminated: { exitCode: 1, message } } }],
});
const bothRun = { executorState: { 'fraud-1': 'RUNNING', 'fraud-2': 'RUNNING' } };
const sentence = 'job.sql statement 1 (line 2, column 1): there is no column amuont';

describe('a job that runs', () => {
  test('says so when driver and executors are up, with its id, its start and its checkpoints', () => {
    const application = anApplication('RUNNING', {
      ...bothRun,
      sparkApplicationId: 'spark-1',
      lastSubmissionAttemptTime: '2026-01-01T00:00:00Z',
    });
    expect(sparkJobStatus(application, [aDriver(application)])).toEqual({
      state: 'Running',
      reason: 'Running',
      message: 'The job is running.',
      isCurrent: true,
      id: 'spark-1',
      startedAt: '2026-01-01T00:00:00Z',
      restorePoint: { path: 'file:///spark-state/shop/fraud/checkpoints' },
    });
  });

  test('is starting while RUNNING is said of a driver that waits for every executor', () => {
    const application = anApplication('RUNNING', { executorState: { 'fraud-1': 'PENDING' } });
    const seen = sparkJobStatus(application, [aDriver(application)]);
    expect(seen).toMatchObject({ state: 'Starting', effect: 'waiting' });
    expect(seen.message).toContain('none of 2');
  });

  test('tells of executors that are missing', () => {
    const application = anApplication('RUNNING', { executorState: { 'fraud-1': 'RUNNING', 'fraud-2': 'FAILED' } });
    const seen = sparkJobStatus(application, [aDriver(application)]);
    expect(seen).toMatchObject({ state: 'Running', reason: 'WorkersMissing', effect: 'waiting' });
    expect(seen.message).toContain('1 of 2 executors');
  });

  test('is failing when its driver is gone and the Spark operator has not noticed', () => {
    expect(sparkJobStatus(anApplication('RUNNING', bothRun), [])).toMatchObject({
      state: 'Failing',
      effect: 'waiting',
    });
  });

  test('is failing when its driver has died under RUNNING, in the words of the driver', () => {
    const application = anApplication('RUNNING', bothRun);
    const seen = sparkJobStatus(application, [aDriver(application, ended('the broker is away'))]);
    expect(seen).toMatchObject({ state: 'Failing', message: 'the broker is away', effect: 'waiting' });
  });

  test('is not current while the driver is of another spec, which Kubeflow’s operator may have missed', () => {
    const application = anApplication('RUNNING', bothRun);
    const seen = sparkJobStatus(application, [aDriver(application, {}, 'former')]);
    expect(seen).toMatchObject({ state: 'Starting', isCurrent: false });
  });
});

describe('a job that failed', () => {
  test('shows the line of its SQL and waits for a person, also while it is restarted', () => {
    for (const appState of ['FAILING', 'FAILED', 'RUNNING']) {
      const application = anApplication(appState, bothRun);
      const seen = sparkJobStatus(application, [aDriver(application, ended(sentence))]);
      expect(seen).toMatchObject({ reason: 'ProgramInvalid', message: sentence, effect: 'stalled' });
    }
  });

  test('does not show what a driver of a former spec said', () => {
    const application = anApplication('SUBMITTED');
    const seen = sparkJobStatus(application, [aDriver(application, ended(sentence), 'former')]);
    expect(seen).toMatchObject({ state: 'Starting', reason: 'JobStarting', isCurrent: false });
  });

  test('is failing while it is started again, and failed for good when it ends', () => {
    const applicationState = { state: 'FAILING', errorMessage: 'driver container failed with ExitCode: 137' };
    const streaming = anApplication('FAILING', { applicationState, executionAttempts: 2 });
    expect(sparkJobStatus(streaming, [])).toMatchObject({ state: 'Failing', effect: 'waiting' });
    expect(sparkJobStatus(streaming, []).message).toContain('ExitCode: 137 It is started again, after attempt 2.');
    const batch = anApplication('FAILED', { mode: 'Batch' });
    expect(sparkJobStatus(batch, [])).toMatchObject({ state: 'Failed', reason: 'JobFailed', effect: 'stalled' });
  });

  test('is told from one that starts for the first time', () => {
    expect(sparkJobStatus(anApplication('SUBMITTED', { executionAttempts: 1 }), [])).toMatchObject({
      state: 'Starting',
    });
    expect(sparkJobStatus(anApplication('SUBMITTED', { executionAttempts: 3 }), [])).toMatchObject({
      state: 'Failing',
    });
  });
});

describe('a job that starts', () => {
  test('names the image that cannot be pulled', () => {
    const application = anApplication('SUBMITTED');
    const container = {
      name: 'spark-kubernetes-driver',
      image: 'spark:1',
      state: { waiting: { reason: 'ErrImagePull' } },
    };
    const seen = sparkJobStatus(application, [
      aDriver(application, { phase: 'Pending', containerStatuses: [container] }),
    ]);
    expect(seen).toMatchObject({ state: 'Starting', reason: 'ImageUnavailable', effect: 'waiting' });
    expect(seen.message).toContain('Image spark:1');
  });

  test('shows why its driver has no node', () => {
    const application = anApplication('SUBMITTED');
    const conditions = [{ type: 'PodScheduled', status: 'False', message: 'Insufficient cpu' }];
    const seen = sparkJobStatus(application, [aDriver(application, { phase: 'Pending', conditions })]);
    expect(seen.message).toContain('Insufficient cpu');
  });
});

test('a batch job that has ended is finished and needs nothing', () => {
  const application = anApplication('COMPLETED', { mode: 'Batch' });
  const seen = sparkJobStatus(application, [aDriver(application, { phase: 'Succeeded' })]);
  expect(seen).toMatchObject({ state: 'Finished', reason: 'JobFinished', isCurrent: true });
  expect(seen.effect).toBeUndefined();
  expect(seen.restorePoint).toBeUndefined();
});

test.each([
  ['RUNNING', 'Suspending', false],
  ['SUSPENDING', 'Suspending', false],
  ['SUSPENDED', 'Suspended', true],
  ['COMPLETED', 'Suspended', true],
])('a job that is to be suspended and is %s is %s', (appState, state, isCurrent) => {
  const application = anApplication(appState, { isSuspended: true });
  const pods = isCurrent ? [] : [aDriver(application, {}, 'former')];
  expect(sparkJobStatus(application, pods)).toMatchObject({ state, isCurrent });
});

test('a state of a later operator is unknown, and no failure of ours', () => {
  expect(sparkJobStatus(anApplication('HIBERNATING'), [])).toMatchObject({ state: 'Unknown', effect: 'waiting' });
});
