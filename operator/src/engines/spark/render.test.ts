import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { annotations, type StreamJob } from '../../api/index.ts';
import { aStreamJob, type Written } from '../../api/v1alpha1/builders.ts';
import { isRefusal } from '../engine.ts';
import { sparkEngine, sparkScheduleEngine } from './engine.ts';

const schema = (name: string, fields: readonly object[] = [{ name: 'id', type: 'string' }]) =>
  JSON.stringify({ type: 'record', name, fields });
const occurredAt = { name: 'occurredAt', type: { type: 'long', logicalType: 'timestamp-millis' } };
const inputs = {
  reads: [{ topic: 'shop.orders', schema: schema('Order', [{ name: 'id', type: ['null', 'string'] }, occurredAt]) }],
  writes: [{ topic: 'shop.fraud-alerts', schema: schema('Alert') }],
  bus: { bootstrapServers: ['kafka-0:9092', 'kafka-1:9092'], registryUrl: 'http://registry', groupId: 'shop.fraud' },
};
const streaming = {
  engine: 'Spark',
  state: { storage: { persistentVolumeClaim: 'spark-state' }, checkpointInterval: '10s' },
  reads: [{ topic: 'shop.orders', as: 'orders', eventTime: { field: 'occurredAt', delay: '5s' } }],
  writes: [{ topic: 'shop.fraud-alerts', as: 'alerts', key: 'id' }],
} as const;
const batch = { engine: 'Spark', runtimeMode: 'Batch', state: {} } as const;

function rendered(spec: Written<StreamJob['spec']>, metadata: Partial<StreamJob['metadata']> = {}) {
  const result = sparkEngine.render(aStreamJob(spec, { metadata }), inputs, 'docker.io/sluice/spark:0123456789ab');
  if (isRefusal(result)) throw new Error(result.message);
  return result;
}

function refusalOf(spec: Written<StreamJob['spec']>, from = inputs): string {
  const result = sparkEngine.render(aStreamJob(spec), from, 'spark');
  return isRefusal(result) ? `${result.reason}: ${result.message}` : '';
}

test('renders a streaming job on a claim as the golden objects', async () => {
  const { configMap, spec } = rendered({ ...streaming, parallelism: 2 });
  const application = sparkEngine.toObject({ name: 'fraud', namespace: 'shop' }, spec, { isSuspended: false });
  const yaml = [configMap, application].map((object) => stringify(object)).join('---\n');
  await expect(yaml).toMatchFileSnapshot('./__golden__/streaming.yaml');
});

test('renders a suspended batch job with a schedule as the golden object', async () => {
  const schedule = { cron: '0 3 * * *', timeZone: 'Europe/Berlin', concurrencyPolicy: 'Replace' } as const;
  const result = sparkScheduleEngine.render(aStreamJob({ ...batch, schedule }), inputs, 'spark:1');
  if (isRefusal(result)) throw new Error(result.message);
  const object = sparkScheduleEngine.toObject({ name: 'fraud', namespace: 'shop' }, result.spec, { isSuspended: true });
  await expect(stringify(object)).toMatchFileSnapshot('./__golden__/schedule.yaml');
});

describe('a batch job', () => {
  test('keeps no checkpoints, and is not started again by itself', () => {
    const { spec } = rendered(batch);
    expect(spec.arguments).not.toContain('--checkpoints');
    expect(spec.restartPolicy).toEqual({ type: 'Never' });
  });

  test('is another spec, and so runs once more, for each value of the annotation', () => {
    const first = rendered(batch, { annotations: { [annotations.run]: '1' } }).spec;
    const second = rendered(batch, { annotations: { [annotations.run]: '2' } }).spec;
    expect(second.driver.annotations).not.toEqual(first.driver.annotations);
  });
});

describe('the place of checkpoints', () => {
  const placeOf = (spec: Written<StreamJob['spec']>) => rendered(spec).spec.arguments.at(-1);

  test('is of the job alone, on a claim or under a URI', () => {
    expect(placeOf(streaming)).toBe('file:///spark-state/shop/fraud/checkpoints');
    const uri = { ...streaming, state: { storage: { uri: 's3a://bucket/state/' } } };
    expect(placeOf(uri)).toBe('s3a://bucket/state/shop/fraud/checkpoints');
  });

  test('stays over an upgrade, and with Discard is another for another program', () => {
    const other = { program: { sql: 'INSERT INTO alerts SELECT id FROM orders' } };
    expect(placeOf({ ...streaming, ...other })).toBe(placeOf(streaming));
    const discarding = { ...streaming, state: { ...streaming.state, onUpgrade: 'Discard' } } as const;
    expect(placeOf({ ...discarding, ...other })).not.toBe(placeOf(discarding));
    expect(placeOf({ ...discarding, suspend: true })).toBe(placeOf(discarding));
  });
});

test("takes the user's own configuration over what Sluice sets, and executors from it into Kubeflow's fields", () => {
  const configuration = {
    'spark.sql.shuffle.partitions': '7',
    'spark.executor.instances': '3',
    'spark.executor.cores': '2',
  };
  const { spec } = rendered({ ...streaming, engineOptions: { spark: { configuration } } });
  expect(spec.sparkConf).toMatchObject({ 'spark.sql.shuffle.partitions': '7' });
  expect(spec.executor).toMatchObject({ instances: 3, cores: 2 });
});

test("lays the user's pod template under ours, its container called spark in both roles", () => {
  const podTemplate = {
    spec: {
      nodeSelector: { disk: 'fast' },
      volumes: [{ name: 'lake', persistentVolumeClaim: { claimName: 'lake' } }],
      containers: [{ name: 'spark', volumeMounts: [{ name: 'lake', mountPath: '/lake' }] }],
    },
  };
  const { spec } = rendered({ ...streaming, engineOptions: { spark: { podTemplate } } });
  for (const role of ['driver', 'executor'] as const) {
    expect(spec[role].template).toMatchObject({ spec: { nodeSelector: { disk: 'fast' }, enableServiceLinks: false } });
    const text = JSON.stringify(spec[role].template);
    expect(text).toContain('"mountPath":"/lake"');
    expect(text).toContain(`"name":"spark-kubernetes-${role}"`);
    expect(text).not.toContain('"name":"spark"');
  }
});

describe('refuses', () => {
  test('memory with which Spark would not start, naming the field and the least', () => {
    const spec = { ...batch, resources: { worker: { memory: '512Mi' } } };
    expect(refusalOf(spec)).toBe(
      'EngineRefused: spec.resources.worker.memory is 512Mi, and Spark does not start with less than 834Mi: write 834Mi or more.',
    );
  });

  test('a number of executors that is none', () => {
    const configuration = { 'spark.executor.instances': 'many' };
    expect(refusalOf({ ...batch, engineOptions: { spark: { configuration } } })).toMatch(/^EngineRefused: .*is many/);
  });

  test.each([
    ['orderId', 'is not a field'],
    ['id', 'timestamp-millis'],
  ])('event time of %s, which %s', (field, says) => {
    const reads = [{ topic: 'shop.orders', as: 'orders', eventTime: { field, delay: '5s' } }];
    expect(refusalOf({ ...streaming, reads })).toMatch(/^ProgramInvalid: /);
    expect(refusalOf({ ...streaming, reads })).toContain(says);
  });

  test.each([
    [
      'exactly-once delivery',
      { writes: [{ topic: 'shop.fraud-alerts', as: 'alerts', delivery: 'ExactlyOnce' as const }] },
    ],
    ['a table of the newest rows', { reads: [{ topic: 'shop.orders', as: 'orders', key: 'id' }] }],
  ])('%s, which Spark has not, before anything is rendered', (_, spec) => {
    expect(sparkEngine.refusalOf(aStreamJob({ ...batch, ...spec }))?.message).toMatch(
      /^spec\.\S+ of topic .*run the job on Flink\.$/,
    );
  });

  test('a key that is no text field', () => {
    const writes = [{ topic: 'shop.fraud-alerts', as: 'alerts', key: 'ident' }];
    expect(refusalOf({ ...batch, writes })).toContain('key ident of topic shop.fraud-alerts is no text field');
  });

  test('a restore of what keeps nothing, before anything is rendered', () => {
    const job = aStreamJob({ ...batch, state: { restoreFrom: 's3a://bucket/old' } });
    expect(sparkEngine.refusalOf(job)?.message).toContain('spec.state.restoreFrom');
  });
});
