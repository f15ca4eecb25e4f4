// Whether the running version serves and whether the newest has taken over, read from the Deployment and its pods. Pure.
import { conditionTypes, labels, reasons } from '../api/index.ts';
import type { Verdict } from '../plan/index.ts';
import { keyOf } from '../runtime/index.ts';
import { type Trouble, troubleOf } from './pod-trouble.ts';
import type { Condition, Deployment, Pod } from './resources/kinds.ts';

export interface WorkloadStatus {
  /** WorkloadAvailable: of whatever version. */
  readonly available: Verdict;
  /** ReleaseHealthy: of the version that the Deployment asks for. */
  readonly release: Verdict;
  /** It has taken over, and no pod of another version is left. */
  readonly isRolledOut: boolean;
  readonly replicas: number;
  readonly readyReplicas: number;
}

export interface ObservedWorkload {
  readonly deployment: Deployment;
  readonly pods: readonly Pod[];
  /** ConfigMaps that the template needs and that are not there. Explains pods that wait without saying for what. */
  readonly missingConfigMaps: readonly string[];
}

export function workloadStatus({ deployment, pods, missingConfigMaps }: ObservedWorkload): WorkloadStatus {
  const { status = {}, spec } = deployment;
  const { replicas = 0, readyReplicas = 0 } = status;
  const wanted = spec.replicas ?? 1;
  const name = `Deployment ${keyOf(deployment.metadata)}`;
  const isCurrent = (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0);
  const available = conditionOf(deployment, 'Available');
  const progressing = conditionOf(deployment, 'Progressing');
  const isOverdue = isCurrent && progressing?.status === 'False';
  // The Deployment's controller keeps that reason while it scales.
  const isRolledOut =
    isCurrent && progressing?.reason === 'NewReplicaSetAvailable' && (status.updatedReplicas ?? 0) === replicas;

  const revision = spec.template.metadata?.labels?.[labels.revision];
  const newest = pods.filter(({ metadata }) => metadata.labels?.[labels.revision] === revision);
  const refusal = refusalOf(deployment);
  const missing = missingConfigMap(deployment, missingConfigMaps);
  const effect = isOverdue ? 'stalled' : 'waiting';
  const counted: Trouble = {
    reason: reasons.podsNotReady,
    message: `${readyReplicas} of ${wanted} pods of ${name} are ready.`,
  };
  const progress: Trouble = { reason: reasons.progressing, message: `${name} is rolling out.` };

  const type = conditionTypes.workloadAvailable;
  const serving: Verdict =
    available?.status === 'True'
      ? {
          type,
          status: 'True',
          reason: reasons.available,
          message: wanted === 0 ? `${name} is scaled to 0.` : `${name} serves.`,
        }
      : {
          type,
          status: 'False',
          ...(refusal ?? troubleOf(pods) ?? missing ?? (available || isOverdue ? counted : progress)),
          effect,
        };

  return {
    available: serving,
    release: isRolledOut
      ? succeeded(name)
      : rollOut(refusal ?? troubleOf(newest) ?? missing, progress, counted, isOverdue),
    isRolledOut,
    replicas,
    readyReplicas,
  };
}

function succeeded(name: string): Verdict {
  const message = `All pods of ${name} are of this version.`;
  return { type: conditionTypes.releaseHealthy, status: 'True', reason: reasons.succeeded, message };
}

function rollOut(trouble: Trouble | undefined, progress: Trouble, counted: Trouble, isOverdue: boolean): Verdict {
  const type = conditionTypes.releaseHealthy;
  const effect = isOverdue ? 'stalled' : 'waiting';
  if (trouble) {
    const isRefused = trouble.reason === reasons.templateRefused;
    return { type, status: 'False', ...trouble, effect: isRefused ? 'stalled' : effect };
  }
  if (isOverdue) {
    return {
      type,
      status: 'False',
      reason: counted.reason,
      message: `${counted.message} The release is over its release.deadlineSeconds.`,
      effect,
    };
  }
  return { type, status: 'Unknown', ...progress, effect };
}

/** Pods that the API server refuses: Pod Security, quota, an admission webhook. */
function refusalOf(deployment: Deployment): Trouble | undefined {
  const failure = conditionOf(deployment, 'ReplicaFailure');
  if (failure?.status !== 'True') return undefined;
  // Each attempt is under another random name.
  const words = (failure.message ?? failure.reason ?? '').replaceAll(/(pods? ")([^"]*-)[a-z0-9]{5}"/g, '$1$2…"');
  const isRefused = /forbidden|invalid|denied/i.test(words) && !/exceeded quota/i.test(words);
  return {
    reason: isRefused ? reasons.templateRefused : reasons.podsNotReady,
    message: `Pods of Deployment ${keyOf(deployment.metadata)} cannot be created: ${words}`,
  };
}

function missingConfigMap({ metadata }: Deployment, names: readonly string[]): Trouble | undefined {
  const [name] = names;
  if (name === undefined) return undefined;
  const configMap = keyOf({ namespace: metadata.namespace, name });
  return {
    reason: reasons.configMapNotFound,
    message: `ConfigMap ${configMap}, which spec.template uses, does not exist: create it; its pods wait for it.`,
  };
}

function conditionOf({ status }: Deployment, type: string): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}
