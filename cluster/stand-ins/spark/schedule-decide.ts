// When a schedule's next run is due and what becomes of it, as Kubeflow's operator decides it. Pure.
import { Cron } from 'croner';
import { controllerReference } from '../../../operator/src/runtime/index.ts';
import {
  apiVersion,
  type ScheduledSparkApplication,
  type ScheduleStatus,
  type SparkApplication,
  scheduleLabel,
  schedules,
} from './resources.ts';

export interface ScheduleStep {
  readonly status: ScheduleStatus;
  /** The run to start now. */
  readonly start?: SparkApplication;
  /** Runs to end or to forget. */
  readonly remove: readonly SparkApplication[];
  readonly requeueAfterMs?: number;
}

/** `runs`: what the schedule has made, whatever became of it. */
export function decideSchedule(
  schedule: ScheduledSparkApplication,
  runs: readonly SparkApplication[],
  now: Date,
): ScheduleStep {
  const { spec, status = {} } = schedule;
  const due = nextAfter(schedule, now);
  if (typeof due === 'string') {
    return { status: { ...status, scheduleState: 'FailedValidation', reason: due }, remove: [] };
  }
  const history = forgotten(schedule, runs);
  // The reason was of a schedule that could not be read.
  const { reason: _reason, ...known } = status;
  const current: ScheduleStatus = { ...known, ...history.names, scheduleState: 'Scheduled' };
  if (spec.suspend === true) return { status: current, remove: history.remove };
  const planned = status.nextRun ? new Date(status.nextRun) : undefined;
  // A schedule that was changed may be due earlier than what was planned.
  if (planned === undefined || planned > due) {
    return waiting({ ...current, nextRun: timeOf(due) }, due, history.remove, now);
  }
  if (planned > now) return waiting(current, planned, history.remove, now);
  const last = newest(runs);
  const isBusy = last !== undefined && !hasEnded(last);
  if (isBusy && spec.concurrencyPolicy === 'Forbid') {
    return waiting({ ...current, nextRun: timeOf(due) }, due, history.remove, now);
  }
  const start = runOf(schedule, now);
  const next = { ...current, lastRun: timeOf(now), lastRunName: start.metadata.name, nextRun: timeOf(due) };
  const replaced = isBusy && spec.concurrencyPolicy === 'Replace' ? [last] : [];
  return { ...waiting(next, due, [...history.remove, ...replaced], now), start };
}

function waiting(status: ScheduleStatus, until: Date, remove: readonly SparkApplication[], now: Date): ScheduleStep {
  return { status, remove, requeueAfterMs: Math.max(0, until.getTime() - now.getTime()) };
}

/** The next time after `now`, or what is wrong with the schedule. */
function nextAfter({ spec }: ScheduledSparkApplication, now: Date): Date | string {
  const timezone = spec.timeZone ?? 'Etc/UTC';
  try {
    const due = new Cron(spec.schedule, { timezone, paused: true, mode: '5-part' }).nextRun(now);
    return due ?? `the schedule ${spec.schedule} is never due`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function runOf(schedule: ScheduledSparkApplication, now: Date): SparkApplication {
  const { name, namespace = '', labels } = schedule.metadata;
  const metadata = {
    name: `${name}-${now.getTime()}`,
    namespace,
    labels: { ...labels, [scheduleLabel]: name },
    ownerReferences: [controllerReference(schedules, schedule)],
  };
  return { apiVersion, kind: 'SparkApplication', metadata, spec: schedule.spec.template };
}

/** The runs that are kept, by how they went, and those beyond the limits. */
function forgotten({ spec }: ScheduledSparkApplication, runs: readonly SparkApplication[]) {
  const sorted = [...runs].sort((a, b) => startOf(b) - startOf(a));
  const of = (state: string) => sorted.filter(({ status }) => status?.applicationState.state === state);
  const [finished, failed] = [of('COMPLETED'), of('FAILED')];
  const { successfulRunHistoryLimit = 1, failedRunHistoryLimit = 1 } = spec;
  const namesOf = (kept: readonly SparkApplication[]) => kept.map(({ metadata }) => metadata.name);
  return {
    names: {
      pastSuccessfulRunNames: namesOf(finished.slice(0, successfulRunHistoryLimit)),
      pastFailedRunNames: namesOf(failed.slice(0, failedRunHistoryLimit)),
    },
    remove: [...finished.slice(successfulRunHistoryLimit), ...failed.slice(failedRunHistoryLimit)],
  };
}

function newest(runs: readonly SparkApplication[]): SparkApplication | undefined {
  return [...runs].sort((a, b) => startOf(b) - startOf(a))[0];
}

function hasEnded({ status }: SparkApplication): boolean {
  return ['COMPLETED', 'FAILED'].includes(status?.applicationState.state ?? '');
}

function startOf({ metadata }: SparkApplication): number {
  return Date.parse(metadata.creationTimestamp ?? '') || 0;
}

function timeOf(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
