import { describe, expect, test } from 'vitest';
import { conditionTypes } from '../api/index.ts';
import type { Change } from '../plan/index.ts';
import { targetOf } from '../plan/index.ts';
import { anOrder, aParticipant, aUse } from '../registry/gate/testing/participants.ts';
import { decide } from './decide.ts';
import type { Observed } from './observe.ts';
import { aBus, aJob, anObserved, carriedOut, reported } from './testing/observed.ts';

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
});
