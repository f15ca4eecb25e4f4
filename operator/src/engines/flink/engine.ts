// The Flink back end: a StreamJob on the Apache Flink Kubernetes Operator, 1.7 and later.
import { durationToMs, labels, managedBy, onDeleteOf, onUpgradeOf, reasons, type StreamJob } from '../../api/index.ts';
import { defineResource } from '../../runtime/index.ts';
import type { BusAddress, Engine, JobHealth, JobInputs, Pod, Refusal, RenderedJob } from '../engine.ts';
import { JobSpecError } from '../errors.ts';
import { flinkDefinition, readCapabilities } from './capabilities.ts';
import { isDeletionStuck, releasePatch } from './deletion.ts';
import { type FlinkDeployment, type FlinkDeploymentSpec, flinkDeployments } from './flink-deployment.ts';
import type { FlinkJob } from './job.ts';
import { judgeJob } from './job-health.ts';
import { type Ask, readJobFacts } from './job-rest.ts';
import { flinkJobStatus } from './job-status.ts';
import { busLoginFiles } from './logins.ts';
import { mountedConfigMap } from './pod-template.ts';
import { renderConfigMap, renderSpec, startingFrom, toFlinkDeployment } from './render.ts';
import { stateOf } from './state.ts';
import type { TableSpec } from './table.ts';
import { tablesScript } from './tables-script.ts';

const defaultVersion = '1.19';
/** Small requests, since they run out first; the limit is a whole core (limitFactor in render.ts). */
const defaultCoordinator = { cpu: '50m', memory: '1Gi' };
const defaultWorker = { cpu: '100m', memory: '1280Mi' };
/** Without checkpoints a sink writes nothing and no offset is committed, so there is no job without an interval. */
const defaultCheckpointInterval = '60s';

export const flinkEngine: Engine<FlinkDeploymentSpec, FlinkDeployment> = {
  resource: flinkDeployments,
  pods: defineResource<Pod>({
    group: '',
    version: 'v1',
    plural: 'pods',
    kind: 'Pod',
    namespaced: true,
    labelSelector: `${labels.managedBy}=${managedBy},component=jobmanager`,
  }),
  definition: { name: flinkDefinition, read: readCapabilities },
  operatorName: 'the Apache Flink Kubernetes Operator',
  refusalOf,
  render,
  loginFiles: busLoginFiles,
  startingFrom,
  restores: { stateOf, beginningOf: ({ job }) => job.initialSavepointPath },
  toObject: toFlinkDeployment,
  parseSpec,
  mountedConfigMap,
  observe: flinkJobStatus,
  readHealth,
  isDeletionStuck,
  releasePatch,
};

function refusalOf({ spec }: StreamJob): Refusal | undefined {
  const { program } = spec;
  if (program.sql !== undefined) return undefined;
  const field = program.jar ? 'jar' : 'python';
  return {
    reason: reasons.engineRefused,
    message: `spec.program.${field}: this version of Sluice runs SQL alone on Flink: write the job as program.sql.`,
  };
}

function render(job: StreamJob, inputs: JobInputs, image: string): RenderedJob<FlinkDeploymentSpec> | Refusal {
  try {
    const flinkJob = flinkJobOf(job, inputs.bus, image);
    const tables = tablesScript(tablesOf(job, inputs), inputs.bus, flinkJob.configuration);
    const configMap = renderConfigMap(flinkJob, tables, job.spec.program.sql ?? '', inputs.bus.security?.authorities);
    return { configMap, spec: renderSpec(flinkJob, configMap.metadata.name) };
  } catch (error) {
    if (error instanceof JobSpecError) return { reason: error.reason, message: `${error.message}.` };
    throw error;
  }
}

function tablesOf({ spec }: StreamJob, inputs: JobInputs): readonly TableSpec[] {
  const sourceOf = (sources: JobInputs['reads'], topic: string) => {
    const { schema = '', isCompacted = false } = sources.find((source) => source.topic === topic) ?? {};
    return { topic, schema, isCompacted };
  };
  const reads = (spec.reads ?? []).map(({ topic, as, eventTime, startFrom, key }) => ({
    direction: 'Read' as const,
    as,
    ...sourceOf(inputs.reads, topic),
    startFrom,
    ...(key === undefined ? {} : { key }),
    ...(eventTime ? { eventTime: { field: eventTime.field, delayMs: durationToMs(eventTime.delay) } } : {}),
  }));
  const writes = (spec.writes ?? []).map(({ topic, as, key, delivery }) => ({
    direction: 'Write' as const,
    as,
    ...sourceOf(inputs.writes, topic),
    ...(key === undefined ? {} : { key }),
    ...(delivery === undefined ? {} : { delivery }),
  }));
  return [...reads, ...writes];
}

function flinkJobOf({ metadata, spec }: StreamJob, bus: BusAddress, defaultImage: string): FlinkJob {
  const {
    version = defaultVersion,
    image = defaultImage,
    configuration = {},
    podTemplate,
  } = spec.engineOptions?.flink ?? {};
  const { coordinator, worker } = spec.resources ?? {};
  const {
    storage,
    checkpointInterval = defaultCheckpointInterval,
    onSavepointFailure = 'Hold',
    maxAge,
  } = spec.state ?? {};
  const { persistentVolumeClaim, uri } = storage ?? {};
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    image,
    flinkVersion: `v${version.split('.').slice(0, 2).join('_')}`,
    labels: {
      [labels.name]: metadata.name,
      [labels.instance]: metadata.name,
      [labels.managedBy]: managedBy,
      [labels.job]: metadata.name,
    },
    parallelism: spec.parallelism,
    coordinator: { ...defaultCoordinator, ...coordinator },
    worker: { ...defaultWorker, ...worker },
    state: {
      ...(persistentVolumeClaim === undefined ? {} : { storage: { persistentVolumeClaim } }),
      ...(uri === undefined ? {} : { storage: { uri } }),
      checkpointIntervalMs: durationToMs(checkpointInterval),
      onUpgrade: onUpgradeOf(spec),
      onSavepointFailure,
      onDelete: onDeleteOf(spec),
      ...(maxAge === undefined ? {} : { maxCheckpointAgeMs: durationToMs(maxAge) }),
    },
    configuration,
    ...(bus.security?.secret === undefined ? {} : { busSecret: bus.security.secret }),
    ...(bus.registrySecret === undefined ? {} : { registrySecret: bus.registrySecret }),
    ...(podTemplate === undefined ? {} : { podTemplate }),
  };
}

async function readHealth(live: FlinkDeployment, ask: Ask, now: Date): Promise<JobHealth | undefined> {
  const facts = await readJobFacts(live, ask);
  return facts && judgeJob(live, facts, now);
}

function parseSpec(text: string): FlinkDeploymentSpec | undefined {
  try {
    const spec: unknown = JSON.parse(text);
    return isSpec(spec) ? spec : undefined;
  } catch {
    // Edited by hand: it is rendered anew.
    return undefined;
  }
}

/** As much as is read of it; the API server judges the rest. */
function isSpec(value: unknown): value is FlinkDeploymentSpec {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['job', 'flinkConfiguration', 'podTemplate'].every((field) => field in value)
  );
}
