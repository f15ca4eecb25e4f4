import { expect, test } from 'vitest';
import { aStreamJob } from '../../api/v1alpha1/builders.ts';
import { isRefusal, type Pod } from '../engine.ts';
import { sparkScheduleEngine } from './engine.ts';
import { scheduleStatus } from './schedule-status.ts';
import type { ScheduledSparkApplication, ScheduledSparkApplicationStatus } from './spark-application.ts';

const schema = JSON.stringify({ type: 'record', name: 'R', fields: [{ name: 'id', type: 'string' }] });
const lastRun = { lastRunName: 'train-17', lastRun: '2026-01-01T03:00:00Z', nextRun: '2026-01-02T03:00:00Z' };
const scheduled = { scheduleState: 'Scheduled', ...lastRun };

function aSchedule(status?: ScheduledSparkApplicationStatus, isSuspended = false): ScheduledSparkApplication {
  const job = aStreamJob({ engine: 'Spark', state: {}, schedule: { cron: '0 3 * * *' } });
  const result = sparkScheduleEngine.render(
    job,
    {
      reads: [{ topic: 'shop.orders', schema }],
      writes: [{ topic: 'shop.fraud-alerts', schema }],
      bus: { bootstrapServers: ['kafka:9092'], registryUrl: 'http://registry', groupId: 'shop.train' },
    },
    'spark:1',
  );
  if (isRefusal(result)) throw new Error(result.message);
  const object = sparkScheduleEngine.toObject({ name: 'train', namespace: 'shop' }, result.spec, { isSuspended });
  return status === undefined ? object : { ...object, status };
}

function aDriver(phase: string, message = ''): Pod {
  const terminated = { exitCode: 1, message };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'train-17-driver' },
    status: { phase, ...(message === '' ? {} : { containerStatuses: [{ name: 'spark', state: { terminated } }] }) },
  };
}

test('waits for its next run, whose time it tells, when the last one went well', () => {
  expect(scheduleStatus(aSchedule(scheduled), [aDriver('Succeeded')])).toEqual({
    state: 'Scheduled',
    reason: 'JobScheduled',
    message: 'The job waits for its next run.',
    isCurrent: true,
    lastRun: { name: 'train-17', state: 'Finished', startedAt: '2026-01-01T03:00:00Z' },
    nextRunAt: '2026-01-02T03:00:00Z',
  });
});

test.each([
  ['Pending', 'Starting'],
  ['Running', 'Running'],
])('is running while the driver of a run is %s', (phase, state) => {
  const seen = scheduleStatus(aSchedule(scheduled), [aDriver(phase)]);
  expect(seen).toMatchObject({ state: 'Running', lastRun: { state } });
});

test('shows how the last run failed: SQL waits for a person, anything else for the next run', () => {
  const sentence = 'job.sql statement 1 (line 1, column 1): no such table';
  expect(scheduleStatus(aSchedule(scheduled), [aDriver('Failed', sentence)])).toMatchObject({
    state: 'Failed',
    reason: 'ProgramInvalid',
    message: sentence,
    effect: 'stalled',
  });
  expect(scheduleStatus(aSchedule(scheduled), [aDriver('Failed', 'out of memory')])).toMatchObject({
    reason: 'JobFailed',
    message: 'out of memory',
    effect: 'waiting',
  });
});

test('knows how a run went by the history when its pods are gone, and says so where nothing is known', () => {
  const stateOf = (status: ScheduledSparkApplicationStatus) => scheduleStatus(aSchedule(status), []).lastRun?.state;
  expect(stateOf({ ...scheduled, pastSuccessfulRunNames: ['train-17'] })).toBe('Finished');
  expect(stateOf({ ...scheduled, pastFailedRunNames: ['train-17'] })).toBe('Failed');
  expect(stateOf(scheduled)).toBe('Unknown');
});

test('has no next run while it is suspended', () => {
  const seen = scheduleStatus(aSchedule(scheduled, true), [aDriver('Succeeded')]);
  expect(seen).toMatchObject({ state: 'Suspended', isCurrent: true });
  expect(seen.nextRunAt).toBeUndefined();
});

test('shows why the Spark operator refuses a schedule', () => {
  const seen = scheduleStatus(aSchedule({ scheduleState: 'FailedValidation', reason: 'Invalid timezone: Mars' }), []);
  expect(seen).toMatchObject({ state: 'Failed', reason: 'EngineRefused', effect: 'stalled' });
  expect(seen.message).toContain('Invalid timezone: Mars');
});
