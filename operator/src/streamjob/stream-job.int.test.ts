import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { annotations, fieldManagers, finalizer, modes } from '../api/index.ts';
import { configMaps, streamJobs } from '../bus/index.ts';
import { flinkDeployments } from '../engines/flink/index.ts';
import { hashOf, type KubeObject } from '../runtime/index.ts';
import { eventually } from '../runtime/testing/cluster.ts';
import { alertSchema, aSchema, orderSchema } from './testing/observed.ts';
import {
  applyBus,
  applyJob,
  condition,
  deploymentOf,
  flinkReports,
  healMs,
  installFlink,
  jobManagerSays,
  jobNamed,
  makeOrders,
  runJob,
  scriptsOf,
  startWorld,
  type World,
} from './testing/world.ts';

const namespace = 'shop';
const flinkFinalizer = 'flinkdeployments.flink.apache.org/finalizer';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.startOperator();
  await applyBus(world);
});
afterAll(() => world?.stop());

const healing = { timeout: 4 * healMs };

describe('a job on a cluster without Flink', () => {
  it('says what to install, and starts by itself once it is', healing, async () => {
    await makeOrders(world, 'shop.orders');
    await applyJob(world, 'early');
    const ready = await condition(world, 'early', 'Ready', { status: 'False', reason: 'EngineNotInstalled' });
    expect(ready.message).toContain('install the Apache Flink Kubernetes Operator');
    await condition(world, 'early', 'Reconciling', { status: 'True' });
    await installFlink(world);
    await runJob(world, 'early', healMs);
  });
});

describe('an applied job', () => {
  it('becomes a topic, a registered schema, scripts and a FlinkDeployment, and then Ready', async () => {
    await applyJob(world, 'fraud', {
      writes: [{ topic: 'shop.fraud-alerts', as: 'alerts', partitions: 3, schema: { inline: alertSchema } }],
      parallelism: 2,
    });
    await condition(world, 'fraud', 'JobRunning', { status: 'False', reason: 'JobStarting' });
    const savepointInfo = { lastSavepoint: { location: 'file:/s/1', timeStamp: 1_700_000_000_000 } };
    const jobStatus = { state: 'RUNNING', jobId: 'a1', startTime: '1700000000000', savepointInfo };
    await flinkReports(world, 'fraud', 'RUNNING', { jobStatus });
    await condition(world, 'fraud', 'Ready', { status: 'True' });

    expect((await world.admin.describeTopics()).get('shop.fraud-alerts')).toMatchObject({ partitions: 3 });
    const registered = await world.schemas.latest('shop.fraud-alerts-value');
    expect(registered?.schema).toContain('FraudSuspected');
    const [scripts] = await scriptsOf(world, 'fraud');
    expect(scripts?.data?.['tables.sql']).toContain(`'topic' = 'shop.orders'`);
    expect(scripts?.data?.['tables.sql']).toContain(`'properties.group.id' = 'shop.fraud'`);
    expect(scripts?.data?.['job.sql']).toBe('INSERT INTO alerts SELECT customerId, occurredAt FROM orders');
    const live = await deploymentOf(world, 'fraud');
    for (const child of [live, scripts]) {
      expect(child?.metadata).toMatchObject({ ownerReferences: [{ kind: 'StreamJob', name: 'fraud' }] });
    }
    expect(live?.spec).toMatchObject({
      job: { parallelism: 2, state: 'running', upgradeMode: 'savepoint' },
      podTemplate: { spec: { volumes: [{ configMap: { name: scripts?.metadata.name } }, {}] } },
    });
    expect((await jobNamed(world, 'fraud'))?.status).toMatchObject({
      job: { state: 'Running', id: 'a1', startedAt: '2023-11-14T22:13:20Z', revision: expect.any(String) },
      restorePoint: { path: 'file:/s/1', takenAt: '2023-11-14T22:13:20Z' },
      topics: [{ topic: 'shop.fraud-alerts', partitions: 3 }],
      subjects: [{ subject: 'shop.fraud-alerts-value', id: registered?.id }],
    });
  });

  it('writes nothing while nothing changes, however often it is looked at', async () => {
    await applyJob(world, 'quiet');
    await runJob(world, 'quiet');
    await settled();
    const written = world.proxy.writes.length;
    for (let round = 1; round <= 5; round++) {
      const before = await world.reconciles();
      const key = { namespace, name: 'quiet' };
      await world.client.patchMerge(flinkDeployments, key, { metadata: { annotations: { round: String(round) } } });
      await eventually('it was looked at again', async () => (await world.reconciles()) > before);
    }
    expect(world.proxy.writes.slice(written)).toEqual([]);
  });

  it('is upgraded with new SQL: new scripts beside the old, which go once the new version runs', async () => {
    await applyJob(world, 'upgraded');
    await runJob(world, 'upgraded');
    const [old] = await scriptsOf(world, 'upgraded');
    const former = (await jobNamed(world, 'upgraded'))?.status?.job?.revision;
    await applyJob(world, 'upgraded', {
      program: { sql: 'INSERT INTO alerts SELECT customerId, occurredAt FROM orders LIMIT 1' },
    });
    await condition(world, 'upgraded', 'JobRunning', { status: 'False', reason: 'JobStarting' });
    expect(await scriptsOf(world, 'upgraded')).toHaveLength(2);
    expect((await jobNamed(world, 'upgraded'))?.status?.job?.revision).toBe(former);
    await runJob(world, 'upgraded');
    await eventually('the old scripts are gone', async () => {
      const names = (await scriptsOf(world, 'upgraded')).map(({ metadata }) => metadata.name);
      return names.length === 1 && !names.includes(old?.metadata.name ?? '');
    });
    expect((await jobNamed(world, 'upgraded'))?.status?.job?.revision).not.toBe(former);
  });

  it('goes back to the version that ran when the next one does not come up, from the savepoint between them', async () => {
    const state = { storage: { persistentVolumeClaim: 'flink-state' }, startDeadline: '2s' };
    await applyJob(world, 'returning', { state });
    await runJob(world, 'returning');
    const former = await deploymentOf(world, 'returning');
    await applyJob(world, 'returning', { state, parallelism: 2 });
    await eventually(
      'it is upgraded',
      async () => (await deploymentOf(world, 'returning'))?.spec.job.parallelism === 2,
    );
    const savepointInfo = { lastSavepoint: { location: 'file:/s/between', timeStamp: Date.now() + 60_000 } };
    const jobStatus = { state: 'RECONCILING', jobId: 'a2', startTime: '1', savepointInfo };
    await flinkReports(world, 'returning', 'RECONCILING', { jobStatus });
    const back = await eventually('the former version is back', async () => {
      const live = await deploymentOf(world, 'returning');
      return live?.metadata.uid !== former?.metadata.uid && live;
    });
    expect(back.spec.job).toMatchObject({ parallelism: 1, initialSavepointPath: 'file:/s/between' });
    await flinkReports(world, 'returning', 'RUNNING');
    const ready = await condition(world, 'returning', 'Ready', { status: 'False', reason: 'RolledBack' });
    expect(ready.message).toContain('begun at file:/s/between');
    await condition(world, 'returning', 'JobRunning', { status: 'True' });
    await applyJob(world, 'returning', { state, parallelism: 3 });
    await runJob(world, 'returning');
    const mended = await deploymentOf(world, 'returning');
    expect(mended?.metadata.uid).toBe(back.metadata.uid);
    expect(mended?.spec.job).toMatchObject({ parallelism: 3 });
  });

  it('is suspended and resumed', async () => {
    await applyJob(world, 'paused');
    await runJob(world, 'paused');
    const before = await deploymentOf(world, 'paused');
    await applyJob(world, 'paused', { suspend: true });
    await runJob(world, 'paused');
    expect((await deploymentOf(world, 'paused'))?.spec.job.state).toBe('suspended');
    expect((await jobNamed(world, 'paused'))?.status?.job?.state).toBe('Suspended');
    await condition(world, 'paused', 'JobRunning', { status: 'False', reason: 'Suspended' });
    await applyJob(world, 'paused');
    await runJob(world, 'paused');
    expect((await deploymentOf(world, 'paused'))?.spec).toEqual(before?.spec);
  });

  it('puts back what others change in its children, and makes anew what they delete', async () => {
    await applyJob(world, 'repaired');
    await runJob(world, 'repaired');
    const before = await deploymentOf(world, 'repaired');
    const key = { namespace, name: 'repaired' };
    await world.client.patchMerge(flinkDeployments, key, { spec: { job: { parallelism: 7 } } });
    await eventually(
      'it is put back',
      async () => (await deploymentOf(world, 'repaired'))?.spec.job.parallelism === before?.spec.job.parallelism,
    );
    await world.client.delete(flinkDeployments, key);
    await runJob(world, 'repaired');
    expect((await deploymentOf(world, 'repaired'))?.metadata.uid).not.toBe(before?.metadata.uid);
    const [scripts] = await scriptsOf(world, 'repaired');
    await world.client.delete(configMaps, { namespace, name: scripts?.metadata.name ?? '' });
    await eventually('the scripts are back', async () => (await scriptsOf(world, 'repaired')).length === 1);
    await runJob(world, 'repaired');
  });

  it('is not touched by an operator that starts again, is another release, and has another default image', async () => {
    await applyJob(world, 'kept');
    await runJob(world, 'kept');
    await world.stopOperator();
    const former = await renderedByFormerRelease('kept');
    await world.startOperator({ flinkImage: 'docker.io/sluice/flink:newer' });
    await eventually('it was looked at', async () => (await world.reconciles()) > 0);
    await settled();
    const live = await deploymentOf(world, 'kept');
    expect(live?.metadata.generation).toBe(former?.metadata.generation);
    expect(live?.spec).toEqual(former?.spec);
    // The next version is of this release.
    await applyJob(world, 'kept', { parallelism: 2 });
    await runJob(world, 'kept');
    expect((await deploymentOf(world, 'kept'))?.spec.image).toBe('docker.io/sluice/flink:newer');
    await world.stopOperator();
    await world.startOperator();
  });

  /** The FlinkDeployment as a release would have made it that renders other configuration and another ConfigMap. */
  async function renderedByFormerRelease(name: string) {
    const live = await deploymentOf(world, name);
    const kept = live?.metadata.annotations?.[annotations.spec];
    if (!live || kept === undefined) throw new Error(`FlinkDeployment ${name} keeps no spec`);
    const [scripts] = await scriptsOf(world, name);
    const mounted = scripts?.metadata.name ?? '';
    const formerName = `${name}-sql-0123456789`;
    const text = kept
      .replace('"flinkConfiguration":{', '"flinkConfiguration":{"rendered.by":"former",')
      .replaceAll(mounted, formerName);
    const { labels, ownerReferences = [], annotations: all = {} } = live.metadata;
    const formerScripts = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: formerName, namespace, labels: { ...scripts?.metadata.labels }, ownerReferences },
      data: { ...scripts?.data },
    };
    await world.client.apply(configMaps, formerScripts, { fieldManager: fieldManagers.StreamJob });
    const former = {
      apiVersion: 'flink.apache.org/v1beta1',
      kind: 'FlinkDeployment',
      metadata: {
        name,
        namespace,
        labels: { ...labels },
        ownerReferences,
        annotations: {
          [annotations.spec]: text,
          [annotations.inputs]: all[annotations.inputs] ?? '',
          [annotations.lastApplied]: hashOf('as the former release had it'),
        },
      },
      spec: JSON.parse(text),
    };
    await world.client.apply(flinkDeployments, former, { fieldManager: fieldManagers.StreamJob });
    await flinkReports(world, name, 'RUNNING');
    return deploymentOf(world, name);
  }
});

describe('bad input', () => {
  const sentence =
    "job.sql statement 1 (line 1, column 1): SQL parse failed. Encountered 'SELEC' at line 1, column 20.";

  it('of SQL that the job manager refuses ends in its words, and heals with the next spec', async () => {
    await applyJob(world, 'misspelt', { program: { sql: 'INSERT INTO alerts SELEC' } });
    const error = JSON.stringify({
      type: 'org.apache.flink.util.SerializedThrowable',
      message: `ProgramInvocationException: The main method caused an error: ${sentence}`,
      throwableList: [{ message: `dev.sluice.flink.SqlException: ${sentence}` }],
    });
    await flinkReports(world, 'misspelt', 'FAILED', { error, lifecycleState: 'FAILED' });
    const running = await condition(world, 'misspelt', 'JobRunning', { status: 'False', reason: 'ProgramInvalid' });
    expect(running.message).toBe(sentence);
    await condition(world, 'misspelt', 'Stalled', { status: 'True', reason: 'ProgramInvalid' });
    await condition(world, 'misspelt', 'Ready', { status: 'False', reason: 'ProgramInvalid' });
    await applyJob(world, 'misspelt');
    await runJob(world, 'misspelt');
  });

  it('of SQL that ends the job manager is read from its pod', async () => {
    const state = { onUpgrade: 'Discard' as const };
    await applyJob(world, 'crashing', { program: { sql: 'INSERT INTO alerts SELEC' }, state });
    await flinkReports(world, 'crashing', 'RECONCILING', { jobManagerDeploymentStatus: 'DEPLOYING' });
    const live = await deploymentOf(world, 'crashing');
    if (!live) throw new Error('there is no FlinkDeployment crashing');
    const startedAt = '2026-01-01T00:00:00Z';
    await jobManagerSays(world, live, {
      state: { running: { startedAt } },
      lastState: { terminated: { exitCode: 2, message: sentence, startedAt, finishedAt: startedAt } },
    });
    const ready = await condition(world, 'crashing', 'Ready', { status: 'False', reason: 'ProgramInvalid' });
    expect(ready.message).toBe(sentence);
  });

  it('of a topic to read that nobody makes names it, and the job starts when another job makes it', async () => {
    const reads = [{ topic: 'shop.later', as: 'orders' }];
    await applyJob(world, 'reader', { reads });
    const running = await condition(world, 'reader', 'JobRunning', { status: 'False', reason: 'TopicNotFound' });
    expect(running.message).toContain('Topic shop.later, which spec.reads names');
    expect(await deploymentOf(world, 'reader')).toBeUndefined();
    await applyJob(world, 'writer', {
      writes: [{ topic: 'shop.later', as: 'alerts', schema: { inline: orderSchema } }],
    });
    await runJob(world, 'writer');
    // Woken by what the writer reports, long before it would look for itself.
    await runJob(world, 'reader', 20_000);
  });

  it('of a topic to read without a schema names the subject, and heals when it is registered', async () => {
    await world.admin.createTopics([{ topic: 'shop.bare', partitions: 1, replicas: 1, config: {} }]);
    await applyJob(world, 'schemaless', { reads: [{ topic: 'shop.bare', as: 'orders' }] });
    const waiting = { status: 'False', reason: 'SchemaNotFound' };
    const running = await condition(world, 'schemaless', 'JobRunning', waiting);
    expect(running.message).toContain('subject shop.bare-value');
    await applyJob(world, 'schemer', {
      writes: [{ topic: 'shop.bare', as: 'alerts', schema: { inline: orderSchema } }],
    });
    await runJob(world, 'schemer');
    await runJob(world, 'schemaless', 20_000);
  });

  it('of a schema that no table can have names the field, and the version before runs on', async () => {
    const either = aSchema('Either', [{ name: 'either', type: ['int', 'string'] }]);
    await applyJob(world, 'untabled', {
      writes: [{ topic: 'shop.untabled', as: 'alerts', schema: { inline: either } }],
    });
    const ready = await condition(world, 'untabled', 'Ready', { status: 'False', reason: 'SchemaInvalid' });
    expect(ready.message).toContain('field either is a union');
    expect(await deploymentOf(world, 'untabled')).toBeUndefined();
    expect((await world.admin.describeTopics()).has('shop.untabled')).toBe(false);
    await applyJob(world, 'untabled');
    await runJob(world, 'untabled');
    const before = await deploymentOf(world, 'untabled');
    await applyJob(world, 'untabled', {
      reads: [{ topic: 'shop.orders', as: 'orders', eventTime: { field: 'when' } }],
    });
    const refused = await condition(world, 'untabled', 'Ready', { status: 'False', reason: 'ProgramInvalid' });
    expect(refused.message).toContain('eventTime.field when is not a field of topic shop.orders');
    await condition(world, 'untabled', 'JobRunning', { status: 'True' });
    expect((await deploymentOf(world, 'untabled'))?.spec).toEqual(before?.spec);
  });

  it('of a Flink version that the installed operator does not run is told which ones it does, and heals', async () => {
    await applyJob(world, 'newfangled', { engineOptions: { flink: { version: '9.9' } } });
    const ready = await condition(world, 'newfangled', 'Ready', { status: 'False', reason: 'EngineRefused' });
    expect(ready.message).toContain('on this cluster runs 1.13 to');
    await applyJob(world, 'newfangled');
    await runJob(world, 'newfangled');
  });

  it('of a program that is not supported says so', async () => {
    await applyJob(world, 'jarred', { program: { jar: { uri: 'local:///job.jar' } } });
    const jar = await condition(world, 'jarred', 'Ready', { status: 'False', reason: 'EngineRefused' });
    expect(jar.message).toContain('write the job as program.sql');
  });

  it("of a name that is somebody else's leaves that alone, and heals when it is free", async () => {
    const theirs = {
      apiVersion: 'flink.apache.org/v1beta1',
      kind: 'FlinkDeployment',
      metadata: { name: 'taken', namespace },
      spec: { image: 'theirs', flinkVersion: 'v1_19' },
    };
    await world.client.apply<KubeObject>(flinkDeployments, theirs, { fieldManager: 'somebody' });
    await applyJob(world, 'taken');
    await condition(world, 'taken', 'Ready', { status: 'False', reason: 'Conflict' });
    expect((await deploymentOf(world, 'taken'))?.spec.image).toBe('theirs');
    await world.client.delete(flinkDeployments, theirs.metadata);
    await runJob(world, 'taken', 20_000);
  });
});

describe('a broker that is away', () => {
  it('leaves a running job alone, holds up a new one, and is taken up again', healing, async () => {
    await applyJob(world, 'steady');
    await runJob(world, 'steady');
    const before = await deploymentOf(world, 'steady');
    await world.kafka.kill();
    await applyJob(world, 'begun');
    await condition(world, 'begun', 'Ready', { status: 'False', reason: 'BrokerUnreachable' }, healMs);
    expect(await deploymentOf(world, 'begun')).toBeUndefined();
    await condition(world, 'steady', 'JobRunning', { status: 'True' });
    // Nothing of it needs the broker.
    await applyJob(world, 'steady', { suspend: true });
    await eventually(
      'it is suspended',
      async () => (await deploymentOf(world, 'steady'))?.spec.job.state === 'suspended',
    );
    await applyJob(world, 'steady');
    await world.kafka.start();
    await runJob(world, 'begun', healMs);
    await runJob(world, 'steady', healMs);
    expect((await deploymentOf(world, 'steady'))?.spec).toEqual(before?.spec);
  });
});

describe('modes', () => {
  it('shows under Plan what would be done and does nothing', async () => {
    await applyJob(world, 'planned', {}, { [annotations.mode]: modes.plan });
    await condition(world, 'planned', 'Ready', { status: 'False', reason: 'PlanOnly' });
    const plan = (await jobNamed(world, 'planned'))?.status?.plan;
    expect(plan?.changes.map(({ action, target }) => `${action} ${target}`)).toEqual([
      'Apply ConfigMap shop/streamjob-planned-live-schemas',
      'CreateTopic topic shop.planned',
      'SetCompatibility subject shop.planned-value',
      'RegisterSchema subject shop.planned-value',
      expect.stringMatching(/^Apply ConfigMap shop\/planned-sql-[0-9a-f]{10}$/),
      'Apply FlinkDeployment shop/planned',
    ]);
    expect(await deploymentOf(world, 'planned')).toBeUndefined();
    await applyJob(world, 'planned');
    await runJob(world, 'planned');
  });
});

describe('deletion', () => {
  it('takes FlinkDeployment and scripts along and keeps the topic', async () => {
    await applyJob(world, 'retained');
    await runJob(world, 'retained');
    await world.client.delete(streamJobs, { namespace, name: 'retained' });
    await eventually(
      'the children are gone',
      async () =>
        (await deploymentOf(world, 'retained')) === undefined && (await scriptsOf(world, 'retained')).length === 0,
      60_000,
    );
    expect((await world.admin.describeTopics()).has('shop.retained')).toBe(true);
  });

  it('takes a topic along where that is declared, after the job', async () => {
    const writes = [
      { topic: 'shop.ended', as: 'alerts', schema: { inline: alertSchema }, deletionPolicy: 'Delete' as const },
    ];
    await applyJob(world, 'ended', { writes });
    await runJob(world, 'ended');
    expect((await jobNamed(world, 'ended'))?.metadata.finalizers).toEqual([finalizer]);
    await holdByFlink('ended');
    await world.client.delete(streamJobs, { namespace, name: 'ended' });
    await eventually(
      'its job is ending',
      async () => (await deploymentOf(world, 'ended'))?.metadata.deletionTimestamp !== undefined,
    );
    await condition(world, 'ended', 'Ready', { status: 'False', reason: 'Deleting' });
    expect((await world.admin.describeTopics()).has('shop.ended')).toBe(true);
    await letGo('ended');
    await eventually('it is gone', async () => (await jobNamed(world, 'ended')) === undefined);
    expect((await world.admin.describeTopics()).has('shop.ended')).toBe(false);
  });

  it('does not hang on a savepoint of a job that never came up', async () => {
    await applyJob(world, 'stuck');
    await flinkReports(world, 'stuck', 'RECONCILING', { jobManagerDeploymentStatus: 'ERROR' });
    await holdByFlink('stuck');
    const savepoint = async () =>
      (await deploymentOf(world, 'stuck'))?.spec.flinkConfiguration['kubernetes.operator.job.savepoint-on-deletion'];
    expect(await savepoint()).toBe('true');
    await world.client.delete(streamJobs, { namespace, name: 'stuck' });
    await eventually(
      'its job is ending',
      async () => (await deploymentOf(world, 'stuck'))?.metadata.deletionTimestamp !== undefined,
      60_000,
    );
    expect(await savepoint()).toBe('true');
    await world.stopOperator();
    await world.startOperator({ aheadMs: 60_000 });
    await eventually('it waits for no savepoint any more', async () => (await savepoint()) === 'false');
    await letGo('stuck');
    await world.stopOperator();
    await world.startOperator();
  });

  /** As the Flink operator holds on to what it has yet to clean up. */
  function holdByFlink(name: string) {
    const key = { namespace, name };
    return world.client.patchMerge(flinkDeployments, key, { metadata: { finalizers: [flinkFinalizer] } });
  }

  function letGo(name: string) {
    return world.client.patchMerge(flinkDeployments, { namespace, name }, { metadata: { finalizers: [] } });
  }
});

/** Resolves when the operator has written nothing for a second. */
async function settled(): Promise<void> {
  let count = world.proxy.writes.length;
  let since = performance.now();
  await eventually('the operator is quiet', () => {
    if (world.proxy.writes.length !== count) {
      count = world.proxy.writes.length;
      since = performance.now();
    }
    return performance.now() - since > 1_000;
  });
}
