// The Spark back ends: a StreamJob on Kubeflow's Spark operator, as a SparkApplication or, with a schedule, as a
// ScheduledSparkApplication that makes one for each run.
import {
  annotations,
  durationToMs,
  labels,
  managedBy,
  onUpgradeOf,
  reasons,
  runtimeModeOf,
  type StreamJob,
} from '../../api/index.ts';
import { hashOf, type ObjectMeta } from '../../runtime/index.ts';
import type { Engine, JobInputs, Refusal, RenderedJob, Run } from '../engine.ts';
import { JobSpecError } from '../errors.ts';
import { sparkJobStatus } from './application-status.ts';
import type { SparkJob } from './job.ts';
import { mountedConfigMap } from './pod-template.ts';
import { renderConfigMap, renderSpec } from './render.ts';
import { scheduleStatus } from './schedule-status.ts';
import {
  driverPods,
  type ScheduledSparkApplication,
  type ScheduledSparkApplicationSpec,
  type SparkApplication,
  type SparkApplicationSpec,
  scheduledSparkApplications,
  sparkApplications,
} from './spark-application.ts';
import { startingFrom } from './state.ts';
import { tablesDocument } from './tables.ts';

const defaultVersion = '4.2.0';
/** Small requests, since they run out first. */
const defaultDriver = { cpu: '100m', memory: '1Gi' };
const defaultExecutor = { cpu: '100m', memory: '1Gi' };
const operatorName = "Kubeflow's Spark operator";
const apiVersion = 'sparkoperator.k8s.io/v1beta2';

export const sparkEngine: Engine<SparkApplicationSpec, SparkApplication> = {
  resource: sparkApplications,
  pods: driverPods,
  operatorName,
  refusalOf,
  render: renderApplication,
  startingFrom,
  toObject: (metadata: ObjectMeta, spec: SparkApplicationSpec, { isSuspended }: Run) => ({
    apiVersion,
    kind: sparkApplications.kind,
    metadata,
    spec: isSuspended ? { ...spec, suspend: true } : spec,
  }),
  parseSpec: (text) => parsed(text, isApplication),
  mountedConfigMap,
  observe: sparkJobStatus,
  isDeletionStuck: () => false,
  releasePatch: {},
};

export const sparkScheduleEngine: Engine<ScheduledSparkApplicationSpec, ScheduledSparkApplication> = {
  resource: scheduledSparkApplications,
  pods: driverPods,
  operatorName,
  refusalOf,
  render: renderSchedule,
  startingFrom: (spec) => spec,
  toObject: (metadata: ObjectMeta, spec: ScheduledSparkApplicationSpec, { isSuspended }: Run) => ({
    apiVersion,
    kind: scheduledSparkApplications.kind,
    metadata,
    spec: isSuspended ? { ...spec, suspend: true } : spec,
  }),
  parseSpec: (text) => parsed(text, isSchedule),
  mountedConfigMap: ({ template }) => mountedConfigMap(template),
  observe: scheduleStatus,
  isDeletionStuck: () => false,
  releasePatch: {},
};

function refusalOf({ spec }: StreamJob): Refusal | undefined {
  const { program, state } = spec;
  if (program.sql === undefined) {
    const field = program.jar ? 'jar' : 'python';
    const message = `spec.program.${field}: this version of Sluice runs SQL alone on Spark: write the job as program.sql.`;
    return { reason: reasons.engineRefused, message };
  }
  const exact = spec.writes?.find(({ delivery }) => delivery === 'ExactlyOnce');
  if (exact) {
    const message = `spec.writes of topic ${exact.topic}: Spark writes to Kafka at least once: remove delivery: ExactlyOnce, or run the job on Flink.`;
    return { reason: reasons.engineRefused, message };
  }
  const keyed = spec.reads?.find(({ key }) => key !== undefined);
  if (keyed) {
    const message = `spec.reads of topic ${keyed.topic}: Spark reads every record of a topic, and no table of the newest row of each key: remove key, or run the job on Flink.`;
    return { reason: reasons.engineRefused, message };
  }
  if (runtimeModeOf(spec) === 'Batch' && state?.restoreFrom) {
    const message = 'spec.state.restoreFrom: a batch job keeps no state to begin from: remove restoreFrom.';
    return { reason: reasons.engineRefused, message };
  }
  return undefined;
}

function renderApplication(
  job: StreamJob,
  inputs: JobInputs,
  image: string,
): RenderedJob<SparkApplicationSpec> | Refusal {
  try {
    const sparkJob = sparkJobOf(job, image);
    const tables = tablesDocument(tablesOf(job, inputs, sparkJob), inputs.bus);
    const configMap = renderConfigMap(sparkJob, tables, job.spec.program.sql ?? '');
    return { configMap, spec: renderSpec(sparkJob, configMap.metadata.name) };
  } catch (error) {
    if (error instanceof JobSpecError) return { reason: error.reason, message: `${error.message}.` };
    throw error;
  }
}

function renderSchedule(
  job: StreamJob,
  inputs: JobInputs,
  image: string,
): RenderedJob<ScheduledSparkApplicationSpec> | Refusal {
  const { schedule } = job.spec;
  const result = renderApplication(job, inputs, image);
  if ('reason' in result || !schedule) return 'reason' in result ? result : noSchedule;
  const { cron, timeZone, concurrencyPolicy, successfulRunHistoryLimit, failedRunHistoryLimit } = schedule;
  return {
    configMap: result.configMap,
    spec: {
      schedule: cron,
      timeZone,
      concurrencyPolicy,
      successfulRunHistoryLimit,
      failedRunHistoryLimit,
      template: result.spec,
    },
  };
}

const noSchedule: Refusal = { reason: reasons.engineRefused, message: 'spec.schedule: there is none: set schedule.' };

function tablesOf({ spec }: StreamJob, inputs: JobInputs, { mode, triggerIntervalMs }: SparkJob) {
  const schemaOf = (sources: JobInputs['reads'], topic: string) =>
    sources.find((source) => source.topic === topic)?.schema ?? '';
  return {
    mode,
    triggerIntervalMs,
    reads: (spec.reads ?? []).map(({ topic, as, eventTime, startFrom }) => ({
      topic,
      as,
      schema: schemaOf(inputs.reads, topic),
      startFrom,
      ...(eventTime ? { eventTime: { field: eventTime.field, delayMs: durationToMs(eventTime.delay) } } : {}),
    })),
    writes: (spec.writes ?? []).map(({ topic, as, key }) => ({
      topic,
      as,
      schema: schemaOf(inputs.writes, topic),
      ...(key === undefined ? {} : { key }),
    })),
  };
}

function sparkJobOf({ metadata, spec }: StreamJob, defaultImage: string): SparkJob {
  const {
    version = defaultVersion,
    image = defaultImage,
    configuration = {},
    podTemplate,
  } = spec.engineOptions?.spark ?? {};
  const { coordinator, worker } = spec.resources ?? {};
  const { storage, checkpointInterval } = spec.state ?? {};
  const { persistentVolumeClaim, uri } = storage ?? {};
  const run = metadata.annotations?.[annotations.run];
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    image,
    sparkVersion: version,
    labels: {
      [labels.name]: metadata.name,
      [labels.instance]: metadata.name,
      [labels.managedBy]: managedBy,
      [labels.job]: metadata.name,
    },
    mode: runtimeModeOf(spec),
    parallelism: spec.parallelism,
    driver: { ...defaultDriver, ...coordinator },
    executor: { ...defaultExecutor, ...worker },
    ...(persistentVolumeClaim === undefined ? {} : { storage: { persistentVolumeClaim } }),
    ...(uri === undefined ? {} : { storage: { uri } }),
    // Another program begins with nothing, the very same one goes on where it was.
    ...(onUpgradeOf(spec) === 'Discard' ? { freshAs: hashOf([spec.program, spec.reads]).slice(0, 8) } : {}),
    ...(checkpointInterval === undefined ? {} : { triggerIntervalMs: durationToMs(checkpointInterval) }),
    configuration,
    ...(podTemplate === undefined ? {} : { podTemplate }),
    ...(run === undefined || spec.schedule ? {} : { run }),
  };
}

function parsed<T>(text: string, is: (value: unknown) => value is T): T | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return is(value) ? value : undefined;
  } catch {
    // Edited by hand: it is rendered anew.
    return undefined;
  }
}

/** As much as is read of it; the API server judges the rest. */
function isApplication(value: unknown): value is SparkApplicationSpec {
  return hasFields(value, ['arguments', 'sparkConf', 'driver', 'executor']);
}

function isSchedule(value: unknown): value is ScheduledSparkApplicationSpec {
  return hasFields(value, ['schedule', 'template']);
}

function hasFields(value: unknown, fields: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && fields.every((field) => field in value);
}
