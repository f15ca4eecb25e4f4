// A job as Kubernetes objects: the ConfigMap with its scripts and the FlinkDeployment that runs them. Pure.
import { createHash } from 'node:crypto';
import type { ObjectMeta } from '../../runtime/index.ts';
import type { ConfigMap, Run } from '../engine.ts';
import { parseQuantity, wholeMebibytes } from '../quantity.ts';
import type { FlinkDeployment, FlinkDeploymentSpec, FlinkResource } from './flink-deployment.ts';
import type { FlinkJob, FlinkPodResources } from './job.ts';
import { REGISTRY_LOGIN_MOUNT, withLoginOption } from './logins.ts';
import { AUTHORITIES_KEY, podTemplate, SQL_MOUNT } from './pod-template.ts';
import { stateConfiguration, upgradeMode } from './state.ts';

/**
 * The scripts, named by their content: a ConfigMap that changes under the same name is no change to the Flink operator,
 * and an upgrade that fails still finds the old one.
 */
export function renderConfigMap(job: FlinkJob, tables: string, sql: string, authorities?: string): ConfigMap {
  const hash = createHash('sha256')
    .update(JSON.stringify([tables, sql, ...(authorities === undefined ? [] : [authorities])]))
    .digest('hex')
    .slice(0, 10);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: job.namespace, name: `${job.name}-sql-${hash}`, labels: { ...job.labels } },
    immutable: true,
    data: {
      'tables.sql': tables,
      'job.sql': sql,
      ...(authorities === undefined ? {} : { [AUTHORITIES_KEY]: authorities }),
    },
  };
}

/**
 * The FlinkDeployment's spec, of a job that runs.
 * @throws JobSpecError when state has nowhere to go or a quantity cannot be read
 */
export function renderSpec(job: FlinkJob, configMapName: string): FlinkDeploymentSpec {
  const coordinator = resource(job.coordinator, 'spec.resources.coordinator');
  const worker = resource(job.worker, 'spec.resources.worker');
  return {
    image: job.image,
    imagePullPolicy: 'IfNotPresent',
    flinkVersion: job.flinkVersion,
    mode: 'native',
    serviceAccount: 'flink',
    flinkConfiguration: {
      // One worker holds the whole job unless the user's configuration says otherwise: on two cores a second JVM costs more than it gives.
      'taskmanager.numberOfTaskSlots': String(job.parallelism),
      'kubernetes.jobmanager.cpu.limit-factor': limitFactor(
        job.coordinator,
        coordinator.cpu,
        'spec.resources.coordinator',
      ),
      'kubernetes.taskmanager.cpu.limit-factor': limitFactor(job.worker, worker.cpu, 'spec.resources.worker'),
      ...stateConfiguration(job),
      ...(job.busSecret === undefined ? job.configuration : withLoginOption(job.configuration)),
    },
    jobManager: { replicas: 1, resource: coordinator },
    taskManager: { resource: worker },
    podTemplate: podTemplate(job, configMapName),
    job: {
      // Not in usrlib: standalone mode mounts an empty directory over it.
      jarURI: 'local:///opt/flink/jobs/sluice-flink-sql.jar',
      entryClass: 'dev.sluice.flink.SqlRunner',
      args: [
        ...['--tables', `${SQL_MOUNT}/tables.sql`, '--sql', `${SQL_MOUNT}/job.sql`],
        ...(job.registrySecret === undefined ? [] : ['--registry-login', REGISTRY_LOGIN_MOUNT]),
      ],
      parallelism: job.parallelism,
      state: 'running',
      upgradeMode: upgradeMode(job.state),
    },
  };
}

/** The object itself. Suspending is laid over a spec that was rendered, maybe long ago. */
export function toFlinkDeployment(
  metadata: ObjectMeta,
  spec: FlinkDeploymentSpec,
  { isSuspended }: Run,
): FlinkDeployment {
  const job = { ...spec.job, state: isSuspended ? ('suspended' as const) : ('running' as const) };
  return { apiVersion: 'flink.apache.org/v1beta1', kind: 'FlinkDeployment', metadata, spec: { ...spec, job } };
}

/** The Flink operator reads the path at the first deployment alone. */
export function startingFrom(spec: FlinkDeploymentSpec, path: string): FlinkDeploymentSpec {
  return { ...spec, job: { ...spec.job, initialSavepointPath: path } };
}

function resource(pod: FlinkPodResources, field: string): FlinkResource {
  return { cpu: parseQuantity(pod.cpu, `${field}.cpu`), memory: wholeMebibytes(pod.memory, `${field}.memory`) };
}

/** Flink knows the CPU limit only as a factor of the request; a JVM limited to its tiny request would take minutes to start. */
function limitFactor(pod: FlinkPodResources, cpu: number, field: string): string {
  const limit = pod.cpuLimit === undefined ? Math.max(1, cpu) : parseQuantity(pod.cpuLimit, `${field}.cpuLimit`);
  return String(Number(Math.max(1, limit / cpu).toFixed(3)));
}
