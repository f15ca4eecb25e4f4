import { expect, test } from 'vitest';
import { revisionOf } from './revision.ts';
import { aJob, alertSchema } from './testing/observed.ts';

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
