// What a ScheduledSparkApplication's status means: when the job runs next, and how its last run went. Pure.
import { reasons } from '../../api/index.ts';
import type { JobObservation, JobRun, Pod } from '../engine.ts';
import { driverNamed, driverTrouble } from './driver-pod.ts';
import { driverPodName, type ScheduledSparkApplication } from './spark-application.ts';

/** The job in the one vocabulary of all engines. `pods` are drivers' pods, of whatever run. */
export function scheduleStatus(schedule: ScheduledSparkApplication, pods: readonly Pod[]): JobObservation {
  const { status } = schedule;
  const lastRun = lastRunOf(schedule, pods);
  return {
    ...judge(schedule, pods, lastRun),
    // The template is read when a run begins, so a change is in force as soon as it is stored.
    isCurrent: (status?.scheduleState ?? '') !== '' || schedule.spec.suspend === true,
    ...(lastRun ? { lastRun } : {}),
    ...(status?.nextRun && !schedule.spec.suspend ? { nextRunAt: status.nextRun } : {}),
  };
}

type Judgement = Pick<JobObservation, 'state' | 'reason' | 'message' | 'effect'>;

function judge(
  { metadata, spec, status }: ScheduledSparkApplication,
  pods: readonly Pod[],
  lastRun: JobRun | undefined,
): Judgement {
  const name = `ScheduledSparkApplication ${metadata.name}`;
  if (status?.scheduleState === 'FailedValidation') {
    const message = `The Spark operator refuses the schedule of ${name}: ${status.reason ?? 'it gives no reason'}`;
    return { state: 'Failed', reason: reasons.engineRefused, message, effect: 'stalled' };
  }
  if (lastRun?.state === 'Running' || lastRun?.state === 'Starting') {
    const message = `Run ${lastRun.name} is ${lastRun.state === 'Running' ? 'running' : 'starting'}.`;
    return { state: 'Running', reason: reasons.running, message };
  }
  if (spec.suspend === true) {
    return { state: 'Suspended', reason: reasons.suspended, message: 'The job is suspended: no run is started.' };
  }
  if ((status?.scheduleState ?? '') === '') {
    const message = `The Spark operator has not taken up ${name} yet: check that it runs and watches this namespace.`;
    return { state: 'Pending', reason: reasons.jobStarting, message, effect: 'waiting' };
  }
  if (lastRun?.state === 'Failed') {
    const driver = driverNamed(pods, driverPodName(lastRun.name));
    const trouble = driver && driverTrouble(driver);
    const message = trouble?.message ?? `Run ${lastRun.name} failed: see its driver's log.`;
    return {
      state: 'Failed',
      reason: trouble?.reason ?? reasons.jobFailed,
      message,
      effect: trouble?.isFinal ? 'stalled' : 'waiting',
    };
  }
  return { state: 'Scheduled', reason: reasons.jobScheduled, message: 'The job waits for its next run.' };
}

function lastRunOf({ status }: ScheduledSparkApplication, pods: readonly Pod[]): JobRun | undefined {
  const name = status?.lastRunName;
  if (!name) return undefined;
  const startedAt = status.lastRun;
  return { name, state: runState(name, status, pods), ...(startedAt ? { startedAt } : {}) };
}

function runState(
  name: string,
  { pastSuccessfulRunNames = [], pastFailedRunNames = [] }: NonNullable<ScheduledSparkApplication['status']>,
  pods: readonly Pod[],
): JobRun['state'] {
  if (pastSuccessfulRunNames.includes(name)) return 'Finished';
  if (pastFailedRunNames.includes(name)) return 'Failed';
  switch (driverNamed(pods, driverPodName(name))?.status?.phase) {
    case 'Succeeded':
      return 'Finished';
    case 'Failed':
      return 'Failed';
    case 'Running':
      return 'Running';
    case 'Pending':
      return 'Starting';
    default:
      return 'Unknown';
  }
}
