// A job as Kubernetes objects: the ConfigMap with its tables and SQL, and the spec of the SparkApplication. Pure.
import { createHash } from 'node:crypto';
import { annotations } from '../../api/index.ts';
import { hashOf } from '../../runtime/index.ts';
import type { ConfigMap } from '../engine.ts';
import { JobSpecError } from '../errors.ts';
import { parseQuantity } from '../quantity.ts';
import type { SparkJob, SparkPodResources } from './job.ts';
import { memoryOf } from './memory.ts';
import { podTemplate, SCRIPTS_MOUNT } from './pod-template.ts';
import type { RestartPolicy, SparkApplicationSpec, SparkPodSpec } from './spark-application.ts';
import { checkpointArguments, checkpointsOf } from './state.ts';

/** A streaming job is there to run: it is started again for as long as it is wanted. */
const streamingRestart: RestartPolicy = {
  type: 'OnFailure',
  onFailureRetries: 2 ** 31 - 1,
  onFailureRetryInterval: 10,
  onSubmissionFailureRetries: 2 ** 31 - 1,
  onSubmissionFailureRetryInterval: 10,
};
/** What a batch job wrote before it failed may be written again, so a person decides; a submission wrote nothing. */
const batchRestart: RestartPolicy = { type: 'Never' };

/** The scripts, named by their content, so that a job that runs finds those that it was started with. */
export function renderConfigMap(job: SparkJob, tables: string, sql: string): ConfigMap {
  const hash = createHash('sha256')
    .update(JSON.stringify([tables, sql]))
    .digest('hex')
    .slice(0, 10);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: job.namespace, name: `${job.name}-sql-${hash}`, labels: { ...job.labels } },
    immutable: true,
    data: { 'tables.json': tables, 'job.sql': sql },
  };
}

/**
 * The SparkApplication's spec, of a job that runs.
 * @throws JobSpecError when a quantity or a setting cannot be read
 */
export function renderSpec(job: SparkJob, configMapName: string): SparkApplicationSpec {
  const { configuration } = job;
  const spec: SparkApplicationSpec = {
    type: 'Python',
    mode: 'cluster',
    pythonVersion: '3',
    sparkVersion: job.sparkVersion,
    image: job.image,
    imagePullPolicy: 'IfNotPresent',
    mainApplicationFile: 'local:///opt/spark/jobs/spark_sql.py',
    arguments: [
      ...['--tables', `${SCRIPTS_MOUNT}/tables.json`, '--sql', `${SCRIPTS_MOUNT}/job.sql`],
      ...checkpointArguments(checkpointsOf(job)),
    ],
    sparkConf: {
      // Columns of timestamps are instants; what they look like must not depend on where the job runs.
      'spark.sql.session.timeZone': 'UTC',
      'spark.sql.shuffle.partitions': String(job.parallelism),
      ...configuration,
    },
    restartPolicy: job.mode === 'Streaming' ? streamingRestart : batchRestart,
    driver: {
      ...podSpec(job, 'driver', configMapName, 'spec.resources.coordinator'),
      cores: count(configuration, 'spark.driver.cores', 1),
    },
    executor: {
      ...podSpec(job, 'executor', configMapName, 'spec.resources.worker'),
      // One worker holds the whole job unless the user's configuration says otherwise: a second JVM costs more than it gives.
      cores: count(configuration, 'spark.executor.cores', job.parallelism),
      instances: count(configuration, 'spark.executor.instances', 1),
    },
  };
  const { driver } = spec;
  // By it a driver tells which spec it was started from: Kubeflow's status tells of no generation.
  const marks = {
    [annotations.configuration]: hashOf([spec, job.run]),
    ...(job.run ? { [annotations.run]: job.run } : {}),
  };
  return { ...spec, driver: { ...driver, annotations: marks } };
}

function podSpec(
  job: SparkJob,
  role: 'driver' | 'executor',
  configMapName: string,
  field: string,
): Omit<SparkPodSpec, 'cores'> {
  const { cpu, memory }: SparkPodResources = job[role];
  parseQuantity(cpu, `${field}.cpu`);
  return {
    coreRequest: String(cpu),
    ...memoryOf(memory, `${field}.memory`),
    serviceAccount: 'spark',
    labels: { ...job.labels },
    template: podTemplate(job, role, configMapName),
  };
}

/** Kubeflow's own field wins over Spark's setting, so the setting is moved there. */
function count(configuration: SparkJob['configuration'], key: string, fallback: number): number {
  const text = configuration[key];
  if (text === undefined) return fallback;
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  const field = `spec.engineOptions.spark.configuration['${key}']`;
  throw new JobSpecError('EngineRefused', field, `${field} is ${text}: write a whole number above 0`);
}
