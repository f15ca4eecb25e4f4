// The kinds that the stand-in serves, with the fields of them that it reads and writes, and those that it makes.
import { defineResource, type KubeObject } from '../../../operator/src/runtime/index.ts';
import type { StrimziCondition } from './conditions.ts';

export const clusterLabel = 'strimzi.io/cluster';
export const poolLabel = 'strimzi.io/pool-name';
export const pauseAnnotation = 'strimzi.io/pause-reconciliation';
export const managedAnnotation = 'strimzi.io/managed';
export const topicFinalizer = 'strimzi.io/topic-operator';

const version = 'v1';
const strimzi = { group: 'kafka.strimzi.io', version, namespaced: true } as const;
const core = { group: '', version, namespaced: true } as const;

interface CommonStatus {
  readonly conditions?: readonly StrimziCondition[];
  readonly observedGeneration?: number;
}

export interface Listener {
  readonly name: string;
  readonly port: number;
  readonly type: string;
  readonly tls: boolean;
  readonly authentication?: { readonly type: string };
}

export interface Kafka extends KubeObject {
  readonly spec: {
    readonly kafka: {
      readonly version?: string;
      readonly metadataVersion?: string;
      readonly listeners: readonly Listener[];
      readonly config?: Readonly<Record<string, unknown>>;
      readonly authorization?: { readonly type: string; readonly superUsers?: readonly string[] };
    };
    readonly entityOperator?: { readonly topicOperator?: object; readonly userOperator?: object };
  };
  readonly status?: KafkaStatus;
}

export interface KafkaStatus extends CommonStatus {
  readonly listeners?: readonly {
    readonly name: string;
    readonly addresses: readonly { readonly host: string; readonly port: number }[];
    readonly bootstrapServers: string;
  }[];
  readonly kafkaNodePools?: readonly { readonly name: string }[];
  readonly clusterId?: string;
  readonly kafkaVersion?: string;
}

export interface Storage {
  readonly type: string;
  readonly size?: string;
  readonly class?: string;
  readonly deleteClaim?: boolean;
  readonly volumes?: readonly Storage[];
}

export interface KafkaNodePool extends KubeObject {
  readonly spec: {
    readonly replicas: number;
    readonly roles: readonly string[];
    readonly storage: Storage;
    readonly resources?: object;
    readonly jvmOptions?: { readonly '-Xms'?: string; readonly '-Xmx'?: string };
  };
  readonly status?: KafkaNodePoolStatus;
}

export interface KafkaNodePoolStatus extends CommonStatus {
  readonly nodeIds?: readonly number[];
  readonly clusterId?: string;
  readonly roles?: readonly string[];
  readonly replicas?: number;
  readonly labelSelector?: string;
}

export interface KafkaTopic extends KubeObject {
  readonly spec: {
    readonly topicName?: string;
    readonly partitions?: number;
    readonly replicas?: number;
    readonly config?: Readonly<Record<string, unknown>>;
  };
  readonly status?: KafkaTopicStatus;
}

export interface KafkaTopicStatus extends CommonStatus {
  readonly topicName?: string;
  readonly topicId?: string;
}

export interface UserAcl {
  readonly type?: string;
  readonly host?: string;
  readonly operations: readonly string[];
  readonly resource: { readonly type: string; readonly name?: string; readonly patternType?: string };
}

export interface KafkaUser extends KubeObject {
  readonly spec: {
    readonly authentication?: {
      readonly type: string;
      readonly password?: {
        readonly valueFrom: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
      };
    };
    readonly authorization?: { readonly type: string; readonly acls: readonly UserAcl[] };
    readonly quotas?: object;
  };
  readonly status?: KafkaUserStatus;
}

export interface KafkaUserStatus extends CommonStatus {
  readonly username?: string;
  readonly secret?: string;
}

export const kafkas = defineResource<Kafka>({ ...strimzi, kind: 'Kafka', plural: 'kafkas' });
export const nodePools = defineResource<KafkaNodePool>({ ...strimzi, kind: 'KafkaNodePool', plural: 'kafkanodepools' });
export const kafkaTopics = defineResource<KafkaTopic>({ ...strimzi, kind: 'KafkaTopic', plural: 'kafkatopics' });
export const kafkaUsers = defineResource<KafkaUser>({ ...strimzi, kind: 'KafkaUser', plural: 'kafkausers' });

export interface Secret extends KubeObject {
  readonly type?: string;
  /** Base64. */
  readonly data?: Readonly<Record<string, string>>;
}

export interface Pod extends KubeObject {
  readonly status?: { readonly podIP?: string };
}

export interface StatefulSet extends KubeObject {
  readonly spec: object;
  readonly status?: {
    readonly readyReplicas?: number;
    readonly observedGeneration?: number;
    readonly currentRevision?: string;
    readonly updateRevision?: string;
  };
}

/** Not watched, and read by name: most Secrets of a cluster are nobody's business here. */
export const secrets = defineResource<Secret>({ ...core, kind: 'Secret', plural: 'secrets' });
/** Those of users. */
export const userSecrets = defineResource<Secret>({
  ...core,
  kind: 'Secret',
  plural: 'secrets',
  labelSelector: 'strimzi.io/kind=KafkaUser',
});
export const pods = defineResource<Pod>({ ...core, kind: 'Pod', plural: 'pods' });
export const configMaps = defineResource<KubeObject & { readonly data: Readonly<Record<string, string>> }>({
  ...core,
  kind: 'ConfigMap',
  plural: 'configmaps',
});
export const services = defineResource<KubeObject & { readonly spec: object }>({
  ...core,
  kind: 'Service',
  plural: 'services',
});

/** Those of Kafka clusters. */
export const statefulSets = defineResource<StatefulSet>({
  group: 'apps',
  version,
  namespaced: true,
  kind: 'StatefulSet',
  plural: 'statefulsets',
  labelSelector: clusterLabel,
});

export const deployments = defineResource<KubeObject>({
  group: 'apps',
  version,
  namespaced: true,
  kind: 'Deployment',
  plural: 'deployments',
  metadataOnly: true,
});

/** Name of the Kafka cluster that a node pool, a topic or a user belongs to. */
export function clusterOf({ metadata }: KubeObject): string | undefined {
  return metadata.labels?.[clusterLabel];
}

export function isPaused({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[pauseAnnotation] === 'true';
}
