// What the job manager's pod says that the Flink operator does not: the SQL runner's last words, an image that is not
// there, a node that has no room. Pure.
import { type Reason, reasons } from '../../api/index.ts';
import type { Pod } from '../engine.ts';
import { programError } from '../program-error.ts';

export interface PodTrouble {
  readonly reason: Reason;
  readonly message: string;
  /** It may go away without a change of the spec. */
  readonly isRetried: boolean;
}

/** kubelet: pkg/kubelet/images/types.go */
const imageReasons = /^(ErrImagePull|ImagePullBackOff|ErrImageNeverPull|InvalidImageName|ImageInspectError)$/;

/** The trouble of the pods that run these scripts; undefined when they have none. */
export function jobManagerTrouble(pods: readonly Pod[], configMapName: string | undefined): PodTrouble | undefined {
  const newest = pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .filter(({ spec }) => spec?.volumes?.some(({ configMap }) => configMap?.name === configMapName))
    .sort((a, b) => Date.parse(b.metadata.creationTimestamp ?? '') - Date.parse(a.metadata.creationTimestamp ?? ''))[0];
  return newest && (lastWords(newest) ?? imageTrouble(newest) ?? placeTrouble(newest));
}

function lastWords({ status }: Pod): PodTrouble | undefined {
  for (const { state, lastState } of status?.containerStatuses ?? []) {
    const message = programError((state?.terminated ?? lastState?.terminated)?.message ?? '');
    if (message !== undefined) return { reason: reasons.programInvalid, message, isRetried: false };
  }
  return undefined;
}

function imageTrouble({ metadata, status }: Pod): PodTrouble | undefined {
  for (const { name, image = '', state } of status?.containerStatuses ?? []) {
    if (!imageReasons.test(state?.waiting?.reason ?? '')) continue;
    const message = `Image ${image} of container ${name} of pod ${metadata.name} cannot be pulled: check engineOptions.flink.image and its registry.`;
    return { reason: reasons.imageUnavailable, message, isRetried: true };
  }
  return undefined;
}

function placeTrouble({ metadata, status }: Pod): PodTrouble | undefined {
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'False') return undefined;
  const message = `Pod ${metadata.name} cannot be scheduled: ${scheduled.message ?? 'the scheduler gives no reason'}`;
  return { reason: reasons.jobStarting, message, isRetried: true };
}
