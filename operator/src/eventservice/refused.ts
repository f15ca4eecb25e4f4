// What the API server would not take, or what is in the way of it: then nothing of the spec is carried out. Pure.
import { conditionTypes, reasons } from '../api/index.ts';
import type { Explain, Verdict } from '../plan/index.ts';
import { conflictOf } from './conflict.ts';
import type { Observed } from './observe.ts';
import { apiServerWords } from './refusal.ts';
import { deployments, networkPolicies, services } from './resources/kinds.ts';
import { hasServiceAccount } from './resources/pod-template.ts';

/** On ReleaseHealthy; undefined when nothing speaks against the spec. */
export function refusedVerdict(observed: Observed): Verdict | undefined {
  const { object, deployment, service, serviceAccount, refusals } = observed;
  const refused = { type: conditionTypes.releaseHealthy, status: 'False' } as const;
  const conflict = conflictOf(object, [
    deployment,
    ...(observed.release ? [observed.otherDeployment, observed.release.previewService] : []),
    object.spec.service ? service : undefined,
    hasServiceAccount(object) ? undefined : serviceAccount,
    object.spec.disruption ? observed.disruptionBudget : undefined,
    object.spec.monitoring ? observed.serviceMonitor : undefined,
    object.spec.networkPolicy ? observed.networkPolicy : undefined,
  ]);
  if (conflict) return { ...refused, reason: reasons.conflict, ...conflict };
  if (refusals.deployment !== undefined) return { ...refused, ...templateRefused(refusals.deployment) };
  if (refusals.pod !== undefined) return { ...refused, ...templateRefused(refusals.pod, 'pods') };
  if (refusals.service !== undefined) return { ...refused, ...serviceRefused(refusals.service) };
  if (refusals.networkPolicy !== undefined) return { ...refused, ...networkPolicyRefused(refusals.networkPolicy) };
  return undefined;
}

/** What the dry run let through and the apply did not: dry runs allocate no node ports, for one. */
export const explainRefusal: Explain = ({ change, error }) => {
  const words = apiServerWords(error);
  if (words === undefined || change.action !== 'Apply') return undefined;
  const refused = { type: conditionTypes.releaseHealthy, status: 'False' } as const;
  if (change.resource.kind === deployments.kind) return { ...refused, ...templateRefused(words) };
  if (change.resource.kind === services.kind) return { ...refused, ...serviceRefused(words) };
  if (change.resource.kind === networkPolicies.kind) return { ...refused, ...networkPolicyRefused(words) };
  return undefined;
};

function serviceRefused(words: string): Pick<Verdict, 'reason' | 'message' | 'effect'> {
  const message = `The API server refuses the Service of spec.service: ${words}`;
  return { reason: reasons.serviceRefused, message, effect: 'stalled' };
}

function networkPolicyRefused(words: string): Pick<Verdict, 'reason' | 'message' | 'effect'> {
  const message = `The API server refuses the NetworkPolicy of spec.networkPolicy: ${words}`;
  return { reason: reasons.networkPolicyRefused, message, effect: 'stalled' };
}

function templateRefused(
  words: string,
  what: 'Deployment' | 'pods' = 'Deployment',
): Pick<Verdict, 'reason' | 'message' | 'effect'> {
  const message = `The API server refuses the ${what} of spec.template: ${words}`;
  return { reason: reasons.templateRefused, message, effect: 'stalled' };
}
