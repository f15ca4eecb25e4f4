// What Strimzi's conditions come to. The cluster and user operators say what is wrong by NotReady=True, the topic operator
// by Ready=False, and none of the conditions carries a generation: the status does. Pure.
import type { KubeObject } from '../runtime/index.ts';

export interface StrimziCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

export type Readiness =
  | { readonly state: 'ready' }
  /** Not looked at in this generation yet. */
  | { readonly state: 'pending' }
  /** Strimzi's own words. */
  | { readonly state: 'refused'; readonly reason: string; readonly message: string };

export function readinessOf(
  object: KubeObject & {
    readonly status?: { readonly conditions?: readonly StrimziCondition[]; readonly observedGeneration?: number };
  },
): Readiness {
  const { conditions = [], observedGeneration } = object.status ?? {};
  const isCurrent = observedGeneration !== undefined && observedGeneration >= (object.metadata.generation ?? 0);
  const against = conditions.find(
    ({ type, status }) => (type === 'NotReady' && status === 'True') || (type === 'Ready' && status === 'False'),
  );
  // What is said of a former generation may be mended by this one.
  if (!isCurrent) return { state: 'pending' };
  if (against) return { state: 'refused', reason: against.reason ?? 'NotReady', message: against.message ?? '' };
  const isReady = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  return { state: isReady ? 'ready' : 'pending' };
}

/** Such as `NotSupported: Decreasing partitions not supported`. */
export function wordsOf({ reason, message }: { readonly reason: string; readonly message: string }): string {
  return message === '' ? reason : `${reason}: ${message}`;
}
