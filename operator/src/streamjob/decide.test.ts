import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { annotations, conditionTypes, finalizer, type Reason, reasons, type StreamJob } from '../api/index.ts';
import { anEventBus } from '../api/v1alpha1/builders.ts';
import type { Change, Plan, Verdict } from '../plan/index.ts';
import { targetOf } from '../plan/index.ts';
import { hashOf } from '../runtime/index.ts';
import { decide } from './decide.ts';
import type { Observed } from './observe.ts';
import { report } from './report.ts';
import {
  aBus,
  aBusThatIsAway,
  aJob,
  alertSchema,
  anEngine,
  anObserved,
  aSchema,
  carriedOut,
  orderSchema,
  reported,
  withSpec,
} from './testing/observed.ts';

const now = new Date('2026-01-01T00:00:00Z');

/** Decides and carries out until nothing is left to do. */
function settle(observed: Observed): Observed {
  let current = observed;
  for (let round = 0; round < 5; round++) {
    const { changes } = decide(current, now);
    if (changes.length === 0) return current;
    current = carriedOut(current, changes);
  }
  throw new Error('five rounds are not enough');
}

/** A job that runs, its status as it was reported. */
function running(object: StreamJob = aJob()): Observed {
  return settle(reported(settle(anObserved(object))));
}

const steps = (changes: readonly Change[]) => changes.map((change) => `${change.action} ${targetOf(change)}`);

function verdictOf({ verdicts }: Plan, type: Verdict['type']): Verdict | undefined {
  return verdicts.find((verdict) => verdict.type === type);
}

/** What is open, in the order in which it speaks on Ready. */
const open = ({ verdicts }: Plan) => verdicts.filter(({ status, effect }) => status !== 'True' && effect !== undefined);

function liveOf({ engine }: Observed) {
  if (!engine?.live) throw new Error('there is no FlinkDeployment');
  return engine.live;
}

describe('a job that is new', () => {
  test('becomes a ConfigMap and a FlinkDeployment, as the golden file has them', async () => {
    const { changes } = decide(anObserved(), now);
    const objects = changes.flatMap((change) => (change.action === 'Apply' ? [change.object] : []));
    const yaml = objects.map((object) => stringify(object, { aliasDuplicateObjects: false })).join('---\n');
    await expect(yaml).toMatchFileSnapshot('./__golden__/fraud.yaml');
  });

  test('makes topic and schema first, then what pods mount, then the job', () => {
    const object = aJob();
    const { live, schemas, topics } = aBus(object);
    const without = new Map([...live].filter(([topic]) => topic !== 'shop.fraud-alerts'));
    const subjects = new Map([['shop.fraud-alerts-value', { check: { isCompatible: true, messages: [] } }]]);
    const bus = aBus(object, {
      live: without,
      topics: { ...topics, live: without },
      schemas: { ...schemas, subjects },
    });
    expect(steps(decide(anObserved(object, { bus }), now).changes)).toEqual([
      'CreateTopic topic shop.fraud-alerts',
      'RegisterSchema subject shop.fraud-alerts-value',
      expect.stringMatching(/^Apply ConfigMap shop\/fraud-sql-[0-9a-f]{10}$/),
      'Apply FlinkDeployment shop/fraud',
    ]);
  });

  test('is owned by the StreamJob, ConfigMap and all', () => {
    const { changes } = decide(anObserved(), now);
    for (const change of changes) {
      const owners = change.action === 'Apply' ? change.object.metadata.ownerReferences : undefined;
      expect(owners).toMatchObject([{ kind: 'StreamJob', name: 'fraud', uid: 'uid-of-fraud', controller: true }]);
    }
  });

  test('begins where it is told, and at its own restore point before that', () => {
    const state = { storage: { persistentVolumeClaim: 'flink-state' }, restoreFrom: 'file:/moved' };
    const begin = (object: StreamJob) => settle(anObserved(object)).engine?.live;
    expect(begin(aJob())).not.toHaveProperty('spec.job.initialSavepointPath');
    expect(begin(aJob({ state }))).toHaveProperty('spec.job.initialSavepointPath', 'file:/moved');
    const restored = aJob({ state }, { status: { restorePoint: { path: 'file:/own' } } });
    expect(begin(restored)).toHaveProperty('spec.job.initialSavepointPath', 'file:/own');
    const discarded = aJob(
      { state: { ...state, onUpgrade: 'Discard' } },
      { status: { restorePoint: { path: 'file:/own' } } },
    );
    expect(begin(discarded)).not.toHaveProperty('spec.job.initialSavepointPath');
  });
});

describe('a job that runs', () => {
  test('is Ready with nothing to do', () => {
    const plan = decide(running(), now);
    expect(plan.changes).toEqual([]);
    expect(open(plan)).toEqual([]);
    expect(verdictOf(plan, conditionTypes.jobRunning)).toMatchObject({ status: 'True', reason: reasons.running });
  });

  test('is not touched by a release that renders otherwise, nor by its default image', () => {
    const observed = running();
    const live = liveOf(observed);
    const spec = JSON.parse(live.metadata.annotations?.[annotations.spec] ?? '');
    const former = { ...spec, flinkConfiguration: { ...spec.flinkConfiguration, 'rendered.by': 'the former release' } };
    const marked = { ...live.metadata.annotations, [annotations.spec]: JSON.stringify(former) };
    const applied = withoutLastApplied({ ...live, metadata: { ...live.metadata, annotations: marked }, spec: former });
    const engine = observed.engine && { ...observed.engine, live: applied };
    const next = decide({ ...observed, engine, image: 'docker.io/sluice/flink:newer' }, now);
    const objects = next.changes.flatMap((change) => (change.action === 'Apply' ? [change.object] : []));
    // The mark of the last apply is brought up to date, and the spec stays to the letter.
    expect(objects).toMatchObject([{ kind: 'FlinkDeployment', spec: former }]);
  });

  test('is not restarted by what is said of its topics, nor by words on a schema', () => {
    const observed = running();
    const topic = { topic: 'shop.fraud-alerts', as: 'alerts', schema: { inline: alertSchema } };
    const retained = withSpec(observed, { writes: [{ ...topic, config: { 'retention.ms': '1000' } }] });
    expect(steps(decide(retained, now).changes)).toEqual(['AlterTopicConfig topic shop.fraud-alerts']);
    const documented = JSON.stringify({ ...JSON.parse(alertSchema), doc: 'raised by the fraud job' });
    const explained = withSpec(observed, { writes: [{ ...topic, schema: { inline: documented } }] });
    expect(decide(explained, now).changes).toEqual([]);
  });

  test('is put right where somebody changed its FlinkDeployment', () => {
    const observed = running();
    const live = liveOf(observed);
    const changed = { ...live, spec: { ...Object(live.spec), image: 'another' } };
    const engine = observed.engine && { ...observed.engine, live: changed };
    const { changes } = decide({ ...observed, engine }, now);
    expect(steps(changes)).toEqual(['Apply FlinkDeployment shop/fraud']);
    expect(changes[0]).toMatchObject({ risk: 'Safe', object: { spec: live.spec } });
  });

  test('is suspended and resumed without being rendered anew', () => {
    const observed = running();
    const suspended = withSpec(observed, { suspend: true });
    const { changes } = decide(suspended, now);
    expect(changes).toMatchObject([{ action: 'Apply', object: { spec: { job: { state: 'suspended' } } } }]);
    const stopped = reported(carriedOut(suspended, changes), 'SUSPENDED');
    expect(decide(stopped, now).changes).toEqual([]);
    expect(open(decide(stopped, now))).toEqual([]);
    expect(verdictOf(decide(stopped, now), conditionTypes.jobRunning)).toMatchObject({
      status: 'False',
      reason: reasons.suspended,
    });
    const resumed = settle(withSpec(stopped, {}));
    expect(liveOf(resumed)).toMatchObject({ spec: liveOf(observed).spec });
  });

  test('is suspended while its bus is away', () => {
    const observed = withSpec(running(), { suspend: true });
    const away: Verdict = {
      type: conditionTypes.topicsReady,
      status: 'Unknown',
      reason: reasons.brokerUnreachable,
      message: 'kafka:9092 does not answer.',
      effect: 'waiting',
    };
    const { changes } = decide({ ...observed, bus: aBusThatIsAway(observed.object, away) }, now);
    expect(changes).toMatchObject([{ action: 'Apply', object: { spec: { job: { state: 'suspended' } } } }]);
  });

  test('gets new scripts with new SQL, and keeps the old ones until the new version runs', () => {
    const observed = running();
    const [old] = observed.engine?.configMaps ?? [];
    const sql = { program: { sql: 'INSERT INTO alerts SELECT customerId, occurredAt FROM orders WHERE total > 9' } };
    const changed = withSpec(observed, sql);
    const { changes } = decide(changed, now);
    expect(changes).toMatchObject([
      { action: 'Apply', resource: { kind: 'ConfigMap' } },
      { action: 'Apply', resource: { kind: 'FlinkDeployment' }, risk: 'Disruptive' },
    ]);
    const applied = carriedOut(changed, changes);
    expect(decide(applied, now).changes).toEqual([]);
    expect(verdictOf(decide(applied, now), conditionTypes.jobRunning)).toMatchObject({ reason: reasons.jobStarting });
    expect(decide(reported(applied, 'FAILED'), now).changes).toEqual([]);
    const taken = decide(reported(applied), now);
    expect(steps(taken.changes)).toEqual(['Apply ConfigMap shop/fraud-stable']);
    const kept = decide(carriedOut(reported(applied), taken.changes), now);
    expect(steps(kept.changes)).toEqual([`Delete ConfigMap shop/${old?.metadata.name}`]);
  });

  test('is restarted by a newer schema of a topic that it reads', () => {
    const observed = running();
    const fields = JSON.parse(orderSchema).fields;
    const schema = aSchema('OrderPlaced', [...fields, { name: 'channel', type: ['null', 'string'], default: null }]);
    const bus = aBus(observed.object, {
      readSchemas: new Map([['shop.orders', { state: 'found', id: 8, version: 2, schema }]]),
    });
    const { changes } = decide({ ...observed, bus }, now);
    expect(steps(changes).at(-1)).toBe('Apply FlinkDeployment shop/fraud');
    expect(JSON.stringify(changes)).toContain('`channel` STRING');
  });

  test('comes back at its restore point when its FlinkDeployment was deleted past Sluice', () => {
    const observed = running(aJob({}, { status: { restorePoint: { path: 'file:/s/1' } } }));
    const engine = observed.engine && { ...observed.engine, live: undefined };
    const { changes } = decide({ ...observed, engine }, now);
    expect(changes).toMatchObject([{ object: { spec: { job: { initialSavepointPath: 'file:/s/1' } } } }]);
  });

  test('is upgraded from its own state, not from a place to begin', () => {
    const observed = running(aJob({}, { status: { restorePoint: { path: 'file:/s/1' } } }));
    const upgraded = settle(withSpec(observed, { parallelism: 2 }));
    expect(liveOf(upgraded)).not.toHaveProperty('spec.job.initialSavepointPath');
    expect(liveOf(upgraded)).toHaveProperty('spec.job.parallelism', 2);
  });

  test('gets its scripts again when they were deleted past Sluice', () => {
    const observed = running();
    const { configMaps: all } = observed.engine;
    const engine = { ...observed.engine, configMaps: all.filter(({ metadata }) => metadata.name === 'fraud-stable') };
    expect(steps(decide({ ...observed, engine }, now).changes)).toEqual([
      expect.stringMatching(/^Apply ConfigMap shop\/fraud-sql-/),
    ]);
  });
});

interface Case {
  /** "a job <name> is told so and is not started" */
  readonly name: string;
  readonly object?: StreamJob;
  readonly over?: (object: StreamJob) => Partial<Observed>;
  readonly reason: Reason;
  readonly effect: 'waiting' | 'stalled';
  readonly says: string;
}

const noRead = (object: StreamJob) => {
  const { live, topics } = aBus(object);
  const without = new Map([...live].filter(([topic]) => topic !== 'shop.orders'));
  return { live: without, topics: { ...topics, live: without } };
};

const cases: readonly Case[] = [
  {
    name: 'that is a jar',
    object: aJob({ program: { jar: { uri: 'local:///job.jar' } } }),
    reason: reasons.engineRefused,
    effect: 'stalled',
    says: 'spec.program.jar',
  },
  {
    name: 'whose engine is not installed',
    over: () => ({ engine: anEngine({ isInstalled: false }) }),
    reason: reasons.engineNotInstalled,
    effect: 'waiting',
    says: 'install the Apache Flink Kubernetes Operator',
  },
  {
    name: 'of a version that the installed operator does not run',
    object: aJob({ engineOptions: { flink: { version: '2.2' } } }),
    over: () => ({ engine: anEngine({ capabilities: { versions: ['1.13', '1.19'], features: [] } }) }),
    reason: reasons.engineRefused,
    effect: 'stalled',
    says: 'on this cluster runs 1.13 to 1.19',
  },
  {
    name: 'whose topic to read is not there',
    over: (object) => ({ bus: aBus(object, noRead(object)) }),
    reason: reasons.topicNotFound,
    effect: 'waiting',
    says: 'Topic shop.orders, which spec.reads names',
  },
  {
    name: 'whose topic to read has no schema',
    over: (object) => ({ bus: aBus(object, { readSchemas: new Map() }) }),
    reason: reasons.schemaNotFound,
    effect: 'waiting',
    says: 'subject shop.orders-value',
  },
  {
    name: 'whose registry does not answer',
    over: (object) => ({
      bus: aBus(object, {
        readSchemas: new Map([['shop.orders', { state: 'unavailable', message: 'Registry http://r: no answer.' }]]),
      }),
    }),
    reason: reasons.registryUnreachable,
    effect: 'waiting',
    says: 'Registry http://r',
  },
  {
    name: 'that writes a topic without a schema',
    object: aJob({ writes: [{ topic: 'shop.fraud-alerts', as: 'alerts' }] }),
    reason: reasons.schemaNotFound,
    effect: 'stalled',
    says: 'spec.writes of topic shop.fraud-alerts has no schema',
  },
  {
    name: 'whose bus names no registry',
    over: (object) => ({ bus: aBus(object, { bus: anEventBus() }) }),
    reason: reasons.registryNotConfigured,
    effect: 'stalled',
    says: 'set spec.schemaRegistry on it',
  },
  {
    name: 'whose bus has logins that Sluice does not make',
    over: (object) => ({
      bus: aBus(object, {
        bus: anEventBus({
          kafka: {
            external: {
              bootstrapServers: ['kafka:9093'],
              sasl: { mechanism: 'PLAIN', secretRef: { name: 'admin' } },
            },
          },
          schemaRegistry: { url: 'https://registry' },
        }),
      }),
    }),
    reason: reasons.notSupported,
    effect: 'stalled',
    says: 'Sluice makes none for jobs there',
  },
  {
    name: 'that reads a type that no table can have',
    over: (object) => ({
      bus: aBus(object, {
        readSchemas: new Map([
          [
            'shop.orders',
            { state: 'found', id: 1, version: 1, schema: aSchema('O', [{ name: 'either', type: ['int', 'string'] }]) },
          ],
        ]),
      }),
    }),
    reason: reasons.schemaInvalid,
    effect: 'stalled',
    says: 'field either is a union',
  },
  {
    name: 'whose event time is no field',
    object: aJob({ reads: [{ topic: 'shop.orders', as: 'orders', eventTime: { field: 'when', delay: '0s' } }] }),
    reason: reasons.programInvalid,
    effect: 'stalled',
    says: 'eventTime.field when is not a field of topic shop.orders',
  },
];

describe('a job', () => {
  test.each(cases)('$name is told so and is not started', ({ object = aJob(), over, reason, effect, says }) => {
    const plan = decide(anObserved(object, over?.(object)), now);
    expect(steps(plan.changes.filter(({ waitsFor }) => waitsFor === undefined))).toEqual([]);
    const jobRunning = verdictOf(plan, conditionTypes.jobRunning);
    expect(jobRunning).toMatchObject({ status: 'False', reason, effect });
    expect(jobRunning?.message).toContain(says);
  });

  test.each(cases)('$name leaves running what runs', ({ object = aJob(), over, reason, effect }) => {
    const before = running();
    const { engine, ...rest } = over?.(object) ?? {};
    const observed = { ...before, object, bus: aBus(object), ...rest };
    // An engine that is gone took its resources along.
    if (engine || object.spec.engine === 'Spark') return;
    const plan = decide(observed, now);
    expect(plan.changes.filter(({ action }) => action === 'Apply' || action === 'Delete')).toEqual([]);
    expect(verdictOf(plan, conditionTypes.jobRunning)).toMatchObject({ status: 'True' });
    expect(open(plan)).toContainEqual(expect.objectContaining({ reason, effect }));
  });

  test('that is refused makes no topics; they wait for a spec that will do', () => {
    const object = aJob({ program: { jar: { uri: 'local:///job.jar' } } });
    const { topics } = aBus(object);
    const live = new Map();
    const bus = aBus(object, { live, topics: { ...topics, live } });
    const { changes } = decide(anObserved(object, { bus }), now);
    expect(changes).toMatchObject([{ action: 'CreateTopic', waitsFor: 'the job to be no longer EngineRefused' }]);
  });

  test("whose program Flink refuses says so in the runner's words, and is not deleted or repeated", () => {
    const sentence = "job.sql statement 1 (line 1, column 1): SQL parse failed. Encountered 'SELEC'";
    const error = JSON.stringify({ message: 'failed', throwableList: [{ message: `SqlException: ${sentence}` }] });
    const observed = reported(settle(anObserved()), 'FAILED', { error });
    const plan = decide(observed, now);
    expect(plan.changes).toEqual([]);
    expect(verdictOf(plan, conditionTypes.jobRunning)).toEqual({
      type: 'JobRunning',
      status: 'False',
      reason: reasons.programInvalid,
      message: sentence,
      effect: 'stalled',
    });
  });

  test.each([
    { who: 'somebody', ownerReferences: [], effect: 'stalled', says: "is not of Sluice's making" },
    {
      who: 'another controller',
      ownerReferences: [{ apiVersion: 'x/v1', kind: 'Pipeline', name: 'p', uid: 'u', controller: true }],
      effect: 'stalled',
      says: 'belongs to Pipeline p',
    },
    {
      who: 'a former job of this name',
      ownerReferences: [
        { apiVersion: 'sluice.dev/v1alpha1', kind: 'StreamJob', name: 'fraud', uid: 'former', controller: true },
      ],
      effect: 'waiting',
      says: 'of a former StreamJob',
    },
  ])('does not take over the FlinkDeployment of $who', ({ ownerReferences, effect, says }) => {
    const live = liveOf(running());
    const theirs = { ...live, metadata: { ...live.metadata, ownerReferences } };
    const plan = decide(anObserved(aJob(), { engine: anEngine({ live: theirs }) }), now);
    expect(plan.changes).toEqual([]);
    expect(verdictOf(plan, conditionTypes.jobRunning)).toMatchObject({ reason: reasons.conflict, effect });
    expect(verdictOf(plan, conditionTypes.jobRunning)?.message).toContain(says);
  });

  test('waits for its own FlinkDeployment that is being deleted', () => {
    const observed = running();
    const live = liveOf(observed);
    const ending = { ...live, metadata: { ...live.metadata, deletionTimestamp: now.toISOString() } };
    const plan = decide({ ...observed, engine: anEngine({ live: ending }) }, now);
    expect(plan.changes).toEqual([]);
    expect(open(plan)).toContainEqual(expect.objectContaining({ reason: reasons.conflict, effect: 'waiting' }));
  });

  test('whose engine is not installed is looked at again within a minute', () => {
    const plan = decide(anObserved(aJob(), { engine: anEngine({ isInstalled: false }) }), now);
    expect(plan.requeueAfterMs).toBeLessThanOrEqual(60_000);
  });
});

describe('a job that is deleted', () => {
  const deletable = { topic: 'shop.fraud-alerts', as: 'alerts', schema: { inline: alertSchema } };
  const deleting = { finalizers: [finalizer], deletionTimestamp: now.toISOString() };

  test('leaves all to its owner references', () => {
    const object = aJob({}, { metadata: { deletionTimestamp: now.toISOString() } });
    expect(decide({ ...running(), object, bus: aBus(object) }, now).changes).toEqual([]);
  });

  test('holds on with a finalizer only where a topic is to go with it', () => {
    const writes = [{ ...deletable, deletionPolicy: 'Delete' as const }];
    expect(steps(decide(anObserved(aJob({ writes })), now).changes)[0]).toBe('AddFinalizer its own finalizer');
    const before = running(aJob({}, { metadata: { finalizers: [finalizer] } }));
    expect(before.object.metadata.finalizers).toEqual([]);
  });

  test('ends its job before its topics, and waits for no job longer than five minutes', () => {
    const writes = [{ ...deletable, deletionPolicy: 'Delete' as const }];
    const topics = [{ topic: 'shop.fraud-alerts', id: 'id-of-shop.fraud-alerts', deletionPolicy: 'Delete' as const }];
    const before = running(aJob({ writes }, { metadata: { finalizers: [finalizer] } }));
    const object = aJob({ writes }, { metadata: deleting, status: { topics } });
    const observed = { ...before, object, bus: aBus(object) };
    const { changes } = decide(observed, now);
    expect(steps(changes)).toEqual(['Delete FlinkDeployment shop/fraud']);
    const rest = ['DeleteTopic topic shop.fraud-alerts', 'RemoveFinalizer its own finalizer'];
    expect(steps(decide(carriedOut(observed, changes), now).changes)).toEqual(rest);
    expect(steps(decide(observed, new Date(now.getTime() + 5 * 60_000)).changes)).toEqual(rest);
  });
});

describe('the status', () => {
  const common = { conditions: [], observedGeneration: 1 };

  test('tells job, revision and restore point, and nothing that moves', () => {
    const savepointInfo = { lastSavepoint: { location: 'file:/s/1', timeStamp: 1_700_000_000_000 } };
    const jobStatus = { state: 'RUNNING', jobId: 'a1', startTime: '1700000000000', updateTime: '9', savepointInfo };
    const observed = reported(running(), 'RUNNING', { jobStatus });
    const revision = liveOf(observed).metadata.labels?.['sluice.dev/revision'];
    expect(report(observed, common, now)).toMatchObject({
      job: { state: 'Running', id: 'a1', startedAt: '2023-11-14T22:13:20Z', revision },
      restorePoint: { path: 'file:/s/1', takenAt: '2023-11-14T22:13:20Z' },
    });
    const later = reported(observed, 'RUNNING', { jobStatus: { ...jobStatus, updateTime: '10' } });
    expect(report(later, common, now)).toEqual(report(observed, common, now));
  });

  test('keeps the revision that runs and its restore point until the newest is taken up', () => {
    const restorePoint = { path: 'file:/s/1' };
    const before = running(aJob({}, { status: { job: { state: 'Running', revision: 'former' }, restorePoint } }));
    const changed = withSpec(before, { parallelism: 4 });
    const applied = carriedOut(changed, decide(changed, now).changes);
    expect(report(applied, common, now)).toMatchObject({
      job: { state: 'Starting', revision: 'former' },
      restorePoint,
    });
    expect(report(reported(applied), common, now).job?.revision).toMatch(/^[0-9a-f]{16}$/);
  });

  test('is Pending while there is nothing to run', () => {
    expect(report(anObserved(), common, now).job).toEqual({ state: 'Pending' });
  });
});

/** As a former release applied it: the hash of another rendering. */
function withoutLastApplied<T extends { readonly metadata: object }>(object: T): T {
  const { metadata } = object;
  const marks = 'annotations' in metadata ? Object(metadata.annotations) : {};
  return {
    ...object,
    metadata: { ...metadata, annotations: { ...marks, [annotations.lastApplied]: hashOf('by a former release') } },
  };
}

describe('what the job says of itself', () => {
  const withHealth = (health: NonNullable<Observed['engine']['health']>) => {
    const observed = running();
    return decide({ ...observed, engine: { ...observed.engine, health } }, now);
  };

  test('counts more than that it is RUNNING', () => {
    const trouble = { reason: reasons.checkpointsFailing, message: 'No checkpoint was completed.' };
    const plan = withHealth({ trouble });
    expect(verdictOf(plan, conditionTypes.jobRunning)).toMatchObject({
      status: 'False',
      effect: 'waiting',
      ...trouble,
    });
    expect(plan.changes).toEqual([]);
  });

  test('is told where something is held up, and changes nothing', () => {
    const plan = withHealth({ backpressured: 'Match' });
    expect(verdictOf(plan, conditionTypes.backpressured)?.message).toContain('"Match" of StreamJob shop/fraud');
    expect(open(plan)).toEqual([]);
  });
});
