// What a FlinkDeployment's status means. The Flink operator says DEPLOYED over a failed job, STABLE over an old generation
// and keeps an old error beside a new spec, so its fields and the job manager's pod are read together into one state.
import { reasons } from '../../api/index.ts';
import type { JobObservation, Pod } from '../engine.ts';
import type { FlinkDeployment, FlinkDeploymentStatus } from './flink-deployment.ts';
import { type JobError, jobErrorOf } from './job-error.ts';
import { jobManagerTrouble } from './job-manager-pod.ts';
import { mountedConfigMap } from './pod-template.ts';

/** The job in the one vocabulary of all engines. `pods` are its job managers' pods, of whatever age. */
export function flinkJobStatus(deployment: FlinkDeployment, pods: readonly Pod[]): JobObservation {
  const { status } = deployment;
  const isCurrent = reconciledGeneration(status) === deployment.metadata.generation;
  const judged = judge(deployment, pods, isCurrent);
  const { jobId, startTime, savepointInfo, state: jobState } = status?.jobStatus ?? {};
  const takenUpAt = rfcTime(status?.reconciliationStatus?.reconciliationTimestamp);
  const startedAt = judged.state === 'Running' ? rfcTime(Number(startTime)) : undefined;
  const saved = savepointInfo?.lastSavepoint;
  const takenAt = rfcTime(saved?.timeStamp);
  return {
    ...judged,
    isCurrent,
    isJobRunning: jobState === 'RUNNING',
    ...(takenUpAt === undefined ? {} : { takenUpAt }),
    ...(jobId === undefined ? {} : { id: jobId }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(saved?.location === undefined
      ? {}
      : { restorePoint: { path: saved.location, ...(takenAt === undefined ? {} : { takenAt }) } }),
  };
}

type Failure = Pick<JobError, 'reason' | 'message' | 'isRetried'>;
type Judgement = Pick<JobObservation, 'state' | 'reason' | 'message' | 'effect' | 'upgrade'>;

function judge(deployment: FlinkDeployment, pods: readonly Pod[], isCurrent: boolean): Judgement {
  const { status } = deployment;
  const name = `FlinkDeployment ${deployment.metadata.name}`;
  const error = jobErrorOf(status?.error);
  const isToStop = deployment.spec.job.state === 'suspended';
  if (!isCurrent) return notTakenUp(name, status, error, isToStop);

  const job = status?.jobStatus?.state ?? '';
  const manager = status?.jobManagerDeploymentStatus ?? '';
  if (isToStop && status?.lifecycleState === 'SUSPENDED') {
    return { state: 'Suspended', reason: reasons.suspended, message: 'The job is suspended; its state is kept.' };
  }
  if (status?.reconciliationStatus?.state !== 'DEPLOYED') {
    // Between two versions: the state of the job is the former one's.
    return error?.isOfUpgrade ? failed(error) : starting(`The Flink operator is bringing ${name} to its newest spec.`);
  }
  if (job === 'FAILED') return failed(error ?? unexplained(name));
  if (isToStop) return suspending(name);
  if (isRunning(status)) {
    return { state: 'Running', reason: reasons.running, message: 'The job is running.' };
  }
  // A job manager that came back after a failure still shows the last words of the one before.
  const trouble = jobManagerTrouble(pods, mountedConfigMap(deployment.spec));
  if (trouble && trouble.reason !== reasons.jobStarting) return failed(trouble);
  if (manager === 'ERROR') return failed(error ?? unexplained(name));
  if (job === 'FINISHED') {
    return { state: 'Finished', reason: reasons.jobFinished, message: 'The job has read all its input and ended.' };
  }
  if (job === 'CANCELED') return failed(unexplained(name));
  if (job === 'FAILING' || job === 'RESTARTING') {
    const message = `The job of ${name} restarts after a failure: see the log of its job manager.`;
    return { state: 'Failing', reason: reasons.jobFailed, message, effect: 'waiting' };
  }
  return starting(trouble?.message ?? startingMessage(name, manager, job));
}

/** The newest spec is not in force: an error counts only when it came of the attempt to bring it there. */
function notTakenUp(
  name: string,
  status: FlinkDeploymentStatus | undefined,
  error: JobError | undefined,
  isToStop: boolean,
): Judgement {
  const isNew = status?.reconciliationStatus?.lastReconciledSpec === undefined;
  if (isNew && isToStop) {
    return { state: 'Suspended', reason: reasons.suspended, message: 'The job is suspended and has not run yet.' };
  }
  if (error && isRunning(status) && (error.isRetried || error.reason === reasons.engineRefused)) {
    // The upgrade did not begin: what ran before is not touched by it.
    const { reason, message } = error;
    const upgrade = { reason, message, effect: error.isRetried ? ('waiting' as const) : ('stalled' as const) };
    return { state: 'Running', reason: reasons.running, message: 'The job runs with its former version.', upgrade };
  }
  if (error?.isOfUpgrade || (isNew && error)) return failed(error);
  if (isToStop) return suspending(name);
  const message = isNew
    ? `The Flink operator has not taken up ${name} yet: check that it runs and watches this namespace.`
    : `The Flink operator is bringing the last change of ${name} in force.`;
  return isNew ? { state: 'Pending', reason: reasons.jobStarting, message, effect: 'waiting' } : starting(message);
}

function isRunning(status: FlinkDeploymentStatus | undefined): boolean {
  return status?.jobStatus?.state === 'RUNNING' && status.jobManagerDeploymentStatus === 'READY';
}

function failed({ reason, message, isRetried }: Failure): Judgement {
  return { state: 'Failed', reason, message, effect: isRetried ? 'waiting' : 'stalled' };
}

function unexplained(name: string): Failure {
  const message = `The job of ${name} failed: see its events and its job manager's log.`;
  return { reason: reasons.jobFailed, message, isRetried: false };
}

function starting(message: string): Judgement {
  return { state: 'Starting', reason: reasons.jobStarting, message, effect: 'waiting' };
}

function startingMessage(name: string, manager: string, job: string): string {
  return manager === 'READY'
    ? `${name} is starting: its job manager is ready, and its job not yet running (${job.toLowerCase()}).`
    : `${name} is starting: its job manager is ${manager.toLowerCase() || 'unknown'}.`;
}

function suspending(name: string): Judgement {
  const message = `The Flink operator is suspending the job of ${name}.`;
  return { state: 'Suspending', reason: reasons.progressing, message, effect: 'waiting' };
}

/** The generation that the Flink operator has reconciled last; undefined before the first. */
function reconciledGeneration(status: FlinkDeploymentStatus | undefined): number | undefined {
  const text = status?.reconciliationStatus?.lastReconciledSpec;
  if (text === undefined) return undefined;
  const found: { resource_metadata?: { metadata?: { generation?: unknown } } } = JSON.parse(text);
  const generation = found.resource_metadata?.metadata?.generation;
  return typeof generation === 'number' ? generation : undefined;
}

/** To the second, as Kubernetes writes times. */
function rfcTime(milliseconds: number | undefined): string | undefined {
  if (milliseconds === undefined || !(milliseconds > 0)) return undefined;
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
