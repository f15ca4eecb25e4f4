import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conditionTypes, finalizer, reasons, type StreamJob } from '../api/index.ts';
import type { Change, Verdict } from '../plan/index.ts';
import { decide } from './decide.ts';
import type { Observed } from './observe.ts';
import {
  aBus,
  aBusThatIsAway,
  aJob,
  alertSchema,
  anEngine,
  anObserved,
  carriedOut,
  reported,
  withSpec,
} from './testing/observed.ts';

const now = new Date('2026-01-01T00:00:00Z');

const specs = fc.record({
  program: fc.oneof(
    fc.constantFrom('INSERT INTO alerts SELECT * FROM orders', 'INSERT INTO alerts SELECT 1').map((sql) => ({ sql })),
    fc.constant({ jar: { uri: 'local:///job.jar' } }),
  ),
  writes: fc.record({
    deletionPolicy: fc.constantFrom('Retain' as const, 'Delete' as const),
    isDeclared: fc.boolean(),
    partitions: fc.option(fc.constantFrom(1, 3), { nil: undefined }),
  }),
  eventTime: fc.constantFrom('occurredAt', 'customerId', undefined),
  parallelism: fc.constantFrom(1, 2),
  suspend: fc.boolean(),
});

interface Given {
  readonly spec: typeof specs extends fc.Arbitrary<infer Spec> ? Spec : never;
  readonly isTopicThere: boolean;
  readonly isReadThere: boolean;
  readonly isAway: boolean;
  readonly isInstalled: boolean;
}

const givens: fc.Arbitrary<Given> = fc.record({
  spec: specs,
  isTopicThere: fc.boolean(),
  isReadThere: fc.boolean(),
  isAway: fc.boolean(),
  isInstalled: fc.boolean(),
});
const jobStates = fc.constantFrom('RUNNING', 'FAILED', 'RECONCILING', 'SUSPENDED', 'RESTARTING', 'FINISHED', undefined);

const away: Verdict = {
  type: conditionTypes.topicsReady,
  status: 'Unknown',
  reason: reasons.brokerUnreachable,
  message: 'kafka:9092 does not answer.',
  effect: 'waiting',
};

function specOf({ spec: { program, writes, eventTime, parallelism, suspend } }: Given) {
  const { deletionPolicy, isDeclared, partitions } = writes;
  return {
    program,
    parallelism,
    suspend,
    reads: [
      {
        topic: 'shop.orders',
        as: 'orders',
        ...(eventTime === undefined ? {} : { eventTime: { field: eventTime, delay: '1s' } }),
      },
    ],
    writes: [
      {
        topic: 'shop.fraud-alerts',
        as: 'alerts',
        deletionPolicy,
        ...(partitions === undefined ? {} : { partitions }),
        ...(isDeclared ? { schema: { inline: alertSchema } } : {}),
      },
    ],
  };
}

function busOf(object: StreamJob, { isAway, isTopicThere, isReadThere }: Given): Observed['bus'] {
  if (isAway) return aBusThatIsAway(object, away);
  const { live, topics } = aBus(object);
  const isThere = (topic: string) => (topic === 'shop.orders' ? isReadThere : isTopicThere);
  const there = new Map([...live].filter(([topic]) => isThere(topic)));
  return aBus(object, { live: there, topics: { ...topics, live: there } });
}

const carriable = (changes: readonly Change[]) => changes.filter(({ waitsFor }) => waitsFor === undefined);

/** A job in any place it may have come to by `first`, then given `second`. */
function observedFrom(first: Given, jobState: string | undefined, second: Given): Observed {
  const object = aJob(specOf(first));
  let observed = anObserved(object, {
    bus: busOf(object, first),
    engine: anEngine({ isInstalled: first.isInstalled }),
  });
  observed = carriedOut(observed, decide(observed, now).changes);
  if (observed.engine?.live && jobState !== undefined) observed = reported(observed, jobState);
  const next = withSpec(observed, specOf(second));
  const { engine } = next;
  return {
    ...next,
    bus: busOf(next.object, second),
    engine: engine && { ...engine, isInstalled: engine.live !== undefined || second.isInstalled },
  };
}

test('deciding again after acting has nothing left to do', () => {
  fc.assert(
    fc.property(givens, jobStates, givens, (first, jobState, second) => {
      const observed = observedFrom(first, jobState, second);
      const changes = carriable(decide(observed, now).changes);
      // What an old version mounted goes when the newest has come up, and not before.
      const again = decide(carriedOut(observed, changes), now);
      expect(carriable(again.changes)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('never deletes a FlinkDeployment, and never the scripts that it mounts, of a job that lives', () => {
  fc.assert(
    fc.property(givens, jobStates, givens, (first, jobState, second) => {
      const observed = observedFrom(first, jobState, second);
      const mounted = JSON.stringify(observed.engine?.live ?? {});
      for (const change of decide(observed, now).changes) {
        if (change.action !== 'Delete') continue;
        expect(change.resource.kind).toBe('ConfigMap');
        expect(mounted).not.toContain(change.key.name);
      }
    }),
    { numRuns: 300 },
  );
});

test('speaks on JobRunning, and whatever is not as it should be is seen on Ready', () => {
  fc.assert(
    fc.property(givens, jobStates, givens, (first, jobState, second) => {
      const { verdicts, changes } = decide(observedFrom(first, jobState, second), now);
      const jobRunning = verdicts.filter(({ type }) => type === conditionTypes.jobRunning);
      expect(jobRunning).toHaveLength(1);
      const isOpen = verdicts.some(({ status, effect }) => status !== 'True' && effect !== undefined);
      if (changes.some(({ waitsFor }) => waitsFor !== undefined)) expect(isOpen).toBe(true);
      for (const { message } of verdicts) expect(message).toMatch(/\S/);
    }),
    { numRuns: 300 },
  );
});

test('a deletion ends with the finalizer gone', () => {
  fc.assert(
    fc.property(givens, jobStates, fc.boolean(), (given, jobState, isAway) => {
      const before = observedFrom(given, jobState, given);
      const metadata = { ...before.object.metadata, finalizers: [finalizer], deletionTimestamp: now.toISOString() };
      const object = { ...before.object, metadata };
      let observed: Observed = { ...before, object, bus: busOf(object, { ...given, isAway }) };
      // After the time that a job and a broker are waited for.
      const later = new Date(now.getTime() + 10 * 60_000);
      for (let round = 0; round < 4; round++) observed = carriedOut(observed, decide(observed, later).changes);
      expect(observed.object.metadata.finalizers).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
