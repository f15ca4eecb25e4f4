// Status conditions as Kubernetes defines them (apimachinery: pkg/api/meta/conditions.go). Pure.

export type ConditionStatus = 'True' | 'False' | 'Unknown';

export interface Condition {
  readonly type: string;
  readonly status: ConditionStatus;
  /** CamelCase word for machines, at most 1024 characters. */
  readonly reason: string;
  /** Sentence for people, at most 32768 characters. */
  readonly message: string;
  readonly observedGeneration?: number;
  /** RFC 3339; when `status` last flipped, not when the text last changed. */
  readonly lastTransitionTime: string;
}

export type DesiredCondition = Omit<Condition, 'lastTransitionTime'>;

// apimachinery: pkg/apis/meta/v1/types.go, the validation markers of Condition.
const reasonPattern = /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/;
const maxReasonLength = 1024;
const maxMessageLength = 32_768;

/**
 * The conditions with `desired` set. `changed` is false, and the very same array comes back, when nothing differs.
 * A message over the API's limit is cut; a reason the API server would refuse throws a RangeError, since it is a
 * constant in our code and the whole status would be lost with it.
 */
export function setCondition(
  conditions: readonly Condition[],
  desired: DesiredCondition,
  now: Date,
): { readonly conditions: readonly Condition[]; readonly changed: boolean } {
  if (desired.reason.length > maxReasonLength || !reasonPattern.test(desired.reason)) {
    throw new RangeError(`condition ${desired.type}: the reason "${desired.reason}" is not a valid reason`);
  }
  const existing = conditions.find(({ type }) => type === desired.type);
  const next: Condition = {
    ...desired,
    message: desired.message.slice(0, maxMessageLength),
    lastTransitionTime:
      existing?.status === desired.status ? existing.lastTransitionTime : `${now.toISOString().slice(0, 19)}Z`,
  };
  if (!existing) return { conditions: [...conditions, next], changed: true };
  if (isSame(existing, next)) return { conditions, changed: false };
  return { conditions: conditions.map((condition) => (condition === existing ? next : condition)), changed: true };
}

export function isConditionTrue(conditions: readonly Condition[], type: string): boolean {
  return conditions.some((condition) => condition.type === type && condition.status === 'True');
}

function isSame(a: Condition, b: Condition): boolean {
  return (
    a.status === b.status &&
    a.reason === b.reason &&
    a.message === b.message &&
    a.observedGeneration === b.observedGeneration
  );
}
