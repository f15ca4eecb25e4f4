// The pods of a job: the SQL's ConfigMap and the state's claim mounted, and all that the restricted Pod Security level asks.

import { laidOver } from '../laid-over.ts';
import type { FlinkDeploymentSpec } from './flink-deployment.ts';
import type { FlinkJob } from './job.ts';
import { BUS_LOGIN, REGISTRY_LOGIN_MOUNT } from './logins.ts';
import { STATE_MOUNT } from './state.ts';

/** Where the scripts are mounted. */
export const SQL_MOUNT = '/opt/sluice';
/** Key of the scripts' ConfigMap with who signs the brokers' certificates: no secret, and new ones are a new version. */
export const AUTHORITIES_KEY = 'ca.crt';
export const AUTHORITIES_FILE = `${SQL_MOUNT}/${AUTHORITIES_KEY}`;

const SQL_VOLUME = 'sluice';

/** The uid of the user flink in the image. */
const FLINK_UID = 9999;

export function podTemplate(job: FlinkJob, configMapName: string): Record<string, unknown> {
  const { storage } = job.state;
  const claim = storage !== undefined && 'persistentVolumeClaim' in storage ? storage.persistentVolumeClaim : undefined;
  const stateVolume = { name: 'state', persistentVolumeClaim: { claimName: claim } };
  const logins = [
    { name: 'bus-login', mountPath: BUS_LOGIN, secretName: job.busSecret },
    { name: 'registry-login', mountPath: REGISTRY_LOGIN_MOUNT, secretName: job.registrySecret },
  ].filter(({ secretName }) => secretName !== undefined);
  const template = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'pod-template', labels: { ...job.labels } },
    spec: {
      // A Service named like a Flink setting would otherwise put its address into the environment.
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: FLINK_UID,
        runAsGroup: FLINK_UID,
        fsGroup: FLINK_UID,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          // The name by which the Flink operator finds the container.
          name: 'flink-main-container',
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          volumeMounts: [
            { name: SQL_VOLUME, mountPath: SQL_MOUNT, readOnly: true },
            ...(claim === undefined ? [] : [{ name: 'state', mountPath: STATE_MOUNT }]),
            ...logins.map(({ name, mountPath }) => ({ name, mountPath, readOnly: true })),
          ],
        },
      ],
      volumes: [
        { name: SQL_VOLUME, configMap: { name: configMapName } },
        ...(claim === undefined ? [] : [stateVolume]),
        ...logins.map(({ name, secretName }) => ({ name, secret: { secretName } })),
      ],
    },
  };
  return fieldsOf(laidOver(job.podTemplate ?? {}, template));
}

/** The ConfigMap with the scripts that a spec mounts; undefined when it is not one of ours. */
export function mountedConfigMap({ podTemplate: template }: FlinkDeploymentSpec): string | undefined {
  const volumes = fieldsOf(fieldsOf(template)['spec'])['volumes'];
  const volume = Array.isArray(volumes) ? volumes.map(fieldsOf).find(({ name }) => name === SQL_VOLUME) : undefined;
  const name = fieldsOf(volume?.['configMap'])['name'];
  return typeof name === 'string' ? name : undefined;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
