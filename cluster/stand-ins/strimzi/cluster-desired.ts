// What a Kafka resource becomes: a StatefulSet of one pod, two Services and its settings, under Strimzi's names. Pure.
import { hashOf, type KubeObject } from '../../../operator/src/runtime/index.ts';
import { volumeOf } from './cluster-decide.ts';
import { operatorPort, placeholders, serverProperties } from './cluster-settings.ts';
import {
  clusterLabel,
  type Kafka,
  type KafkaNodePool,
  type KafkaNodePoolStatus,
  type KafkaStatus,
  poolLabel,
  type StatefulSet,
  type Storage,
} from './resources.ts';

const dataPath = '/var/lib/kafka/data';
const settingsPath = '/opt/kafka/settings';
const user = 10001;

export function namesOf(cluster: string, pool: string) {
  const nodes = `${cluster}-${pool}`;
  return {
    nodes,
    pod: `${nodes}-0`,
    bootstrap: `${cluster}-kafka-bootstrap`,
    brokers: `${cluster}-kafka-brokers`,
    settings: `${nodes}-settings`,
    login: `${cluster}-stand-in-login`,
  } as const;
}

export interface Desired {
  readonly settings: KubeObject & { readonly data: Readonly<Record<string, string>> };
  readonly services: readonly (KubeObject & { readonly spec: object })[];
  readonly nodes: StatefulSet;
}

export function desiredOf(kafka: Kafka, pool: KafkaNodePool, image: string): Desired {
  const { name: cluster, namespace = '' } = kafka.metadata;
  const names = namesOf(cluster, pool.metadata.name);
  const host = `${names.pod}.${names.brokers}.${namespace}.svc`;
  const settings = { 'server.properties': serverProperties(kafka, host, `${dataPath}/kafka-log0`) };
  const object = (apiVersion: string, kind: string, name: string) => ({
    apiVersion,
    kind,
    metadata: { name, namespace, labels: labelsOf(cluster) },
  });
  const selector = { ...labelsOf(cluster), [poolLabel]: pool.metadata.name };
  const ports = kafka.spec.kafka.listeners.map(({ name, port }) => ({ name: `tcp-${name}`, port, targetPort: port }));
  const ownPort = { name: 'tcp-operator', port: operatorPort, targetPort: operatorPort };
  return {
    settings: { ...object('v1', 'ConfigMap', names.settings), data: settings },
    services: [
      { ...object('v1', 'Service', names.bootstrap), spec: { type: 'ClusterIP', selector, ports } },
      {
        ...object('v1', 'Service', names.brokers),
        spec: { clusterIP: 'None', publishNotReadyAddresses: true, selector, ports: [ownPort, ...ports] },
      },
    ],
    nodes: {
      ...object('apps/v1', 'StatefulSet', names.nodes),
      spec: {
        serviceName: names.brokers,
        replicas: 1,
        selector: { matchLabels: selector },
        template: {
          // A change of the settings is a change of the pod.
          metadata: { labels: selector, annotations: { 'strimzi-stand-in/settings': hashOf(settings) } },
          spec: podOf(names, pool, image),
        },
        ...claimOf(volumeOf(pool.spec.storage)),
      },
    },
  };
}

export function labelsOf(cluster: string): Readonly<Record<string, string>> {
  return {
    'app.kubernetes.io/name': 'kafka',
    'app.kubernetes.io/instance': cluster,
    'app.kubernetes.io/managed-by': 'strimzi-stand-in',
    [clusterLabel]: cluster,
    'strimzi.io/kind': 'Kafka',
  };
}

function podOf(names: ReturnType<typeof namesOf>, pool: KafkaNodePool, image: string): object {
  const { jvmOptions = {}, resources, storage } = pool.spec;
  const heap = [`-Xms${jvmOptions['-Xms'] ?? '256m'}`, `-Xmx${jvmOptions['-Xmx'] ?? '256m'}`].join(' ');
  const filled = `sed -e "s|${placeholders.address}|$POD_IP|g" -e "s|${placeholders.password}|$PASSWORD|g"`;
  const start = `${filled} ${settingsPath}/server.properties > /tmp/server.properties && exec start-kafka /tmp/server.properties`;
  const isEphemeral = volumeOf(storage)?.type === 'ephemeral';
  return {
    terminationGracePeriodSeconds: 30,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, runAsUser: user, fsGroup: user, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'kafka',
        image,
        command: ['sh', '-c', start],
        env: [
          { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: names.login, key: 'password' } } },
          { name: 'KAFKA_HEAP_OPTS', value: heap },
        ],
        readinessProbe: { tcpSocket: { port: operatorPort }, periodSeconds: 2 },
        ...(resources === undefined ? {} : { resources }),
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        volumeMounts: [
          { name: 'data', mountPath: dataPath },
          { name: 'settings', mountPath: settingsPath },
          { name: 'tmp', mountPath: '/tmp' },
        ],
      },
    ],
    volumes: [
      { name: 'settings', configMap: { name: names.settings } },
      { name: 'tmp', emptyDir: {} },
      ...(isEphemeral ? [{ name: 'data', emptyDir: {} }] : []),
    ],
  };
}

function claimOf(volume: Storage | undefined): object {
  if (volume?.type !== 'persistent-claim') return {};
  const { class: storageClassName, size = '1Gi', deleteClaim = false } = volume;
  return {
    persistentVolumeClaimRetentionPolicy: { whenDeleted: deleteClaim ? 'Delete' : 'Retain', whenScaled: 'Retain' },
    volumeClaimTemplates: [
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          ...(storageClassName === undefined ? {} : { storageClassName }),
          resources: { requests: { storage: size } },
        },
      },
    ],
  };
}

/** Where clients find the cluster, once it runs. */
export function listenersOf({ metadata, spec }: Kafka): NonNullable<KafkaStatus['listeners']> {
  const host = `${namesOf(metadata.name, '').bootstrap}.${metadata.namespace}.svc`;
  return spec.kafka.listeners.map(({ name, port }) => ({
    name,
    addresses: [{ host, port }],
    bootstrapServers: `${host}:${port}`,
  }));
}

export function poolStatusOf(
  { metadata: { name, generation }, spec }: KafkaNodePool,
  cluster: string,
  clusterId: string | undefined,
): KafkaNodePoolStatus {
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    nodeIds: [0],
    roles: spec.roles,
    replicas: spec.replicas,
    labelSelector: `${clusterLabel}=${cluster},${poolLabel}=${name}`,
    ...(clusterId === undefined ? {} : { clusterId }),
  };
}
