import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Run } from '../engine.ts';
import type { FlinkJob } from './job.ts';
import { renderConfigMap, renderSpec, startingFrom, toFlinkDeployment } from './render.ts';

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
    configuration: {},
    ...job,
  };
}

function aDeployment(job: FlinkJob, configMapName: string, run: Run = { isSuspended: false }) {
  const metadata = { namespace: job.namespace, name: job.name, labels: { ...job.labels } };
  return toFlinkDeployment(metadata, renderSpec(job, configMapName), run);
}

test('renders a job on a claim as the golden objects', async () => {
  const configMap = renderConfigMap(aJob(), 'SET 1;\n', 'INSERT INTO a SELECT 1');
  const deployment = aDeployment(aJob(), configMap.metadata.name);
  const yaml = [configMap, deployment].map((object) => stringify(object)).join('---\n');
  await expect(yaml).toMatchFileSnapshot('./__golden__/job-on-claim.yaml');
});

test('renders a suspended job without state as the golden object', async () => {
  const job = aJob({
    state: { checkpointIntervalMs: 60_000, onUpgrade: 'Discard', onSavepointFailure: 'Hold', onDelete: 'Nothing' },
    configuration: { 'taskmanager.numberOfTaskSlots': '1' },
  });
  await expect(stringify(aDeployment(job, 'fraud-sql-1', { isSuspended: true }))).toMatchFileSnapshot(
    './__golden__/job-without-state.yaml',
  );
});

test('names the ConfigMap by what is in it', () => {
  const name = (tables: string, sql: string) => renderConfigMap(aJob(), tables, sql).metadata.name;
  expect(name('a', 'b')).toBe(name('a', 'b'));
  expect(name('a', 'b')).not.toBe(name('ab', ''));
});

test('keeps state under a URI in a directory of the job, and starts from the path given', () => {
  const state = { ...aJob().state, storage: { uri: 's3://bucket/state/' } };
  const spec = startingFrom(renderSpec(aJob({ state }), 'x'), 's3://bucket/old/savepoint-1');
  expect(spec.flinkConfiguration['state.savepoints.dir']).toBe('s3://bucket/state/shop/fraud/savepoints');
  expect(spec.job.initialSavepointPath).toBe('s3://bucket/old/savepoint-1');
  expect(JSON.stringify(spec.podTemplate)).not.toContain('persistentVolumeClaim');
});

test.each([
  ['Savepoint', 'savepoint'],
  ['LastCheckpoint', 'last-state'],
  ['Discard', 'stateless'],
] as const)('upgrades %s as %s', (onUpgrade, expected) => {
  expect(renderSpec(aJob({ state: { ...aJob().state, onUpgrade } }), 'x').job.upgradeMode).toBe(expected);
});

test('refuses to keep state without storage, saying what to set', () => {
  const { storage: _, ...state } = aJob().state;
  expect(() => renderSpec(aJob({ state }), 'x')).toThrow('spec.state.storage is not set');
});

test.each([
  { cpu: '50m', expected: '20' },
  { cpu: '3', expected: '1' },
  { cpu: '50m', cpuLimit: '500m', expected: '10' },
])('limits a request of $cpu by a factor of $expected', ({ expected, ...pod }) => {
  const spec = renderSpec(aJob({ worker: { ...pod, memory: '1Gi' } }), 'x');
  expect(spec.flinkConfiguration['kubernetes.taskmanager.cpu.limit-factor']).toBe(expected);
});

test.each(['1 GB', '-1', '', '1Xi'])('refuses the quantity "%s" and names its field', (memory) => {
  expect(() => renderSpec(aJob({ worker: { cpu: 1, memory } }), 'x')).toThrow('spec.resources.worker.memory');
});

test('takes a savepoint on deletion, and no checkpoint older than allowed, as the state says', () => {
  const state = {
    ...aJob().state,
    onUpgrade: 'LastCheckpoint',
    onSavepointFailure: 'LastCheckpoint',
    onDelete: 'Savepoint',
    maxCheckpointAgeMs: 60_000,
  } as const;
  expect(renderSpec(aJob({ state }), 'x').flinkConfiguration).toMatchObject({
    'kubernetes.operator.job.savepoint-on-deletion': 'true',
    'kubernetes.operator.job.upgrade.last-state-fallback.enabled': 'true',
    'kubernetes.operator.job.upgrade.last-state.max.allowed.checkpoint.age': '60000 ms',
  });
});

test("lays the user's pod template under ours: containers, mounts and volumes by name", () => {
  const podTemplate = {
    metadata: { annotations: { team: 'risk' }, labels: { 'app.kubernetes.io/name': 'mine' } },
    spec: {
      nodeSelector: { disk: 'fast' },
      containers: [
        {
          name: 'flink-main-container',
          env: [{ name: 'A', value: '1' }],
          volumeMounts: [{ name: 'lib', mountPath: '/lib' }],
        },
        { name: 'sidecar', image: 'sidecar:1' },
      ],
      volumes: [{ name: 'lib', emptyDir: {} }],
    },
  };
  expect(renderSpec(aJob({ podTemplate }), 'scripts').podTemplate).toMatchObject({
    metadata: { annotations: { team: 'risk' }, labels: { 'app.kubernetes.io/name': 'fraud' } },
    spec: {
      nodeSelector: { disk: 'fast' },
      containers: [
        {
          name: 'flink-main-container',
          env: [{ name: 'A' }],
          securityContext: { allowPrivilegeEscalation: false },
          volumeMounts: [{ mountPath: '/opt/sluice' }, { mountPath: '/flink-data' }, { mountPath: '/lib' }],
        },
        { name: 'sidecar' },
      ],
      volumes: [{ configMap: { name: 'scripts' } }, { name: 'state' }, { name: 'lib' }],
    },
  });
});
