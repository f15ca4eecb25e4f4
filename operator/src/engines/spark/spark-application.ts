// Kubeflow's kinds, with the fields of them that are written and read here.
import { labels, managedBy } from '../../api/index.ts';
import { defineResource, type KubeObject } from '../../runtime/index.ts';
import type { Pod } from '../engine.ts';

export interface SparkPodSpec {
  readonly cores: number;
  /** A Kubernetes quantity; Spark's own would ask for whole cores. */
  readonly coreRequest: string;
  readonly coreLimit?: string;
  /** Of the JVM's heap, as Spark writes it: `640m`. */
  readonly memory: string;
  /** What the container gets on top. */
  readonly memoryOverhead: string;
  readonly serviceAccount: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly template: Readonly<Record<string, unknown>>;
}

export interface RestartPolicy {
  readonly type: 'Never' | 'OnFailure';
  readonly onFailureRetries?: number;
  /** Seconds, times the number of attempts. */
  readonly onFailureRetryInterval?: number;
  readonly onSubmissionFailureRetries?: number;
  readonly onSubmissionFailureRetryInterval?: number;
}

export interface SparkApplicationSpec {
  readonly type: 'Python';
  readonly mode: 'cluster';
  readonly pythonVersion: '3';
  readonly sparkVersion: string;
  readonly image: string;
  readonly imagePullPolicy: 'IfNotPresent';
  readonly mainApplicationFile: string;
  readonly arguments: readonly string[];
  readonly sparkConf: Readonly<Record<string, string>>;
  readonly restartPolicy: RestartPolicy;
  readonly driver: SparkPodSpec;
  readonly executor: SparkPodSpec & { readonly instances: number };
  readonly suspend?: boolean;
}

export interface SparkApplicationStatus {
  readonly applicationState?: { readonly state?: string; readonly errorMessage?: string };
  readonly sparkApplicationId?: string;
  readonly submissionID?: string;
  /** RFC 3339. */
  readonly lastSubmissionAttemptTime?: string | null;
  readonly terminationTime?: string | null;
  readonly driverInfo?: { readonly podName?: string };
  /** By the executor's pod. */
  readonly executorState?: Readonly<Record<string, string>>;
  readonly executionAttempts?: number;
  readonly submissionAttempts?: number;
}

export interface SparkApplication extends KubeObject {
  readonly spec: SparkApplicationSpec;
  readonly status?: SparkApplicationStatus;
}

export interface ScheduledSparkApplicationSpec {
  readonly schedule: string;
  readonly timeZone: string;
  readonly concurrencyPolicy: 'Allow' | 'Forbid' | 'Replace';
  readonly successfulRunHistoryLimit: number;
  readonly failedRunHistoryLimit: number;
  readonly suspend?: boolean;
  readonly template: SparkApplicationSpec;
}

export interface ScheduledSparkApplicationStatus {
  /** Empty, `Scheduled` or `FailedValidation`. */
  readonly scheduleState?: string;
  readonly reason?: string;
  readonly lastRun?: string | null;
  readonly nextRun?: string | null;
  readonly lastRunName?: string;
  readonly pastSuccessfulRunNames?: readonly string[];
  readonly pastFailedRunNames?: readonly string[];
}

export interface ScheduledSparkApplication extends KubeObject {
  readonly spec: ScheduledSparkApplicationSpec;
  readonly status?: ScheduledSparkApplicationStatus;
}

const kubeflow = { group: 'sparkoperator.k8s.io', version: 'v1beta2', namespaced: true, isOptional: true } as const;

/** Read whole, not by our label: one of somebody else under the job's name must be seen before ours is applied. */
export const sparkApplications = defineResource<SparkApplication>({
  ...kubeflow,
  plural: 'sparkapplications',
  kind: 'SparkApplication',
});

/** As {@link sparkApplications}. */
export const scheduledSparkApplications = defineResource<ScheduledSparkApplication>({
  ...kubeflow,
  plural: 'scheduledsparkapplications',
  kind: 'ScheduledSparkApplication',
});

/** Of jobs and of their runs, which carry the job's label too. */
export const driverPods = defineResource<Pod>({
  group: '',
  version: 'v1',
  plural: 'pods',
  kind: 'Pod',
  namespaced: true,
  labelSelector: `${labels.managedBy}=${managedBy},spark-role=driver`,
});

/** As Kubeflow's operator names it. */
export function driverPodName(application: string): string {
  return `${application}-driver`;
}
