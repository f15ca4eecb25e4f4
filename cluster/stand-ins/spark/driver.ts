// The driver of a submission: its pod, and the ConfigMap with its settings and the executors' template, as spark-submit
// makes them in cluster mode. The driver itself asks the API server for its executors. Pure.
import { controllerReference } from '../../../operator/src/runtime/index.ts';
import type { Identity } from './application-decide.ts';
import {
  type ApplicationSpec,
  appLabel,
  applications,
  type ConfigMap,
  driverNameOf,
  type Pod,
  roleLabel,
  type SparkApplication,
  specAnnotation,
  specHashOf,
  submissionLabel,
  type Template,
} from './resources.ts';

const configFolder = '/opt/spark/conf-submitted';
const driverContainer = 'spark-kubernetes-driver';
const executorContainer = 'spark-kubernetes-executor';
const driverPort = 7078;
const blockManagerPort = 7079;
const uiPort = 4040;
const apiServer = 'k8s://https://kubernetes.default.svc:443';

export interface Submission {
  readonly configMap: ConfigMap;
  readonly driver: Pod;
}

/** @throws RangeError when an amount of memory cannot be read */
export function submissionOf(application: SparkApplication, identity: Identity): Submission {
  const { metadata, spec } = application;
  const { name, namespace = '' } = metadata;
  const labels = { ...(metadata.labels ?? {}), [appLabel]: name, [submissionLabel]: identity.submissionId };
  const owned = { namespace, ownerReferences: [controllerReference(applications, application)] };
  const annotations = { [specAnnotation]: specHashOf(spec) };
  const configMapName = `${name}-driver-conf`;
  return {
    configMap: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...owned, name: configMapName, labels: { [appLabel]: name }, annotations },
      data: {
        'spark.properties': propertiesText(propertiesOf(application, identity)),
        'executor-template.json': JSON.stringify(executorTemplate(spec)),
      },
    },
    driver: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...owned,
        name: driverNameOf(name),
        labels: {
          ...spec.driver.template?.metadata?.labels,
          ...labels,
          ...spec.driver.labels,
          [roleLabel]: 'driver',
          'spark-app-selector': identity.applicationId,
        },
        annotations: { ...spec.driver.template?.metadata?.annotations, ...spec.driver.annotations, ...annotations },
      },
      spec: driverPodSpec(spec, name, configMapName),
    },
  };
}

function driverPodSpec(spec: ApplicationSpec, name: string, configMapName: string): object {
  const { driver } = spec;
  const given = driver.template?.spec ?? {};
  const [own, others] = containersOf(driver.template, driverContainer);
  const memory = `${megabytes(driver.memory ?? '1g') + megabytes(driver.memoryOverhead ?? '384m')}Mi`;
  const program = [
    ...(spec.mainClass === undefined ? [] : ['--class', spec.mainClass]),
    spec.mainApplicationFile ?? '',
    ...(spec.arguments ?? []),
  ];
  return {
    ...given,
    restartPolicy: 'Never',
    ...(driver.serviceAccount === undefined ? {} : { serviceAccountName: driver.serviceAccount }),
    containers: [
      {
        ...own,
        name: driverContainer,
        image: spec.image,
        imagePullPolicy: spec.imagePullPolicy ?? 'IfNotPresent',
        args: [
          ...['driver', '--master', apiServer, '--deploy-mode', 'client', '--name', name],
          ...['--properties-file', `${configFolder}/spark.properties`],
          // By its address, since no Service stands before it.
          ...['--conf', 'spark.driver.host=$(SPARK_DRIVER_BIND_ADDRESS)'],
          ...program,
        ],
        env: [
          ...listOf(own['env']),
          { name: 'SPARK_DRIVER_BIND_ADDRESS', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
        ],
        ports: [
          { name: 'driver-rpc', containerPort: driverPort },
          { name: 'blockmanager', containerPort: blockManagerPort },
          { name: 'spark-ui', containerPort: uiPort },
        ],
        resources: {
          requests: { cpu: driver.coreRequest ?? String(driver.cores ?? 1), memory },
          limits: { memory, ...(driver.coreLimit === undefined ? {} : { cpu: driver.coreLimit }) },
        },
        volumeMounts: [
          ...listOf(own['volumeMounts']),
          { name: 'spark-conf', mountPath: configFolder, readOnly: true },
          { name: 'spark-local', mountPath: '/var/data' },
        ],
      },
      ...others,
    ],
    volumes: [
      ...listOf(given['volumes']),
      { name: 'spark-conf', configMap: { name: configMapName } },
      { name: 'spark-local', emptyDir: {} },
    ],
  };
}

/** What spark-submit would be told by --conf. */
function propertiesOf(
  { metadata, spec }: SparkApplication,
  { applicationId, submissionId }: Identity,
): Readonly<Record<string, string>> {
  const { driver, executor } = spec;
  const { name, namespace = '' } = metadata;
  const executorLabels = { [appLabel]: name, [submissionLabel]: submissionId, ...executor.labels };
  return {
    ...spec.sparkConf,
    'spark.app.id': applicationId,
    'spark.app.name': name,
    // Says that this is the driver that cluster mode has started: local:// files are its own.
    'spark.kubernetes.submitInDriver': 'true',
    'spark.kubernetes.namespace': namespace,
    'spark.kubernetes.container.image': spec.image ?? '',
    'spark.kubernetes.container.image.pullPolicy': spec.imagePullPolicy ?? 'IfNotPresent',
    'spark.kubernetes.driver.pod.name': driverNameOf(name),
    'spark.driver.port': String(driverPort),
    'spark.driver.blockManager.port': String(blockManagerPort),
    'spark.local.dir': '/var/data',
    ...defined('spark.driver.cores', driver.cores),
    ...defined('spark.driver.memory', driver.memory),
    'spark.kubernetes.executor.podNamePrefix': `${name}-${submissionId.slice(0, 8)}`,
    'spark.kubernetes.executor.podTemplateFile': `${configFolder}/executor-template.json`,
    'spark.kubernetes.executor.podTemplateContainerName': executorContainer,
    ...defined('spark.executor.instances', executor.instances),
    ...defined('spark.executor.cores', executor.cores),
    ...defined('spark.executor.memory', executor.memory),
    ...defined('spark.executor.memoryOverhead', executor.memoryOverhead),
    ...defined('spark.kubernetes.executor.request.cores', executor.coreRequest),
    ...defined('spark.kubernetes.executor.limit.cores', executor.coreLimit),
    ...prefixed('spark.kubernetes.executor.label.', executorLabels),
    ...prefixed('spark.kubernetes.executor.annotation.', executor.annotations ?? {}),
  };
}

function executorTemplate({ executor }: ApplicationSpec): object {
  const [own, others] = containersOf(executor.template, executorContainer);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    ...executor.template,
    spec: { ...executor.template?.spec, containers: [{ ...own, name: executorContainer }, ...others] },
  };
}

/** Spark's own container in a template, and the others. */
function containersOf(template: Template | undefined, name: string) {
  const containers = listOf(template?.spec?.['containers']);
  const own = containers.find((container) => container['name'] === name) ?? {};
  return [own, containers.filter((container) => container !== own)] as const;
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value : [];
}

function defined(key: string, value: string | number | undefined): Readonly<Record<string, string>> {
  return value === undefined ? {} : { [key]: String(value) };
}

function prefixed(prefix: string, values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}${key}`, value]));
}

/** A file of Java properties. */
function propertiesText(properties: Readonly<Record<string, string>>): string {
  const escaped = (text: string, special: RegExp) =>
    text.replaceAll(special, (character) => `\\${character}`).replaceAll('\n', '\\n');
  return Object.entries(properties)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${escaped(key, /[\\:= ]/g)}=${escaped(value, /\\/g)}\n`)
    .join('');
}

/** Memory as Spark writes it, in mebibytes. */
function megabytes(text: string): number {
  const [, digits, unit = ''] = /^(\d+)([kmgt]?)b?$/i.exec(text) ?? [];
  const factor = { '': 2 ** -20, k: 2 ** -10, m: 1, g: 2 ** 10, t: 2 ** 20 }[unit.toLowerCase()];
  if (digits === undefined || factor === undefined)
    throw new RangeError(`memory is ${text}: write for example 640m or 1g`);
  return Math.ceil(Number(digits) * factor);
}
