// The part of flink.apache.org/v1beta1 FlinkDeployment that Sluice writes and reads (operator 1.7 and later).
import { defineResource, type KubeObject } from '../../runtime/index.ts';

export interface FlinkDeployment extends KubeObject {
  readonly spec: FlinkDeploymentSpec;
  readonly status?: FlinkDeploymentStatus;
}

export interface FlinkDeploymentSpec {
  readonly image: string;
  readonly imagePullPolicy: string;
  readonly flinkVersion: string;
  readonly mode: 'native';
  readonly serviceAccount: string;
  readonly flinkConfiguration: Readonly<Record<string, string>>;
  readonly jobManager: { readonly replicas: number; readonly resource: FlinkResource };
  readonly taskManager: { readonly resource: FlinkResource };
  readonly podTemplate: Readonly<Record<string, unknown>>;
  readonly job: FlinkJobSpec;
}

export interface FlinkResource {
  readonly cpu: number;
  readonly memory: string;
}

export interface FlinkJobSpec {
  readonly jarURI: string;
  readonly entryClass: string;
  readonly args: readonly string[];
  readonly parallelism: number;
  readonly state: 'running' | 'suspended';
  readonly upgradeMode: 'savepoint' | 'last-state' | 'stateless';
  readonly initialSavepointPath?: string;
}

export interface FlinkDeploymentStatus {
  readonly lifecycleState?: string;
  readonly jobManagerDeploymentStatus?: string;
  /** A message, or JSON `{type, message, throwableList: [{type, message}]}`. */
  readonly error?: string;
  readonly reconciliationStatus?: {
    readonly state?: string;
    /** Milliseconds since the epoch. */
    readonly reconciliationTimestamp?: number;
    /** JSON `{spec, resource_metadata: {metadata: {generation}}}`: the only place where operator 1.7 tells a generation. */
    readonly lastReconciledSpec?: string;
  };
  readonly jobStatus?: {
    readonly state?: string;
    readonly jobId?: string;
    /** Milliseconds since the epoch, as text. */
    readonly startTime?: string;
    readonly updateTime?: string;
    readonly savepointInfo?: {
      readonly lastSavepoint?: { readonly location?: string; readonly timeStamp?: number };
    };
  };
}

/** Read whole, not by our label: one of somebody else under the job's name must be seen before ours is applied. */
export const flinkDeployments = defineResource<FlinkDeployment>({
  group: 'flink.apache.org',
  version: 'v1beta1',
  plural: 'flinkdeployments',
  kind: 'FlinkDeployment',
  namespaced: true,
  isOptional: true,
});
