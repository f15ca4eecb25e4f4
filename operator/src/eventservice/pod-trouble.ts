// What keeps pods from serving, in a sentence that stays the same while nothing changes: container states alternate
// (ErrImagePull and ImagePullBackOff, Running and CrashLoopBackOff), counts and random names move. Pure.
import { type Reason, reasons } from '../api/index.ts';
import { keyOf } from '../runtime/index.ts';
import type { ContainerStatus, Pod } from './resources/kinds.ts';

export interface Trouble {
  readonly reason: Reason;
  /** Names the pod, the container and the next step. */
  readonly message: string;
}

/** A container's last words in a condition; the whole is in its log. */
const maxLastWords = 300;

// kubelet: pkg/kubelet/images/types.go
const imageReasons = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
  'InvalidImageName',
  'SignatureValidationFailed',
]);
/** Most telling first: a pod that cannot be scheduled says less than one that ends. */
const ranking: readonly Reason[] = [
  reasons.imageUnavailable,
  reasons.configMapNotFound,
  reasons.secretNotFound,
  reasons.podsFailing,
  reasons.podsNotReady,
];

/** The most telling trouble among the pods, the first by name of those that have it; undefined when they have none. */
export function troubleOf(pods: readonly Pod[]): Trouble | undefined {
  const found = [...pods]
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .flatMap((pod) => troubleOfPod(pod) ?? []);
  const rank = ({ reason }: Trouble) => ranking.indexOf(reason);
  return found.reduce<Trouble | undefined>((best, next) => (best && rank(best) <= rank(next) ? best : next), undefined);
}

function troubleOfPod(pod: Pod): Trouble | undefined {
  if (pod.metadata.deletionTimestamp !== undefined) return undefined;
  const { initContainerStatuses = [], containerStatuses = [], conditions = [] } = pod.status ?? {};
  const scheduled = conditions.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False') {
    const why = scheduled.message ?? scheduled.reason ?? 'the scheduler gives no reason';
    return { reason: reasons.podsNotReady, message: `Pod ${keyOf(pod.metadata)} cannot be scheduled: ${why}` };
  }
  const name = `of pod ${keyOf(pod.metadata)}`;
  for (const status of [...initContainerStatuses, ...containerStatuses]) {
    const trouble = imageTrouble(status, name) ?? configurationTrouble(status, name) ?? failure(status, name);
    if (trouble) return trouble;
  }
  return undefined;
}

function imageTrouble({ name, image = '', state }: ContainerStatus, ofPod: string): Trouble | undefined {
  const reason = state?.waiting?.reason ?? '';
  if (!imageReasons.has(reason)) return undefined;
  const what = {
    ErrImageNeverPull: 'is not on the node and imagePullPolicy is Never: load it there or change the policy',
    InvalidImageName: 'has no valid name: correct it in spec.template',
  }[reason];
  const cannot = 'cannot be pulled: check its name, its registry and imagePullSecrets';
  return {
    reason: reasons.imageUnavailable,
    message: `Image ${image} of container ${name} ${ofPod} ${what ?? cannot}.`,
  };
}

function configurationTrouble({ name, state }: ContainerStatus, ofPod: string): Trouble | undefined {
  const { reason, message = '' } = state?.waiting ?? {};
  if (reason !== 'CreateContainerConfigError' && reason !== 'CreateContainerError' && reason !== 'RunContainerError') {
    return undefined;
  }
  const told = `Container ${name} ${ofPod} cannot be created: ${message || reason}`;
  if (/configmap/i.test(message)) return { reason: reasons.configMapNotFound, message: told };
  if (/secret/i.test(message)) return { reason: reasons.secretNotFound, message: told };
  return { reason: reasons.podsFailing, message: told };
}

/** A container that ended and may be running again, not ready: a crash loop looks like this on every second look. */
function failure({ name, ready, state, lastState }: ContainerStatus, ofPod: string): Trouble | undefined {
  const ended = state?.terminated ?? lastState?.terminated;
  if (ready || !ended || (ended.exitCode === 0 && state?.waiting?.reason !== 'CrashLoopBackOff')) return undefined;
  const how = ended.reason === 'OOMKilled' ? 'was OOMKilled (memory limit)' : `ended with exit code ${ended.exitCode}`;
  const words = ended.message?.trim();
  const said = words ? `: ${words.slice(-maxLastWords)}` : '';
  return {
    reason: reasons.podsFailing,
    message: `Container ${name} ${ofPod} ${how}${said}; see its log with kubectl logs --previous.`,
  };
}

/** After this a pod that waits for its volumes waits for something that is not there, ms. */
const volumesOverdueMs = 30_000;

/** Whether a pod has been waiting for its volumes: of what it waits for, its status says nothing. */
export function isAwaitingVolumes(pods: readonly Pod[], now: Date): boolean {
  return pods.some(({ metadata, status }) => {
    const ageMs = now.getTime() - Date.parse(metadata.creationTimestamp ?? now.toISOString());
    const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
    const hasNoneBegun = containers.every(({ state }) => notBegun.has(state?.waiting?.reason ?? ''));
    return ageMs > volumesOverdueMs && containers.length > 0 && hasNoneBegun;
  });
}

// kubelet: pkg/kubelet/kubelet_pods.go; the second where the pod has init containers.
const notBegun = new Set(['ContainerCreating', 'PodInitializing']);
