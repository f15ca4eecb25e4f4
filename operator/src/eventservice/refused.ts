// What the API server would not take, or what is in the way of it: then nothing of the spec is carried out. Pure.
import { conditionTypes, reasons } from '../api/index.ts';
import type { Verdict } from '../plan/index.ts';
import { conflictOf } from './conflict.ts';
import type { Observed } from './observe.ts';
import { hasServiceAccount } from './resources/pod-template.ts';

/** On ReleaseHealthy; undefined when nothing speaks against the spec. */
export function refusedVerdict(observed: Observed): Verdict | undefined {
  const { object, deployment, service, serviceAccount, refusals } = observed;
  const refused = { type: conditionTypes.releaseHealthy, status: 'False' } as const;
  const conflict = conflictOf(object, [
    deployment,
    object.spec.service ? service : undefined,
    hasServiceAccount(object) ? undefined : serviceAccount,
    object.spec.disruption ? observed.disruptionBudget : undefined,
  ]);
  if (conflict) return { ...refused, reason: reasons.conflict, ...conflict };
  if (refusals.deployment !== undefined) return { ...refused, ...templateRefused(refusals.deployment) };
  if (refusals.pod !== undefined) return { ...refused, ...templateRefused(refusals.pod, 'pods') };
  if (refusals.service !== undefined) {
    const message = `The API server refuses the Service of spec.service: ${refusals.service}`;
    return { ...refused, reason: reasons.serviceRefused, message, effect: 'stalled' };
  }
  return undefined;
}

export function templateRefused(
  words: string,
  what: 'Deployment' | 'pods' = 'Deployment',
): Pick<Verdict, 'reason' | 'message' | 'effect'> {
  const message = `The API server refuses the ${what} of spec.template: ${words}`;
  return { reason: reasons.templateRefused, message, effect: 'stalled' };
}
