import { describe, expect, test } from 'vitest';
import { conditionTypes, reasons, type StreamJob } from '../api/index.ts';
import type { Written } from '../api/v1alpha1/builders.ts';
import type { Change } from '../plan/index.ts';
import { approvalHash, targetOf } from '../plan/index.ts';
import { decide } from './decide.ts';
import type { Observed } from './observe.ts';
import { report } from './report.ts';
import { aJob, anObserved, carriedOut, reported, withSpec } from './testing/observed.ts';

const minuteMs = 60_000;
const start = Date.parse('2026-01-01T00:00:00Z');
const at = (minutes: number) => new Date(start + minutes * minuteMs);
const state = { storage: { persistentVolumeClaim: 'flink-state' } };

/** Changes are carried out and status is written until nothing is left to do, all at that time. */
function settle(observed: Observed, now: Date): Observed {
  let current = observed;
  for (let round = 0; round < 6; round++) {
    const { changes } = decide(current, now);
    const next = carriedOut(current, changes);
    const status = report(next, {}, now);
    if (changes.length === 0 && JSON.stringify(status) === JSON.stringify(current.object.status)) return current;
    current = { ...next, object: { ...next.object, status } };
  }
  throw new Error('six rounds are not enough');
}

const steps = (changes: readonly Change[]) => changes.map((change) => `${change.action} ${targetOf(change)}`);
const readyOf = (observed: Observed, now: Date) =>
  decide(observed, now).verdicts.find(({ type }) => type === conditionTypes.ready);

function liveOf({ engine }: Observed) {
  if (!engine.live) throw new Error('there is no FlinkDeployment');
  return engine.live;
}

const saved = (minutes: number, jobState = 'RUNNING') => ({
  jobStatus: {
    ...{ state: jobState, jobId: 'a1', startTime: String(start) },
    savepointInfo: { lastSavepoint: { location: 'file:/s/upgrade', timeStamp: start + minutes * minuteMs } },
  },
});

/** A job that has run, and was given a version that began at a savepoint taken in minute 60. */
function upgraded(spec: Written<StreamJob['spec']> = {}, jobState = 'RECONCILING'): Observed {
  const running = settle(reported(settle(anObserved(aJob({ state })), at(0))), at(0));
  const applied = settle(withSpec(running, { state, parallelism: 2, ...spec }), at(60));
  return settle(reported(applied, jobState, saved(60.1, jobState)), at(61));
}

describe('a version that does not come up', () => {
  test('is waited for until its deadline, and looked at again then', () => {
    const observed = upgraded();
    expect(observed.object.status?.rollback).toBeUndefined();
    const plan = decide(observed, at(69));
    expect(plan.changes).toEqual([]);
    expect(plan.requeueAfterMs).toBeLessThanOrEqual(minuteMs);
  });

  test('is given up after it: written down first, then deleted for the one that ran, from its own restore point', () => {
    const observed = upgraded();
    expect(decide(observed, at(70)).changes).toEqual([]);
    const status = report(observed, {}, at(70));
    expect(status.rollback?.message).toContain('did not run within 600 s');
    const written = { ...observed, object: { ...observed.object, status } };
    const { changes } = decide(written, at(70));
    expect(steps(changes)).toEqual(['Delete FlinkDeployment shop/fraud']);
    expect(changes[0]?.reason).toContain('begins again at file:/s/upgrade, so what was written since is written again');
    const back = settle(carriedOut(written, changes), at(70));
    expect(liveOf(back)).toMatchObject({
      spec: { job: { parallelism: 1, initialSavepointPath: 'file:/s/upgrade', state: 'running' } },
    });
  });

  test('is not tried again until the spec changes, and Ready says so while the former version runs', () => {
    const back = settle(reported(settle(upgraded(), at(70))), at(72));
    expect(decide(back, at(73)).changes).toEqual([]);
    expect(readyOf(back, at(73))).toMatchObject({ reason: reasons.rolledBack, effect: 'stalled' });
    expect(readyOf(back, at(73))?.message).toContain('begun at file:/s/upgrade');
    const mended = settle(withSpec(back, { state, parallelism: 3 }), at(80));
    expect(liveOf(mended)).toMatchObject({ spec: { job: { parallelism: 3 } } });
    expect(liveOf(mended)).not.toHaveProperty('spec.job.initialSavepointPath');
    expect(mended.object.status?.rollback).toBeUndefined();
  });

  test('is given up at once when it has failed for good', () => {
    const failed = upgraded({}, 'FAILED');
    expect(failed.object.status?.rollback).toBeDefined();
    expect(liveOf(failed)).toMatchObject({ spec: { job: { parallelism: 1 } } });
  });

  test('is not given up while the job before it runs, whatever the savepoint does', () => {
    const running = settle(reported(settle(anObserved(aJob({ state })), at(0))), at(0));
    const applied = settle(withSpec(running, { state, parallelism: 2 }), at(60));
    const error = JSON.stringify({
      type: 'org.apache.flink.kubernetes.operator.exception.ReconciliationException',
      message: 'Savepoint could not be written',
    });
    const generation = (liveOf(applied).metadata.generation ?? 0) - 1;
    const lastReconciledSpec = JSON.stringify({ resource_metadata: { metadata: { generation } } });
    const held = reported(applied, 'RUNNING', {
      error,
      reconciliationStatus: { state: 'DEPLOYED', lastReconciledSpec },
    });
    const later = settle(held, at(300));
    expect(later.object.status?.rollback).toBeUndefined();
    expect(liveOf(later)).toMatchObject({ spec: { job: { parallelism: 2 } } });
    const plan = decide(later, at(301));
    expect(plan.changes).toEqual([]);
    expect(plan.verdicts).toContainEqual(expect.objectContaining({ type: conditionTypes.jobRunning, status: 'True' }));
    expect(readyOf(held, at(301))).toMatchObject({ reason: reasons.savepointFailed, effect: 'waiting' });
  });

  test('has the deadline that the spec says', () => {
    const observed = upgraded({ state: { ...state, startDeadline: '30m' } });
    expect(settle(observed, at(89)).object.status?.rollback).toBeUndefined();
    expect(settle(observed, at(91)).object.status?.rollback).toBeDefined();
  });

  test('is all there is of a job that never ran, and stays', () => {
    const first = settle(reported(settle(anObserved(aJob({ state })), at(0)), 'FAILED'), at(60));
    expect(first.object.status?.rollback).toBeUndefined();
    expect(decide(first, at(90)).changes).toEqual([]);
  });

  test('gives way in place where no savepoint was taken for it', () => {
    const checkpoint = { ...state, onUpgrade: 'LastCheckpoint' } as const;
    const running = settle(reported(settle(anObserved(aJob({ state: checkpoint })), at(0))), at(0));
    const applied = settle(withSpec(running, { state: checkpoint, parallelism: 2 }), at(60));
    const back = settle(reported(applied, 'RECONCILING'), at(75));
    expect(liveOf(back)).toMatchObject({ spec: { job: { parallelism: 1, upgradeMode: 'last-state' } } });
    expect(liveOf(back)).not.toHaveProperty('spec.job.initialSavepointPath');
  });

  test('keeps the scripts of the version that may come back', () => {
    const sql = 'INSERT INTO alerts SELECT customerId, occurredAt FROM orders';
    const observed = upgraded({ program: { sql }, suspend: true }, 'SUSPENDED');
    expect(observed.engine.configMaps.map(({ metadata }) => metadata.name)).toHaveLength(3);
  });
});

describe('a change of a job that runs', () => {
  const running = () => settle(reported(settle(anObserved(aJob({ state })), at(0))), at(0));
  const changeOf = (spec: Written<StreamJob['spec']>) => decide(withSpec(running(), spec), at(1)).changes.at(-1);

  test('says where the new version begins', () => {
    const onUpgrade = 'LastCheckpoint' as const;
    expect(changeOf({ state, parallelism: 2 })).toMatchObject({
      risk: 'Disruptive',
      reason: expect.stringContaining('restarted from a savepoint'),
    });
    expect(changeOf({ state: { ...state, onUpgrade } })).toMatchObject({
      risk: 'Disruptive',
      reason: expect.stringContaining('from its last checkpoint'),
    });
  });

  test('that leaves behind what it remembers waits for approval', () => {
    const discarding = withSpec(running(), { state: { ...state, onUpgrade: 'Discard' } });
    const { changes } = decide(discarding, at(1));
    expect(changes.at(-1)).toMatchObject({ action: 'Apply', risk: 'DataLoss' });
    expect(approvalHash(decide(discarding, at(2)).changes)).toBe(approvalHash(changes));
  });

  test('that moves it elsewhere waits for approval, deletes it and begins there', () => {
    const moving = withSpec(running(), { state: { ...state, restoreFrom: 'file:/elsewhere' } });
    const { changes } = decide(moving, at(1));
    expect(changes.at(-1)).toMatchObject({ action: 'Delete', risk: 'DataLoss' });
    const gone = { ...moving, engine: { ...moving.engine, live: undefined } };
    const moved = settle(gone, at(2));
    expect(liveOf(moved)).toHaveProperty('spec.job.initialSavepointPath', 'file:/elsewhere');
    expect(moved.object.status?.restoredFrom).toBe('file:/elsewhere');
    expect(decide(settle(reported(moved), at(3)), at(4)).changes).toEqual([]);
  });

  test('of a version that could not be restored makes it anew, since nothing of it ever ran', () => {
    const bad = aJob({ state: { ...state, restoreFrom: 'file:/bad' } });
    const failed = settle(reported(settle(anObserved(bad), at(0)), 'FAILED'), at(1));
    const { changes } = decide(withSpec(failed, { state: { ...state, restoreFrom: 'file:/good' } }), at(2));
    expect(changes.at(-1)).toMatchObject({ action: 'Delete', risk: 'Disruptive' });
  });
});
