// An upgrade, and an upgrade that does not come up, on a scripted engine, with the operator killed after each of its writes in
// turn: both always end where an undisturbed one ends, and no version ever begins without the state of the one before.
import { describe, expect, test } from 'vitest';
import { approvalHash } from '../plan/index.ts';
import { decide } from './decide.ts';
import type { Observed } from './observe.ts';
import { report } from './report.ts';
import { aJob, anObserved, carriedOut, flinkStatus, withSpec } from './testing/observed.ts';

const start = Date.parse('2026-01-01T00:00:00Z');
const tickMs = 10_000;
const state = { storage: { persistentVolumeClaim: 'flink-state' }, startDeadline: '60s' };
/** The scripted engine cannot bring up a version of that parallelism. */
const bad = 13;

/** What becomes of the world: where each version began, and how many writes the operator made. */
interface World {
  readonly observed: Observed;
  /** As the engine runs it. */
  readonly job: { readonly generation: number; readonly state: 'RUNNING' | 'RECONCILING' } | undefined;
  readonly savepoints: number;
  readonly begun: readonly string[];
  readonly writes: number;
}

/** One reconcile; it is killed before the write of that number, and the one after it goes on from what is there. */
function reconcile(world: World, now: Date, killedAt: number | undefined): World {
  let { observed, writes } = world;
  const { changes } = decide(observed, now);
  expect(approvalHash(changes)).toBeUndefined();
  for (const change of changes) {
    if (writes === killedAt) return { ...world, observed, writes: writes + 1 };
    observed = carriedOut(observed, [change]);
    writes += 1;
  }
  const status = report(observed, {}, now);
  if (JSON.stringify(status) === JSON.stringify(observed.object.status)) return { ...world, observed, writes };
  if (writes === killedAt) return { ...world, observed, writes: writes + 1 };
  return { ...world, observed: { ...observed, object: { ...observed.object, status } }, writes: writes + 1 };
}

/** One step of the engine: a changed spec is taken up with a savepoint, and comes up in the step after, or never does. */
function engineStep(world: World, now: Date): World {
  const { observed, job, savepoints, begun } = world;
  const { live } = observed.engine;
  if (!live) return { ...world, job: undefined };
  const generation = live.metadata.generation ?? 0;
  const { parallelism, initialSavepointPath } = Object(live.spec).job;
  const told = (next: NonNullable<World['job']>, from: string | undefined, saved: number): World => {
    const lastSavepoint = saved === 0 ? {} : { location: `file:/s/${saved}`, timeStamp: now.getTime() };
    const jobStatus = { state: next.state, jobId: 'a1', startTime: '1', savepointInfo: { lastSavepoint } };
    const status = flinkStatus(live, next.state, { jobStatus });
    const former = { status: Object(live).status };
    const kept = next === job ? former : status;
    return {
      ...world,
      observed: { ...observed, engine: { ...observed.engine, live: { ...live, ...kept } } },
      job: next,
      savepoints: saved,
      begun: from === undefined ? begun : [...begun, `${parallelism} ${from}`],
    };
  };
  // Made since the last step: whatever ran before went with the resource.
  const isNew = Object(live).status === undefined;
  if (!job || isNew)
    return told({ generation, state: 'RECONCILING' }, initialSavepointPath ?? 'without state', savepoints);
  if (job.generation !== generation) {
    // A version that never came up has no savepoint to be taken of it, and the engine takes nothing else up.
    if (job.state !== 'RUNNING') return world;
    return told({ generation, state: 'RECONCILING' }, `file:/s/${savepoints + 1}`, savepoints + 1);
  }
  return job.state === 'RUNNING' || parallelism === bad
    ? told(job, undefined, savepoints)
    : told({ generation, state: 'RUNNING' }, undefined, savepoints);
}

function run(world: World, ticks: number, fromTick: number, killedAt?: number): World {
  let current = world;
  for (let tick = fromTick; tick < fromTick + ticks; tick++) {
    const now = new Date(start + tick * tickMs);
    for (let look = 0; look < 4; look++) current = reconcile(current, now, killedAt);
    current = engineStep(current, now);
  }
  return current;
}

/** A job that runs, given another parallelism, and what has become of it after five minutes. */
function upgradedTo(parallelism: number, killedAt?: number): World {
  const first = { observed: anObserved(aJob({ state })), job: undefined, savepoints: 0, begun: [], writes: 0 };
  const running = run(first, 5, 0);
  expect(running.begun).toEqual(['1 without state']);
  const observed = withSpec(running.observed, { state, parallelism });
  return run({ ...running, observed, writes: 0 }, 30, 5, killedAt);
}

const outcomeOf = ({ observed, begun }: World) => ({
  begun,
  spec: observed.engine.live?.spec,
  rollback: observed.object.status?.rollback?.inputs,
  scripts: observed.engine.configMaps.map(({ metadata }) => metadata.name).sort(),
});

describe.each([
  { what: 'an upgrade', parallelism: 2, begun: ['1 without state', '2 file:/s/1'] },
  {
    what: 'an upgrade that does not come up',
    parallelism: bad,
    begun: ['1 without state', `${bad} file:/s/1`, '1 file:/s/1'],
  },
])('$what', ({ parallelism, begun }) => {
  const undisturbed = upgradedTo(parallelism);

  test('ends with every version begun once, from the state of the one before', () => {
    expect(undisturbed.begun).toEqual(begun);
    expect(undisturbed.job?.state).toBe('RUNNING');
    expect(undisturbed.writes).toBeGreaterThan(2);
  });

  test('ends the same when the operator is killed at any of its writes', () => {
    for (let killedAt = 0; killedAt < undisturbed.writes; killedAt++) {
      expect(outcomeOf(upgradedTo(parallelism, killedAt)), `killed at write ${killedAt}`).toEqual(
        outcomeOf(undisturbed),
      );
    }
  });
});
