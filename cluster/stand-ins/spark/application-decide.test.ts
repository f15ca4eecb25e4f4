import { describe, expect, it } from 'vitest';
import { decideApplication, type Seen } from './application-decide.ts';
import {
  type ApplicationSpec,
  type ApplicationState,
  type ApplicationStatus,
  appLabel,
  type Pod,
  roleLabel,
  type SparkApplication,
  specAnnotation,
  specHashOf,
  submissionLabel,
} from './resources.ts';

const now = new Date('2026-01-01T00:00:00Z');
const identity = { submissionId: 'new', applicationId: 'spark-new' };
const spec: ApplicationSpec = { type: 'Python', driver: {}, executor: { instances: 1 } };

function seen(
  state: ApplicationState | undefined,
  pods: readonly Pod[] = [],
  over: {
    readonly spec?: Partial<ApplicationSpec>;
    readonly status?: Partial<ApplicationStatus>;
    readonly submitted?: ApplicationSpec;
  } = {},
): Seen {
  const own = { ...spec, ...over.spec };
  const application: SparkApplication = {
    apiVersion: 'sparkoperator.k8s.io/v1beta2',
    kind: 'SparkApplication',
    metadata: { name: 'fraud', namespace: 'shop' },
    spec: own,
    ...(state === undefined
      ? {}
      : {
          status: {
            applicationState: { state },
            driverInfo: {},
            submissionID: 'old',
            executionAttempts: 1,
            ...over.status,
          },
        }),
  };
  return { application, pods, submittedHash: specHashOf(over.submitted ?? own) };
}

function aPod(
  name: string,
  phase: string,
  over: { readonly isDeleted?: boolean; readonly submission?: string } = {},
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      labels: {
        [appLabel]: 'fraud',
        [roleLabel]: name === 'fraud-driver' ? 'driver' : 'executor',
        [submissionLabel]: over.submission ?? 'old',
        'spark-app-selector': 'spark-taken',
      },
      annotations: { [specAnnotation]: specHashOf(spec) },
      ...(over.isDeleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    status: { phase },
  };
}

const stateAfter = (...given: Parameters<typeof seen>) => {
  const step = decideApplication(seen(...given), identity, now);
  return `${step.action} ${step.status.applicationState.state}`;
};

describe('an application', () => {
  it('is submitted when it is new, and counts the attempt', () => {
    const step = decideApplication(seen(undefined), identity, now);
    expect(step).toMatchObject({
      action: 'submit',
      status: {
        applicationState: { state: 'SUBMITTED' },
        submissionID: 'new',
        sparkApplicationId: 'spark-new',
        driverInfo: { podName: 'fraud-driver' },
        executionAttempts: 1,
        lastSubmissionAttemptTime: '2026-01-01T00:00:00Z',
      },
    });
  });

  it('takes over the driver that was made before its status was written', () => {
    const step = decideApplication(
      seen(undefined, [aPod('fraud-driver', 'Pending', { submission: 'other' })]),
      identity,
      now,
    );
    expect(step).toMatchObject({
      action: 'none',
      status: { submissionID: 'other', sparkApplicationId: 'spark-taken' },
    });
  });

  it('waits for the pods of the former submission to be gone', () => {
    expect(stateAfter('PENDING_RERUN', [aPod('fraud-driver', 'Failed')])).toBe('clear PENDING_RERUN');
    expect(stateAfter('PENDING_RERUN', [aPod('fraud-driver', 'Failed', { isDeleted: true })])).toBe(
      'none PENDING_RERUN',
    );
    expect(stateAfter('PENDING_RERUN')).toBe('submit SUBMITTED');
  });

  it('follows its driver, and knows its executors', () => {
    expect(stateAfter('SUBMITTED', [aPod('fraud-driver', 'Pending')])).toBe('none SUBMITTED');
    expect(stateAfter('SUBMITTED', [aPod('fraud-driver', 'Running')])).toBe('none RUNNING');
    expect(stateAfter('RUNNING', [aPod('fraud-driver', 'Succeeded')])).toBe('none SUCCEEDING');
    expect(stateAfter('SUCCEEDING')).toBe('none COMPLETED');
    const pods = [aPod('fraud-driver', 'Running'), aPod('exec-1', 'Running'), aPod('exec-2', 'Pending')];
    const { status } = decideApplication(seen('RUNNING', pods), identity, now);
    expect(status.executorState).toEqual({ 'exec-1': 'RUNNING', 'exec-2': 'PENDING' });
  });

  it('fails when its driver failed or is gone', () => {
    const terminated = { exitCode: 1, reason: 'Error' };
    const failed = {
      ...aPod('fraud-driver', 'Failed'),
      status: { phase: 'Failed', containerStatuses: [{ name: 'd', state: { terminated } }] },
    };
    expect(decideApplication(seen('RUNNING', [failed]), identity, now).status.applicationState).toEqual({
      state: 'FAILING',
      errorMessage: 'driver container failed with ExitCode: 1, Reason: Error',
    });
    expect(stateAfter('RUNNING', [])).toBe('none FAILING');
    expect(stateAfter('FAILING', [failed])).toBe('none FAILED');
  });

  it('is tried again as often as its policy says, each time after a longer wait', () => {
    const restartPolicy = { type: 'OnFailure', onFailureRetries: 2, onFailureRetryInterval: 10 };
    const failing = (executionAttempts: number, secondsAgo: number) =>
      decideApplication(
        seen('FAILING', [], {
          spec: { restartPolicy },
          status: { executionAttempts, terminationTime: new Date(now.getTime() - secondsAgo * 1000).toISOString() },
        }),
        identity,
        now,
      );
    expect(failing(1, 4)).toMatchObject({ requeueAfterMs: 6_000, status: { applicationState: { state: 'FAILING' } } });
    expect(failing(1, 10)).toMatchObject({ status: { applicationState: { state: 'PENDING_RERUN' } } });
    expect(failing(2, 10)).toMatchObject({ requeueAfterMs: 10_000 });
    expect(failing(3, 100)).toMatchObject({ status: { applicationState: { state: 'FAILED' } } });
  });

  it('is ended and run again when its spec changes, also after it has ended', () => {
    const submitted = { ...spec, image: 'former' };
    for (const state of ['SUBMITTED', 'RUNNING', 'COMPLETED', 'FAILED'] as const) {
      expect(stateAfter(state, [aPod('fraud-driver', 'Running')], { submitted })).toBe('none INVALIDATING');
    }
    const step = decideApplication(seen('INVALIDATING', [aPod('fraud-driver', 'Running')]), identity, now);
    expect(step).toMatchObject({
      action: 'clear',
      status: { applicationState: { state: 'PENDING_RERUN' }, executionAttempts: 0 },
    });
  });

  it('is suspended and resumed without counting as another spec', () => {
    const suspend = { spec: { suspend: true }, submitted: spec };
    expect(stateAfter('RUNNING', [aPod('fraud-driver', 'Running')], suspend)).toBe('none SUSPENDING');
    expect(stateAfter('SUSPENDING', [aPod('fraud-driver', 'Running')], suspend)).toBe('clear SUSPENDING');
    expect(stateAfter('SUSPENDING', [], suspend)).toBe('none SUSPENDED');
    expect(stateAfter('SUSPENDED', [], suspend)).toBe('none SUSPENDED');
    expect(stateAfter('COMPLETED', [], suspend)).toBe('none COMPLETED');
    expect(stateAfter('SUSPENDED')).toBe('none RESUMING');
    expect(stateAfter('RESUMING')).toBe('submit SUBMITTED');
  });
});
