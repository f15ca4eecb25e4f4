// Jobs on Spark against Kubeflow's real CRDs: what is rendered is accepted whole, and what the Spark operator and a kubelet
// would say, which the test says for them, reaches the StreamJob.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sparkCrdPath } from '@sluice/cluster';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { annotations, labels, managedBy } from '../api/index.ts';
import { streamJobs } from '../bus/index.ts';
import {
  driverPods,
  type ScheduledSparkApplication,
  type SparkApplication,
  scheduledSparkApplications,
  sparkApplications,
} from '../engines/spark/index.ts';
import type { KubeObject } from '../runtime/index.ts';
import { eventually, installCrd } from '../runtime/testing/cluster.ts';
import {
  applyBus,
  applyJob,
  condition,
  jobNamed,
  makeOrders,
  scriptsOf,
  startWorld,
  type World,
} from './testing/world.ts';

const namespace = 'shop';
const healMs = 60_000;
let world: World;

beforeAll(async () => {
  world = await startWorld();
  const folder = await sparkCrdPath();
  for (const file of readdirSync(folder)) {
    const crd: KubeObject = parse(readFileSync(join(folder, file), 'utf8'));
    await installCrd(world.client, crd);
  }
  await applyBus(world);
  await makeOrders(world, 'shop.orders');
  await world.startOperator();
});
afterAll(() => world?.stop());

const batch = { engine: 'Spark', runtimeMode: 'Batch', state: {} } as const;

function applicationOf(name: string): Promise<SparkApplication> {
  return eventually(
    `SparkApplication ${name} is there`,
    () => world.client.get(sparkApplications, { namespace, name }),
    healMs,
  );
}

async function sparkReports(name: string, state: string, over: object = {}): Promise<void> {
  const status = { applicationState: { state }, driverInfo: { podName: `${name}-driver` }, ...over };
  const key = { namespace, name };
  await world.client.patchMerge(sparkApplications, key, { status }, { subresource: 'status' });
}

/** Plays the kubelet: a driver of the newest spec, ended with these words. */
async function driverEnds(application: SparkApplication, message: string): Promise<void> {
  const key = { namespace, name: `${application.metadata.name}-driver` };
  await world.client.create(driverPods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...key,
      labels: { ...application.spec.driver.labels, 'spark-role': 'driver' },
      annotations: { ...application.spec.driver.annotations },
    },
    // A Pod's own fields, beyond those that are read of it.
    spec: { ...{ containers: [{ name: 'spark-kubernetes-driver', image: 'spark:dev' }] }, volumes: [] },
  });
  const terminated = { exitCode: 1, reason: 'Error', message };
  const container = { name: 'spark-kubernetes-driver', image: 'spark:dev', imageID: '', restartCount: 0, ready: false };
  const containerStatuses = [{ ...container, state: { terminated } }];
  await world.client.patchMerge(
    driverPods,
    key,
    { status: { phase: 'Failed', containerStatuses } },
    { subresource: 'status' },
  );
}

describe('a batch job', () => {
  it('is a SparkApplication with nothing pruned, is Ready when it has ended, and runs once more for a new annotation', async () => {
    await applyJob(world, 'sums', batch);
    const application = await applicationOf('sums');
    const rendered: SparkApplication['spec'] = JSON.parse(application.metadata.annotations?.[annotations.spec] ?? '{}');
    expect(application.spec).toMatchObject(rendered);
    expect(application.spec.driver.labels).toMatchObject({ [labels.job]: 'sums', [labels.managedBy]: managedBy });
    const [scripts] = await scriptsOf(world, 'sums');
    expect(Object.keys(scripts?.data ?? {})).toEqual(['job.sql', 'tables.json']);

    await sparkReports('sums', 'COMPLETED', { sparkApplicationId: 'spark-1' });
    await condition(world, 'sums', 'Ready', { status: 'True' });
    expect((await jobNamed(world, 'sums'))?.status?.job).toMatchObject({ state: 'Finished', id: 'spark-1' });

    const patch = { metadata: { annotations: { [annotations.run]: '2' } } };
    await world.client.patchMerge(streamJobs, { namespace, name: 'sums' }, patch);
    await eventually('the SparkApplication has another spec', async () => {
      const { metadata, spec } = await applicationOf('sums');
      return metadata.generation === 2 && spec.driver.annotations?.[annotations.run] === '2';
    });
  });

  it('shows the line of SQL that Spark refuses, and is stalled', async () => {
    await applyJob(world, 'odd-sql', batch);
    const application = await applicationOf('odd-sql');
    const sentence = 'job.sql statement 1 (line 1, column 1): [PARSE_SYNTAX_ERROR] (line 2, column 3)';
    await driverEnds(application, sentence);
    await sparkReports('odd-sql', 'FAILED');
    const found = await condition(world, 'odd-sql', 'Ready', { reason: 'ProgramInvalid' });
    expect(found.message).toBe(sentence);
    await condition(world, 'odd-sql', 'Stalled', { status: 'True' });
  });
});

it('a job with a schedule is a ScheduledSparkApplication with nothing pruned, and tells of its next run', async () => {
  const schedule = { cron: '0 3 * * *', timeZone: 'Europe/Berlin' };
  await applyJob(world, 'train', { engine: 'Spark', state: {}, schedule });
  const key = { namespace, name: 'train' };
  const live: ScheduledSparkApplication = await eventually(
    'the schedule is there',
    () => world.client.get(scheduledSparkApplications, key),
    healMs,
  );
  const rendered: ScheduledSparkApplication['spec'] = JSON.parse(live.metadata.annotations?.[annotations.spec] ?? '{}');
  expect(live.spec).toMatchObject(rendered);
  const status = { scheduleState: 'Scheduled', nextRun: '2030-01-01T02:00:00Z' };
  await world.client.patchMerge(scheduledSparkApplications, key, { status }, { subresource: 'status' });
  await condition(world, 'train', 'Ready', { status: 'True' });
  expect((await jobNamed(world, 'train'))?.status?.job).toMatchObject({
    state: 'Scheduled',
    nextRunAt: '2030-01-01T02:00:00Z',
  });
});

it('a streaming job runs when its executors do, and keeps where it would go on', async () => {
  await applyJob(world, 'follow', { engine: 'Spark', state: { storage: { persistentVolumeClaim: 'spark-state' } } });
  await applicationOf('follow');
  await sparkReports('follow', 'SUBMITTED');
  await condition(world, 'follow', 'JobRunning', { reason: 'JobStarting' });
  await eventually(
    'the job names its checkpoints',
    async () =>
      (await jobNamed(world, 'follow'))?.status?.restorePoint?.path === 'file:///spark-state/shop/follow/checkpoints',
  );
});
