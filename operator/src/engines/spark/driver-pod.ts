// What a driver's pod says that Kubeflow's operator does not: the SQL runner's last words, an image that is not there, a
// node that has no room. Pure.
import { annotations, type Reason, reasons } from '../../api/index.ts';
import type { Pod } from '../engine.ts';
import { maxErrorLength, programError } from '../program-error.ts';

export interface PodTrouble {
  readonly reason: Reason;
  readonly message: string;
  /** Without a change by a person it does not go away. */
  readonly isFinal: boolean;
}

/** kubelet: pkg/kubelet/images/types.go */
const imageReasons = /^(ErrImagePull|ImagePullBackOff|ErrImageNeverPull|InvalidImageName|ImageInspectError)$/;

/** The driver of that name, unless it is on its way out. */
export function driverNamed(pods: readonly Pod[], name: string): Pod | undefined {
  return pods.find(({ metadata }) => metadata.name === name && metadata.deletionTimestamp === undefined);
}

/** The spec that it was started from, as render.ts marks it. */
export function configurationOf({ metadata }: Pod): string | undefined {
  return metadata.annotations?.[annotations.configuration];
}

/** What is in the way of this driver; undefined when nothing is known to be. */
export function driverTrouble(pod: Pod): PodTrouble | undefined {
  return lastWords(pod) ?? imageTrouble(pod) ?? placeTrouble(pod);
}

/** A sentence of the runner is about the program; anything else is how it fared. */
function lastWords({ status }: Pod): PodTrouble | undefined {
  for (const { state, lastState } of status?.containerStatuses ?? []) {
    const { exitCode = 0, message = '' } = state?.terminated ?? lastState?.terminated ?? {};
    if (exitCode === 0 || message === '') continue;
    const ours = programError(message);
    if (ours !== undefined) return { reason: reasons.programInvalid, message: ours, isFinal: true };
    return { reason: reasons.jobFailed, message: message.trim().slice(0, maxErrorLength), isFinal: false };
  }
  return undefined;
}

function imageTrouble({ metadata, status }: Pod): PodTrouble | undefined {
  for (const { name, image = '', state } of status?.containerStatuses ?? []) {
    if (!imageReasons.test(state?.waiting?.reason ?? '')) continue;
    const message = `Image ${image} of container ${name} of pod ${metadata.name} cannot be pulled: check engineOptions.spark.image and its registry.`;
    return { reason: reasons.imageUnavailable, message, isFinal: false };
  }
  return undefined;
}

function placeTrouble({ metadata, status }: Pod): PodTrouble | undefined {
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'False') return undefined;
  const message = `Pod ${metadata.name} cannot be scheduled: ${scheduled.message ?? 'the scheduler gives no reason'}`;
  return { reason: reasons.jobStarting, message, isFinal: false };
}
