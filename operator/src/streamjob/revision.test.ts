import { expect, test } from 'vitest';
import { inputsHashOf, revisionOf } from './revision.ts';
import { aJob, alertSchema, orderSchema } from './testing/observed.ts';

const revision = revisionOf(aJob());

test('stays what it was at the first release, so that no release restarts a job', () => {
  expect(revision).toBe('27a111ad1043bcf5');
});

test.each([
  ['program', { program: { sql: 'INSERT INTO alerts SELECT 1' } }],
  ['parallelism', { parallelism: 2 }],
  ['the name of a table', { writes: [{ topic: 'shop.fraud-alerts', as: 'frauds', schema: { inline: alertSchema } }] }],
  ['event time', { reads: [{ topic: 'shop.orders', as: 'orders' }] }],
  ['state', { state: { storage: { persistentVolumeClaim: 'another' } } }],
  ['resources', { resources: { worker: { memory: '2Gi' } } }],
  ['configuration', { engineOptions: { flink: { configuration: { 'pipeline.object-reuse': 'true' } } } }],
])('is another with another %s', (_, spec) => {
  expect(revisionOf(aJob(spec))).not.toBe(revision);
});

test.each([
  ['suspend', { suspend: true }],
  [
    'partitions and readers of its topics',
    {
      writes: [
        {
          topic: 'shop.fraud-alerts',
          as: 'alerts',
          partitions: 6,
          readers: { from: 'All' as const },
          schema: { inline: alertSchema },
        },
      ],
    },
  ],
])('is the same with another %s', (_, spec) => {
  expect(revisionOf(aJob(spec))).toBe(revision);
});

const inputs = (schema: string) => ({
  reads: [{ topic: 'shop.orders', schema }],
  writes: [],
  bus: { bootstrapServers: ['kafka:9092'], registryUrl: 'http://registry', groupId: 'shop.fraud' },
});

const batch = { engine: 'Spark', runtimeMode: 'Batch' } as const;

test('runs once what ends, whatever becomes of its topics, and once more for every new value of the annotation', () => {
  const job = aJob(batch);
  expect(inputsHashOf(job, inputs(alertSchema))).toBe(inputsHashOf(job, inputs(orderSchema)));
  const again = aJob(batch, { metadata: { annotations: { 'sluice.dev/run': '2' } } });
  expect(inputsHashOf(again, inputs(orderSchema))).not.toBe(inputsHashOf(job, inputs(orderSchema)));
});

test.each([
  ['runs on', {}],
  ['has a schedule', { engine: 'Spark', schedule: { cron: '@daily' } } as const],
])('renders a job that %s anew when a topic has another schema, and for no annotation', (_, spec) => {
  const job = aJob(spec);
  expect(inputsHashOf(job, inputs(alertSchema))).not.toBe(inputsHashOf(job, inputs(orderSchema)));
  const annotated = aJob(spec, { metadata: { annotations: { 'sluice.dev/run': '2' } } });
  expect(inputsHashOf(annotated, inputs(orderSchema))).toBe(inputsHashOf(job, inputs(orderSchema)));
});
