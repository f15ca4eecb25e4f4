// The pods of a job: scripts and state's claim mounted, and all that the restricted Pod Security level asks.
import { laidOver } from '../laid-over.ts';
import type { SparkJob } from './job.ts';
import type { SparkApplicationSpec } from './spark-application.ts';

/** Where the scripts are mounted. */
export const SCRIPTS_MOUNT = '/opt/sluice';
/** Where the state's PersistentVolumeClaim is mounted, in the driver and in every executor. */
export const STATE_MOUNT = '/spark-state';

const SCRIPTS_VOLUME = 'sluice';
/** The uid of the user spark in the image. */
const SPARK_UID = 185;
/** By these names Kubeflow's operator has Spark find its container in a template. */
const containerNames = { driver: 'spark-kubernetes-driver', executor: 'spark-kubernetes-executor' } as const;
/** What a user's pod template calls the container, which is another in each role. */
const anyContainer = 'spark';

export function podTemplate(
  job: SparkJob,
  role: keyof typeof containerNames,
  configMapName: string,
): Readonly<Record<string, unknown>> {
  const { storage } = job;
  const claim = storage !== undefined && 'persistentVolumeClaim' in storage ? storage.persistentVolumeClaim : undefined;
  const isDriver = role === 'driver';
  const volumes = [
    ...(isDriver ? [{ name: SCRIPTS_VOLUME, configMap: { name: configMapName } }] : []),
    ...(claim === undefined ? [] : [{ name: 'state', persistentVolumeClaim: { claimName: claim } }]),
  ];
  const volumeMounts = [
    ...(isDriver ? [{ name: SCRIPTS_VOLUME, mountPath: SCRIPTS_MOUNT, readOnly: true }] : []),
    ...(claim === undefined ? [] : [{ name: 'state', mountPath: STATE_MOUNT }]),
  ];
  const template = {
    spec: {
      // A Service named like a Spark setting would otherwise put its address into the environment.
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: SPARK_UID,
        runAsGroup: SPARK_UID,
        fsGroup: SPARK_UID,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name: containerNames[role],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          ...(volumeMounts.length === 0 ? {} : { volumeMounts }),
        },
      ],
      ...(volumes.length === 0 ? {} : { volumes }),
    },
  };
  return fieldsOf(laidOver(inRole(job.podTemplate ?? {}, containerNames[role]), template));
}

/** The user's template with the container `spark` under the name of the role. */
function inRole(template: Readonly<Record<string, unknown>>, name: string): unknown {
  const spec = fieldsOf(template['spec']);
  const containers = spec['containers'];
  if (!Array.isArray(containers)) return template;
  const renamed = containers
    .map(fieldsOf)
    .map((container) => (container['name'] === anyContainer ? { ...container, name } : container));
  return { ...template, spec: { ...spec, containers: renamed } };
}

/** The ConfigMap with the scripts that a spec mounts; undefined when it is not one of ours. */
export function mountedConfigMap({ driver }: SparkApplicationSpec): string | undefined {
  const volumes = fieldsOf(driver.template['spec'])['volumes'];
  const volume = Array.isArray(volumes) ? volumes.map(fieldsOf).find(({ name }) => name === SCRIPTS_VOLUME) : undefined;
  const name = fieldsOf(volume?.['configMap'])['name'];
  return typeof name === 'string' ? name : undefined;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
