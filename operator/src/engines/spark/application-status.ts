// What a SparkApplication's status means. Kubeflow's operator tells of no generation, may miss a change of the spec, and
// says RUNNING of a driver that waits for executors, so its fields and the driver's pod are read together. Pure.
import { annotations, reasons } from '../../api/index.ts';
import type { JobObservation, Pod } from '../engine.ts';
import { maxErrorLength } from '../program-error.ts';
import { configurationOf, driverNamed, driverTrouble, type PodTrouble } from './driver-pod.ts';
import { driverPodName, type SparkApplication } from './spark-application.ts';
import { checkpointsIn } from './state.ts';

type Judgement = Pick<JobObservation, 'state' | 'reason' | 'message' | 'effect'>;

/** States in which no driver of the newest spec was asked for yet. */
const notSubmitted = ['', 'NEW', 'INVALIDATING', 'PENDING_RERUN'];

/** The job in the one vocabulary of all engines. `pods` are drivers' pods, of whatever job or age. */
export function sparkJobStatus(application: SparkApplication, pods: readonly Pod[]): JobObservation {
  const { metadata, spec, status } = application;
  const state = status?.applicationState?.state ?? '';
  const driver = driverNamed(pods, status?.driverInfo?.podName ?? driverPodName(metadata.name));
  const isOfSpec =
    driver === undefined || configurationOf(driver) === spec.driver.annotations?.[annotations.configuration];
  const isStopped = spec.suspend === true && ['SUSPENDED', 'COMPLETED', 'FAILED'].includes(state);
  const isCurrent = isStopped || (!notSubmitted.includes(state) && isOfSpec);
  const judged = judge(application, state, driver, isOfSpec);
  const startedAt = judged.state === 'Running' ? status?.lastSubmissionAttemptTime : undefined;
  const path = checkpointsIn(spec);
  return {
    ...judged,
    isCurrent,
    ...(status?.sparkApplicationId ? { id: status.sparkApplicationId } : {}),
    ...(startedAt ? { startedAt } : {}),
    // Only when something may have been written there.
    ...(path === undefined || judged.state === 'Pending' ? {} : { restorePoint: { path } }),
  };
}

function judge(application: SparkApplication, state: string, driver: Pod | undefined, isOfSpec: boolean): Judgement {
  const { metadata, spec, status } = application;
  const name = `SparkApplication ${metadata.name}`;
  const attempts = status?.executionAttempts ?? 0;
  if (spec.suspend === true) return suspended(name, state);
  const trouble = driver && isOfSpec ? driverTrouble(driver) : undefined;
  switch (state) {
    case '':
    case 'NEW':
      return {
        state: 'Pending',
        reason: reasons.jobStarting,
        message: `The Spark operator has not taken up ${name} yet: check that it runs and watches this namespace.`,
        effect: 'waiting',
      };
    case 'RUNNING':
      return running(application, driver, isOfSpec);
    case 'SUCCEEDING':
    case 'COMPLETED':
      if (!isOfSpec) return starting(`The Spark operator is bringing the last change of ${name} in force.`);
      return { state: 'Finished', reason: reasons.jobFinished, message: 'The job has read all its input and ended.' };
    case 'FAILED':
    case 'FAILING':
    case 'SUBMISSION_FAILED': {
      const isRetried = state !== 'FAILED' && spec.restartPolicy.type !== 'Never';
      const told = trouble ?? {
        reason: reasons.jobFailed,
        message: failureOf(name, status?.applicationState?.errorMessage),
        isFinal: false,
      };
      const again = isRetried && !told.isFinal ? ` It is started again, after attempt ${attempts}.` : '';
      return {
        state: isRetried ? 'Failing' : 'Failed',
        reason: told.reason,
        message: `${told.message}${again}`,
        effect: isRetried && !told.isFinal ? 'waiting' : 'stalled',
      };
    }
    case 'SUBMITTED':
    case 'PENDING_RERUN':
    case 'INVALIDATING':
    case 'RESUMING':
      if (trouble) return { state: 'Starting', ...toldWhileStarting(trouble) };
      if (attempts > 1) {
        const message = `${name} is started again after a failure, attempt ${attempts}.`;
        return { state: 'Failing', reason: reasons.jobFailed, message, effect: 'waiting' };
      }
      return starting(`${name} is starting (${state.toLowerCase()}).`);
    default:
      return {
        state: 'Unknown',
        reason: reasons.jobFailed,
        message: `The Spark operator says ${state} of ${name}: see its driver's log.`,
        effect: 'waiting',
      };
  }
}

/** RUNNING is said as soon as the driver's process is up: whether work is done is told by the executors. */
function running({ metadata, spec, status }: SparkApplication, driver: Pod | undefined, isOfSpec: boolean): Judgement {
  const name = `SparkApplication ${metadata.name}`;
  if (!driver) {
    const message = `The driver's pod of ${name} is gone, and the Spark operator has not noticed yet.`;
    return { state: 'Failing', reason: reasons.jobFailed, message, effect: 'waiting' };
  }
  if (!isOfSpec) return starting(`The Spark operator is bringing the last change of ${name} in force.`);
  const trouble = driverTrouble(driver);
  if (trouble && trouble.reason !== reasons.jobStarting) {
    return {
      state: 'Failing',
      reason: trouble.reason,
      message: trouble.message,
      effect: trouble.isFinal ? 'stalled' : 'waiting',
    };
  }
  const wanted = spec.executor.instances;
  const up = Object.values(status?.executorState ?? {}).filter((state) => state === 'RUNNING').length;
  if (up === 0) return starting(`The driver of ${name} runs, and waits for its executors: none of ${wanted} runs.`);
  if (up < wanted && spec.sparkConf['spark.dynamicAllocation.enabled'] !== 'true') {
    const message = `${up} of ${wanted} executors of ${name} run: see the events of its pods.`;
    return { state: 'Running', reason: reasons.workersMissing, message, effect: 'waiting' };
  }
  return { state: 'Running', reason: reasons.running, message: 'The job is running.' };
}

function suspended(name: string, state: string): Judgement {
  if (['SUSPENDED', 'COMPLETED', 'FAILED', ''].includes(state)) {
    return { state: 'Suspended', reason: reasons.suspended, message: 'The job is suspended; its state is kept.' };
  }
  const message = `The Spark operator is suspending ${name}.`;
  return { state: 'Suspending', reason: reasons.progressing, message, effect: 'waiting' };
}

function toldWhileStarting(trouble: PodTrouble): Omit<Judgement, 'state'> {
  return { reason: trouble.reason, message: trouble.message, effect: trouble.isFinal ? 'stalled' : 'waiting' };
}

function starting(message: string): Judgement {
  return { state: 'Starting', reason: reasons.jobStarting, message, effect: 'waiting' };
}

function failureOf(name: string, errorMessage: string | undefined): string {
  const told = errorMessage?.trim();
  return told
    ? `${name} failed: ${told.slice(0, maxErrorLength)}`
    : `${name} failed: see its events and its driver's log.`;
}
