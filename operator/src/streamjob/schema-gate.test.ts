import { describe, expect, test } from 'vitest';
import { conditionTypes } from '../api/index.ts';
import type { Change } from '../plan/index.ts';
import { targetOf } from '../plan/index.ts';
import { anOrder, aParticipant, aUse } from '../registry/gate/testing/participants.ts';
import { decide } from './decide.ts';
import type { Observed } from './observe.ts';
import { report } from './report.ts';
import { aBus, aJob, anObserved, carriedOut, reported, withSpec } from './testing/observed.ts';

const now = new Date('2026-01-01T00:00:00Z');
const plain = anOrder(['id', 'string']);
const withTotal = anOrder(['id', 'string'], ['total', 'int']);

const job = aJob();
const record = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'record', namespace: 'shop', uid: 'record' } };

/** The job's table is to have `wanted`, and what runs of it has `live`. */
function reading(wanted: string, live: string | undefined, written: string): Observed['bus'] {
  const bus = aBus(job);
  const self = aParticipant('StreamJob shop/fraud', {
    wanted: { reads: wanted },
    ...(live === undefined ? {} : { live: { reads: live } }),
  });
  const writer = aParticipant('EventService shop/order', { live: { writes: written } });
  return { ...bus, gate: { ...bus.gate, self, others: [writer], ...(live === undefined ? {} : { record }) } };
}

const targets = (changes: readonly Change[]) => changes.map((change) => `${change.action} ${targetOf(change)}`);
const recorded = 'Apply ConfigMap shop/streamjob-fraud-live-schemas';

describe('a job', () => {
  test('has on record what it reads before it starts', () => {
    const { changes } = decide(anObserved(job, { bus: reading(plain, undefined, plain) }), now);
    const at = targets(changes);
    expect(at).toContain(recorded);
    expect(at.indexOf(recorded)).toBeLessThan(at.indexOf('Apply FlinkDeployment shop/fraud'));
  });

  test('that cannot read what is written is not started, and says whom it waits for', () => {
    const { changes, verdicts } = decide(anObserved(job, { bus: reading(withTotal, undefined, plain) }), now);
    expect(targets(changes)).toEqual([]);
    const schemas = verdicts.find(({ type }) => type === conditionTypes.schemasCompatible);
    expect(schemas).toMatchObject({ status: 'False', reason: 'WaitingForWriter' });
  });

  test('keeps the former schema on record until it runs with the newest', () => {
    const first = anObserved(job, { bus: reading(plain, undefined, plain) });
    const running = reported(carriedOut(first, decide(first, now).changes));
    const upgraded = { ...running, bus: reading(withTotal, plain, withTotal) };
    const textOf = (observed: Observed) => {
      const change = decide(observed, now).changes.find((each) => targetOf(each) === recorded.replace('Apply ', ''));
      return change?.action === 'Apply' ? JSON.stringify(change.object) : '';
    };
    expect(textOf(upgraded)).toContain(aUse(withTotal).fingerprint);
    expect(textOf(upgraded)).not.toContain(aUse(plain).fingerprint);
    const starting = reported(running, 'RECONCILING');
    expect(textOf({ ...starting, bus: reading(withTotal, plain, withTotal) })).toContain(aUse(plain).fingerprint);
  });

  test('that went back to its former version keeps on record what that one reads', () => {
    const begin = Date.parse('2026-01-01T00:00:00Z');
    const at = (minutes: number) => new Date(begin + minutes * 60_000);
    const running = settle(reported(settle(anObserved(aJob()), at(0))), at(0));
    const upgraded = settle(reported(settle(withSpec(running, { parallelism: 2 }), at(60)), 'RECONCILING'), at(61));
    const back = settle(reported(settle(upgraded, at(80))), at(82));
    expect(back.object.status?.rollback).toBeDefined();
    const { changes } = decide({ ...back, bus: reading(withTotal, plain, withTotal) }, at(83));
    const change = changes.find((each) => targetOf(each) === recorded.replace('Apply ', ''));
    expect(JSON.stringify(change)).toContain(aUse(plain).fingerprint);
  });
});

/** Changes are carried out and status is written until nothing is left to do, all at that time. */
function settle(observed: Observed, time: Date): Observed {
  let current = observed;
  for (let round = 0; round < 6; round++) {
    const { changes } = decide(current, time);
    const next = carriedOut(current, changes);
    const status = report(next, {}, time);
    if (changes.length === 0 && JSON.stringify(status) === JSON.stringify(current.object.status)) return current;
    current = { ...next, object: { ...next.object, status } };
  }
  throw new Error('six rounds are not enough');
}
