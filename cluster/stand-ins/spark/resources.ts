// The kinds that the stand-in serves, with the fields of them that it reads and writes, and those that it makes.
import { defineResource, hashOf, type KubeObject, type ObjectKey } from '../../../operator/src/runtime/index.ts';

/** On pods of an application: its name. */
export const appLabel = 'sparkoperator.k8s.io/app-name';
/** On a driver's pod: the submission that made it. */
export const submissionLabel = 'sparkoperator.k8s.io/submission-id';
export const roleLabel = 'spark-role';
/** On a run: the schedule that made it. */
export const scheduleLabel = 'sparkoperator.k8s.io/scheduled-app-name';
/** On what was made for a submission: hash of the spec it was made from. */
export const specAnnotation = 'sparkoperator.k8s.io/stand-in-spec';

export interface PodSpec {
  readonly cores?: number;
  readonly coreRequest?: string;
  readonly coreLimit?: string;
  readonly memory?: string;
  readonly memoryOverhead?: string;
  readonly serviceAccount?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly template?: Template;
}

export interface Template {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
}

export interface ApplicationSpec {
  readonly type: string;
  readonly mode?: string;
  readonly image?: string;
  readonly imagePullPolicy?: string;
  readonly mainClass?: string;
  readonly mainApplicationFile?: string;
  readonly arguments?: readonly string[];
  readonly sparkConf?: Readonly<Record<string, string>>;
  readonly driver: PodSpec;
  readonly executor: PodSpec & { readonly instances?: number };
  readonly restartPolicy?: {
    readonly type?: string;
    readonly onFailureRetries?: number;
    readonly onFailureRetryInterval?: number;
  };
  readonly suspend?: boolean;
  readonly timeToLiveSeconds?: number;
}

export type ApplicationState =
  | ''
  | 'SUBMITTED'
  | 'RUNNING'
  | 'SUCCEEDING'
  | 'COMPLETED'
  | 'FAILING'
  | 'FAILED'
  | 'SUBMISSION_FAILED'
  | 'INVALIDATING'
  | 'PENDING_RERUN'
  | 'SUSPENDING'
  | 'SUSPENDED'
  | 'RESUMING';

export interface ApplicationStatus {
  readonly applicationState: { readonly state: ApplicationState; readonly errorMessage?: string };
  readonly sparkApplicationId?: string;
  readonly submissionID?: string;
  readonly lastSubmissionAttemptTime?: string | null;
  readonly terminationTime?: string | null;
  readonly driverInfo: { readonly podName?: string };
  readonly executorState?: Readonly<Record<string, string>>;
  readonly executionAttempts?: number;
  readonly submissionAttempts?: number;
}

export interface SparkApplication extends KubeObject {
  readonly spec: ApplicationSpec;
  readonly status?: ApplicationStatus;
}

export interface ScheduleStatus {
  readonly scheduleState?: 'Scheduled' | 'FailedValidation';
  readonly reason?: string;
  readonly lastRun?: string | null;
  readonly nextRun?: string | null;
  readonly lastRunName?: string;
  readonly pastSuccessfulRunNames?: readonly string[];
  readonly pastFailedRunNames?: readonly string[];
}

export interface ScheduledSparkApplication extends KubeObject {
  readonly spec: {
    readonly schedule: string;
    readonly timeZone?: string;
    readonly concurrencyPolicy?: string;
    readonly suspend?: boolean;
    readonly successfulRunHistoryLimit?: number;
    readonly failedRunHistoryLimit?: number;
    readonly template: ApplicationSpec;
  };
  readonly status?: ScheduleStatus;
}

export interface Pod extends KubeObject {
  readonly spec?: object;
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly state?: { readonly terminated?: { readonly exitCode: number; readonly reason?: string } };
    }[];
  };
}

export interface ConfigMap extends KubeObject {
  readonly data: Readonly<Record<string, string>>;
}

const kubeflow = { group: 'sparkoperator.k8s.io', version: 'v1beta2', namespaced: true } as const;
const core = { group: '', version: 'v1', namespaced: true } as const;

export const apiVersion = 'sparkoperator.k8s.io/v1beta2';
export const applications = defineResource<SparkApplication>({
  ...kubeflow,
  kind: 'SparkApplication',
  plural: 'sparkapplications',
});
export const schedules = defineResource<ScheduledSparkApplication>({
  ...kubeflow,
  kind: 'ScheduledSparkApplication',
  plural: 'scheduledsparkapplications',
});
/** Drivers and executors of applications. */
export const pods = defineResource<Pod>({ ...core, kind: 'Pod', plural: 'pods', labelSelector: appLabel });
/** Those that drivers mount. */
export const configMaps = defineResource<ConfigMap>({
  ...core,
  kind: 'ConfigMap',
  plural: 'configmaps',
  labelSelector: appLabel,
});
export const deployments = defineResource<KubeObject>({
  group: 'apps',
  version: 'v1',
  namespaced: true,
  kind: 'Deployment',
  plural: 'deployments',
  metadataOnly: true,
});

/** What may change without another submission, as with Kubeflow, is left out. */
export function specHashOf({ suspend: _suspend, timeToLiveSeconds: _ttl, ...spec }: ApplicationSpec): string {
  return hashOf(spec);
}

/** What a label of the object names in its namespace; nothing where it has no such label. */
export function namedBy(label: string, { metadata }: KubeObject): readonly ObjectKey[] {
  const name = metadata.labels?.[label];
  return name === undefined ? [] : [{ namespace: metadata.namespace, name }];
}

export function driverNameOf(application: string): string {
  return `${application}-driver`;
}
