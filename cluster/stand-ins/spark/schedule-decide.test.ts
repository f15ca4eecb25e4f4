import { describe, expect, it } from 'vitest';
import type { ApplicationState, ScheduledSparkApplication, ScheduleStatus, SparkApplication } from './resources.ts';
import { decideSchedule } from './schedule-decide.ts';

type Spec = ScheduledSparkApplication['spec'];

function aSchedule(status?: ScheduleStatus, over: Partial<Spec> = {}): ScheduledSparkApplication {
  return {
    apiVersion: 'sparkoperator.k8s.io/v1beta2',
    kind: 'ScheduledSparkApplication',
    metadata: { name: 'train', namespace: 'shop', uid: 'u', labels: { team: 'ml' } },
    spec: {
      schedule: '0 3 * * *',
      timeZone: 'Etc/UTC',
      concurrencyPolicy: 'Forbid',
      template: { type: 'Python', driver: {}, executor: {} },
      ...over,
    },
    ...(status === undefined ? {} : { status }),
  };
}

function aRun(at: string, state: ApplicationState = 'RUNNING'): SparkApplication {
  return {
    apiVersion: 'sparkoperator.k8s.io/v1beta2',
    kind: 'SparkApplication',
    metadata: { name: `train-${Date.parse(at)}`, creationTimestamp: at },
    spec: { type: 'Python', driver: {}, executor: {} },
    status: { applicationState: { state }, driverInfo: {} },
  };
}

const before = new Date('2026-01-01T02:00:00Z');
const due = new Date('2026-01-01T03:00:05Z');
const planned = { scheduleState: 'Scheduled', nextRun: '2026-01-01T03:00:00Z' } as const;
const lastNight = '2025-12-31T03:00:00Z';

describe('a schedule', () => {
  it('says when it is due, in its own time zone, and is looked at again then', () => {
    expect(decideSchedule(aSchedule(), [], before)).toMatchObject({
      status: { scheduleState: 'Scheduled', nextRun: '2026-01-01T03:00:00Z' },
      requeueAfterMs: 3_600_000,
    });
    const inBerlin = decideSchedule(aSchedule(undefined, { timeZone: 'Europe/Berlin' }), [], before);
    expect(inBerlin.status.nextRun).toBe('2026-01-02T02:00:00Z');
  });

  it('starts a run when it is due, with its labels and itself as owner', () => {
    const step = decideSchedule(aSchedule(planned), [], due);
    expect(step.start?.metadata).toMatchObject({
      name: `train-${due.getTime()}`,
      labels: { team: 'ml', 'sparkoperator.k8s.io/scheduled-app-name': 'train' },
      ownerReferences: [{ kind: 'ScheduledSparkApplication', name: 'train' }],
    });
    expect(step.status).toMatchObject({
      lastRun: '2026-01-01T03:00:05Z',
      lastRunName: `train-${due.getTime()}`,
      nextRun: '2026-01-02T03:00:00Z',
    });
  });

  it('leaves a run out, starts it beside or in place of one that goes on, as its policy says', () => {
    const run = aRun(lastNight);
    const step = (concurrencyPolicy: string) => decideSchedule(aSchedule(planned, { concurrencyPolicy }), [run], due);
    expect(step('Forbid')).toMatchObject({ status: { nextRun: '2026-01-02T03:00:00Z' }, remove: [] });
    expect(step('Forbid').start).toBeUndefined();
    expect(step('Allow')).toMatchObject({ start: {}, remove: [] });
    expect(step('Replace')).toMatchObject({ start: {}, remove: [run] });
  });

  it('starts nothing while it is suspended', () => {
    expect(decideSchedule(aSchedule(planned, { suspend: true }), [], due).start).toBeUndefined();
  });

  it('keeps as many runs as its limits say, the newest, and forgets the others', () => {
    const runs = [
      aRun('2025-12-29T03:00:00Z', 'COMPLETED'),
      aRun('2025-12-30T03:00:00Z', 'FAILED'),
      aRun(lastNight, 'COMPLETED'),
    ];
    const step = decideSchedule(
      aSchedule(planned, { successfulRunHistoryLimit: 1, failedRunHistoryLimit: 0 }),
      runs,
      before,
    );
    expect(step.remove).toEqual([runs[0], runs[1]]);
    expect(step.status).toMatchObject({ pastSuccessfulRunNames: [runs[2]?.metadata.name], pastFailedRunNames: [] });
  });

  it('takes up an earlier time when the schedule was changed', () => {
    const step = decideSchedule(aSchedule(planned, { schedule: '30 2 * * *' }), [], before);
    expect(step.status.nextRun).toBe('2026-01-01T02:30:00Z');
  });

  it.each([
    ['a time zone that there is not', { timeZone: 'Mars/Olympus' }],
    ['what is no schedule', { schedule: '61 3 * * *' }],
  ])('refuses %s with a reason', (_, over) => {
    const { status, start } = decideSchedule(aSchedule(planned, over), [], due);
    expect(status.scheduleState).toBe('FailedValidation');
    expect(status.reason).not.toBe('');
    expect(start).toBeUndefined();
  });
});
