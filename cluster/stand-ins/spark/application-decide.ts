// The states of an application, as Kubeflow's operator goes through them:
//
//   "" ─▶ SUBMITTED ─▶ RUNNING ─▶ SUCCEEDING ─▶ COMPLETED          any ─ spec changed ─▶ INVALIDATING ─▶ PENDING_RERUN
//              │          ├─────▶ FAILING ─┬─▶ FAILED               any ─ suspend ─▶ SUSPENDING ─▶ SUSPENDED ─▶ RESUMING
//              ▲          │                └─ retried ─▶ PENDING_RERUN ─▶ SUBMITTED
//
// One call takes one step. Pure.
import {
  type ApplicationState,
  type ApplicationStatus,
  driverNameOf,
  type Pod,
  roleLabel,
  type SparkApplication,
  specAnnotation,
  specHashOf,
  submissionLabel,
} from './resources.ts';

export interface Seen {
  readonly application: SparkApplication;
  /** Driver and executors, whatever became of them. */
  readonly pods: readonly Pod[];
  /** Of the spec that was submitted last; undefined before the first. */
  readonly submittedHash: string | undefined;
}

export interface Step {
  /** Submit: make the driver's pod. Clear: delete all pods. */
  readonly action: 'none' | 'submit' | 'clear';
  readonly status: ApplicationStatus;
  readonly requeueAfterMs?: number;
}

/** A random part for every submission comes from outside. */
export interface Identity {
  readonly submissionId: string;
  readonly applicationId: string;
}

const ended: readonly ApplicationState[] = ['COMPLETED', 'FAILED'];
const submitted: readonly ApplicationState[] = ['SUBMITTED', 'RUNNING', 'SUCCEEDING', 'COMPLETED', 'FAILING', 'FAILED'];

export function decideApplication(seen: Seen, identity: Identity, now: Date): Step {
  const { application, submittedHash } = seen;
  const { spec } = application;
  const status: ApplicationStatus = application.status ?? { applicationState: { state: '' }, driverInfo: {} };
  const { state } = status.applicationState;
  if (spec.suspend === true && ![...ended, 'SUSPENDED', 'SUSPENDING'].includes(state)) {
    return none(withState(status, 'SUSPENDING'));
  }
  if (submitted.includes(state) && submittedHash !== specHashOf(spec)) return none(withState(status, 'INVALIDATING'));
  switch (state) {
    case '':
      return submit(seen, status, identity, now);
    case 'SUBMITTED':
    case 'RUNNING':
      return none(followed(seen, status, now));
    case 'SUCCEEDING':
      return none({ ...withState(status, 'COMPLETED'), terminationTime: timeOf(now) });
    case 'FAILING':
      return retried(seen, status, now);
    case 'SUSPENDING':
      return seen.pods.length > 0 ? { action: 'clear', status } : none(withState(cleared(status), 'SUSPENDED'));
    case 'SUSPENDED':
      return spec.suspend === true ? none(status) : none(withState(status, 'RESUMING'));
    case 'INVALIDATING':
      // Attempts are counted anew: another spec has failed never yet.
      return { action: 'clear', status: withState({ ...cleared(status), executionAttempts: 0 }, 'PENDING_RERUN') };
    case 'PENDING_RERUN':
    case 'RESUMING':
      return submit(seen, status, identity, now);
    case 'COMPLETED':
    case 'FAILED':
    case 'SUBMISSION_FAILED':
      return none(status);
  }
}

/** Pods that are there still are waited for; a driver that an ended process has made is taken over. */
function submit(
  { application, pods }: Seen,
  status: ApplicationStatus,
  { submissionId, applicationId }: Identity,
  now: Date,
): Step {
  const own = driverOf(application, pods);
  const isOurs =
    own?.metadata.annotations?.[specAnnotation] === specHashOf(application.spec) &&
    own.metadata.labels?.[submissionLabel] !== status.submissionID &&
    own.metadata.deletionTimestamp === undefined;
  if (pods.length > 0 && !isOurs) {
    return { action: pods.every(isDeleted) ? 'none' : 'clear', status };
  }
  const next: ApplicationStatus = {
    applicationState: { state: 'SUBMITTED' },
    sparkApplicationId: own?.metadata.labels?.['spark-app-selector'] ?? applicationId,
    submissionID: own?.metadata.labels?.[submissionLabel] ?? submissionId,
    lastSubmissionAttemptTime: timeOf(now),
    terminationTime: null,
    driverInfo: { podName: driverNameOf(application.metadata.name) },
    executionAttempts: (status.executionAttempts ?? 0) + 1,
    submissionAttempts: 1,
  };
  return { action: isOurs ? 'none' : 'submit', status: next };
}

/** The driver's pod says how the application fares. */
function followed({ application, pods }: Seen, status: ApplicationStatus, now: Date): ApplicationStatus {
  const driver = driverOf(application, pods);
  const executorState = Object.fromEntries(
    pods
      .filter(({ metadata }) => metadata.labels?.[roleLabel] === 'executor')
      .map((pod) => [pod.metadata.name, executorStateOf(pod)]),
  );
  const next = { ...status, executorState };
  if (!driver || isDeleted(driver)) return failing(next, 'driver pod not found', now);
  switch (driver.status?.phase) {
    case 'Running':
      return withState(next, 'RUNNING');
    case 'Succeeded':
      return withState(next, 'SUCCEEDING');
    case 'Failed':
      return failing(next, failureOf(driver), now);
    default:
      return next;
  }
}

function failing(status: ApplicationStatus, errorMessage: string, now: Date): ApplicationStatus {
  return { ...status, applicationState: { state: 'FAILING', errorMessage }, terminationTime: timeOf(now) };
}

/** As Kubeflow says it: what the program's last words were is not part of it. */
function failureOf({ status }: Pod): string {
  const terminated = status?.containerStatuses
    ?.map(({ state }) => state?.terminated)
    .find((each) => each !== undefined);
  if (!terminated) return `driver pod failed: ${status?.reason ?? 'unknown'}`;
  return `driver container failed with ExitCode: ${terminated.exitCode}, Reason: ${terminated.reason ?? ''}`;
}

/** The wait grows with the attempts. */
function retried({ application, pods }: Seen, status: ApplicationStatus, now: Date): Step {
  const { type = 'Never', onFailureRetries = 0, onFailureRetryInterval = 5 } = application.spec.restartPolicy ?? {};
  const attempts = status.executionAttempts ?? 1;
  const isRetried = type === 'Always' || (type === 'OnFailure' && attempts <= onFailureRetries);
  const { errorMessage } = status.applicationState;
  if (!isRetried) {
    const applicationState = { state: 'FAILED' as const, ...(errorMessage === undefined ? {} : { errorMessage }) };
    return none({ ...status, applicationState });
  }
  const dueMs = Date.parse(status.terminationTime ?? '') + onFailureRetryInterval * 1000 * attempts - now.getTime();
  if (dueMs > 0) return { action: 'none', status, requeueAfterMs: dueMs };
  return { action: pods.length > 0 ? 'clear' : 'none', status: withState(cleared(status), 'PENDING_RERUN') };
}

function driverOf({ metadata }: SparkApplication, pods: readonly Pod[]): Pod | undefined {
  return pods.find((pod) => pod.metadata.name === driverNameOf(metadata.name));
}

function executorStateOf({ status }: Pod): string {
  const states: Readonly<Record<string, string>> = { Pending: 'PENDING', Running: 'RUNNING', Succeeded: 'COMPLETED' };
  return states[status?.phase ?? ''] ?? (status?.phase === 'Failed' ? 'FAILED' : 'UNKNOWN');
}

function isDeleted({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Without what belonged to the submission that is over. */
function cleared({ executorState: _executors, ...status }: ApplicationStatus): ApplicationStatus {
  return { ...status, driverInfo: {} };
}

function withState(status: ApplicationStatus, state: ApplicationState): ApplicationStatus {
  return { ...status, applicationState: { state } };
}

function none(status: ApplicationStatus): Step {
  return { action: 'none', status };
}

function timeOf(now: Date): string {
  return `${now.toISOString().slice(0, 19)}Z`;
}
