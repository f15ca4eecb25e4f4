import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { FlinkJob } from './job.ts';
import { renderConfigMap, renderFlinkDeployment } from './render.ts';

function aJob(job: Partial<FlinkJob> = {}): FlinkJob {
  return {
    namespace: 'shop',
    name: 'fraud',
    image: 'docker.io/sluice/flink:0123456789ab',
    flinkVersion: 'v1_19',
    labels: { 'app.kubernetes.io/name': 'fraud', 'app.kubernetes.io/managed-by': 'sluice' },
    parallelism: 2,
    coordinator: { cpu: '50m', memory: '1Gi' },
    worker: { cpu: '100m', memory: '1280Mi' },
    state: {
      storage: { persistentVolumeClaim: 'flink-state' },
      checkpointIntervalMs: 10_000,
      onUpgrade: 'Savepoint',
      onSavepointFailure: 'Hold',
      onDelete: 'Savepoint',
    },
    suspended: false,
    configuration: {},
    ...job,
  };
}

test('renders a job on a claim as the golden objects', async () => {
  const configMap = renderConfigMap(aJob(), 'SET 1;\n', 'INSERT INTO a SELECT 1');
  const deployment = renderFlinkDeployment(aJob(), configMap.metadata.name);
  const yaml = [configMap, deployment].map((object) => stringify(object)).join('---\n');
  await expect(yaml).toMatchFileSnapshot('./__golden__/job-on-claim.yaml');
});

test('renders a suspended job without state as the golden object', async () => {
  const job = aJob({
    state: { checkpointIntervalMs: 60_000, onUpgrade: 'Discard', onSavepointFailure: 'Hold', onDelete: 'Nothing' },
    suspended: true,
    configuration: { 'taskmanager.numberOfTaskSlots': '1' },
  });
  await expect(stringify(renderFlinkDeployment(job, 'fraud-sql-1'))).toMatchFileSnapshot(
    './__golden__/job-without-state.yaml',
  );
});

test('names the ConfigMap by what is in it', () => {
  const name = (tables: string, sql: string) => renderConfigMap(aJob(), tables, sql).metadata.name;
  expect(name('a', 'b')).toBe(name('a', 'b'));
  expect(name('a', 'b')).not.toBe(name('ab', ''));
});

test('keeps state under a URI in a directory of the job, and starts from the path given', () => {
  const state = { ...aJob().state, storage: { uri: 's3://bucket/state/' }, restoreFrom: 's3://bucket/old/savepoint-1' };
  const { spec } = renderFlinkDeployment(aJob({ state }), 'x');
  expect(spec.flinkConfiguration['state.savepoints.dir']).toBe('s3://bucket/state/shop/fraud/savepoints');
  expect(spec.job.initialSavepointPath).toBe('s3://bucket/old/savepoint-1');
  expect(JSON.stringify(spec.podTemplate)).not.toContain('persistentVolumeClaim');
});

test.each([
  ['Savepoint', 'savepoint'],
  ['LastCheckpoint', 'last-state'],
  ['Discard', 'stateless'],
] as const)('upgrades %s as %s', (onUpgrade, expected) => {
  expect(renderFlinkDeployment(aJob({ state: { ...aJob().state, onUpgrade } }), 'x').spec.job.upgradeMode).toBe(
    expected,
  );
});

test('refuses to keep state without storage, saying what to set', () => {
  const { storage: _, ...state } = aJob().state;
  expect(() => renderFlinkDeployment(aJob({ state }), 'x')).toThrow('spec.state.storage is not set');
});

test.each([
  { cpu: '50m', expected: '20' },
  { cpu: '3', expected: '1' },
  { cpu: '50m', cpuLimit: '500m', expected: '10' },
])('limits a request of $cpu by a factor of $expected', ({ expected, ...pod }) => {
  const { spec } = renderFlinkDeployment(aJob({ worker: { ...pod, memory: '1Gi' } }), 'x');
  expect(spec.flinkConfiguration['kubernetes.taskmanager.cpu.limit-factor']).toBe(expected);
});

test.each(['1 GB', '-1', '', '1Xi'])('refuses the quantity "%s" and names its field', (memory) => {
  expect(() => renderFlinkDeployment(aJob({ worker: { cpu: 1, memory } }), 'x')).toThrow(
    'spec.resources.worker.memory',
  );
});
