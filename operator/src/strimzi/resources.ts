// Strimzi's kinds, with the fields of them that Sluice reads and writes (kafka.strimzi.io/v1, as of Strimzi 1.2).
import { defineResource, type KubeObject } from '../runtime/index.ts';
import type { StrimziCondition } from './readiness.ts';

export const clusterLabel = 'strimzi.io/cluster';
export const managedAnnotation = 'strimzi.io/managed';
export const pauseAnnotation = 'strimzi.io/pause-reconciliation';

export interface StrimziStatus {
  readonly conditions?: readonly StrimziCondition[];
  readonly observedGeneration?: number;
}

export interface Kafka extends KubeObject {
  readonly spec?: {
    readonly kafka?: {
      readonly listeners?: readonly {
        readonly name: string;
        readonly tls?: boolean;
        readonly authentication?: { readonly type: string };
      }[];
      readonly authorization?: { readonly type: string; readonly supportsAdminApi?: boolean };
    };
  };
  readonly status?: StrimziStatus & {
    readonly listeners?: readonly {
      readonly name: string;
      readonly bootstrapServers?: string;
      readonly certificates?: readonly string[];
    }[];
  };
}

export interface KafkaNodePool extends KubeObject {
  readonly spec?: object;
  readonly status?: StrimziStatus;
}

export interface KafkaTopic extends KubeObject {
  readonly spec?: {
    readonly topicName?: string;
    readonly partitions?: number;
    readonly replicas?: number;
    /** Numbers and booleans where people wrote them without quotes. */
    readonly config?: Readonly<Record<string, unknown>>;
  };
  readonly status?: StrimziStatus;
}

export interface UserAcl {
  /** Absent: allow. */
  readonly type?: string;
  /** Absent: from every one. */
  readonly host?: string;
  readonly operations: readonly string[];
  readonly resource: { readonly type: string; readonly name?: string; readonly patternType?: string };
}

export interface KafkaUser extends KubeObject {
  readonly spec?: {
    readonly authentication?: {
      readonly type: string;
      /** Absent: Strimzi makes one. */
      readonly password?: {
        readonly valueFrom: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
      };
    };
    readonly authorization?: { readonly type: string; readonly acls: readonly UserAcl[] };
  };
  readonly status?: StrimziStatus & { readonly secret?: string };
}

/** That Strimzi takes a user's password from. */
export interface PasswordSecret extends KubeObject {
  readonly type?: string;
  /** Base64. */
  readonly data?: Readonly<Record<string, string>>;
}

// Optional: the chart grants them only where it is told that Strimzi is used.
const strimzi = { group: 'kafka.strimzi.io', version: 'v1', namespaced: true, isOptional: true } as const;

export const kafkas = defineResource<Kafka>({ ...strimzi, kind: 'Kafka', plural: 'kafkas' });
export const nodePools = defineResource<KafkaNodePool>({ ...strimzi, kind: 'KafkaNodePool', plural: 'kafkanodepools' });
export const kafkaTopics = defineResource<KafkaTopic>({ ...strimzi, kind: 'KafkaTopic', plural: 'kafkatopics' });
export const kafkaUsers = defineResource<KafkaUser>({ ...strimzi, kind: 'KafkaUser', plural: 'kafkausers' });
