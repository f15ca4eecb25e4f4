// The changes that bring a service's children to what is desired, and those that keep them as they are. Pure.
import { annotations } from '../api/index.ts';
import { secrets } from '../bus/index.ts';
import { applyOf, applySecretOf, type Change, secretHash } from '../plan/index.ts';
import { hashOf } from '../runtime/index.ts';
import { deletionOf } from './deletion.ts';
import { type DesiredWorkload, keptDeployment } from './desired.ts';
import type { Observed } from './observe.ts';
import { ownDeployment } from './release.ts';
import { isSameVersion, templateInForce } from './resources/deployment.ts';
import {
  type Deployment,
  deployments,
  disruptionBudgets,
  networkPolicies,
  serviceAccounts,
  serviceMonitors,
  services,
} from './resources/kinds.ts';

/** What pods need before they start comes before the Deployment; what no pod needs any more goes last. */
export function applyWorkload(
  observed: Observed,
  desired: DesiredWorkload,
  /** Absent: the one Deployment that is desired, with its Secrets, and the Service in front of it. */
  release?: { readonly pods: readonly Change[]; readonly front: readonly Change[] },
): readonly Change[] {
  const { deployment, service, serviceAccount, disruptionBudget, serviceMonitor, networkPolicy, pods, object } =
    observed;
  const { serviceAccount: account, service: front, disruptionBudget: budget, serviceMonitor: monitor } = desired;
  const { networkPolicy: limits } = desired;
  const isAccountUsed = pods.some(({ spec }) => spec.serviceAccountName === object.metadata.name);
  const told = { reason: 'it is not as declared' };
  return [
    ...(release ? [] : secretChanges(observed, desired)),
    ...(account ? applyOf(serviceAccounts, account, serviceAccount, told) : []),
    ...(release?.front ?? (front ? applyOf(services, front, service, told) : [])),
    ...(limits ? applyOf(networkPolicies, limits, networkPolicy, told) : []),
    ...(release?.pods ?? applyOf(deployments, desired.deployment, deployment, deploymentTold(deployment, desired))),
    ...(budget ? applyOf(disruptionBudgets, budget, disruptionBudget, told) : []),
    ...(monitor && observed.hasServiceMonitors ? applyOf(serviceMonitors, monitor, serviceMonitor, told) : []),
    ...(monitor ? [] : deletionOf(observed, serviceMonitors, serviceMonitor, 'the spec has no monitoring any more')),
    ...(budget ? [] : deletionOf(observed, disruptionBudgets, disruptionBudget, 'the spec asks for none any more')),
    ...(limits ? [] : deletionOf(observed, networkPolicies, networkPolicy, 'the spec asks for none any more')),
    ...(front ? [] : deletionOf(observed, services, service, 'the spec has no service any more')),
    ...(account || isAccountUsed
      ? []
      : deletionOf(
          observed,
          serviceAccounts,
          serviceAccount,
          'spec.template names another account and no pod uses it',
        )),
  ];
}

/** The running version stays, and is still scaled, and put right where others changed it. */
export function keepWorkload(observed: Observed): readonly Change[] {
  const live = ownDeployment(observed);
  const kept = live && keptDeployment(observed.object, live);
  if (!kept) return [];
  return applyOf(deployments, kept, live, { reason: 'it is not as the version in force asks for' });
}

/** Ends the pods of a service whose topics are about to be deleted. */
export function removeWorkload(observed: Observed): readonly Change[] {
  return [observed.deployment, observed.otherDeployment].flatMap((live) =>
    deletionOf(observed, deployments, live, 'its topics are deleted with the service'),
  );
}

/** Secrets cannot be read back: the Deployment, written after them, keeps the hash of those that were written. */
function secretChanges({ deployment, isBindingMissing }: Observed, desired: DesiredWorkload): readonly Change[] {
  const written = deployment?.metadata.annotations?.[annotations.bindings];
  const areWritten = written === hashOf(desired.secrets) && !isBindingMissing;
  const reason = isBindingMissing ? 'pods wait for it and it is gone' : 'it tells the pods where the bus is';
  return desired.secrets.flatMap((secret) =>
    applySecretOf(secrets, secret, areWritten ? secretHash(secret) : undefined, { reason }),
  );
}

function deploymentTold(
  live: Deployment | undefined,
  { version, changedContents }: DesiredWorkload,
): Pick<Change, 'reason' | 'risk'> {
  if (!live) return { reason: 'it is not there', risk: 'Safe' };
  const inForce = templateInForce(live)?.version;
  if (inForce && isSameVersion(inForce, version)) return { reason: 'it is not as declared', risk: 'Safe' };
  if (changedContents.length > 0) {
    return { reason: `${changedContents.join(', ')} changed, so its pods are replaced`, risk: 'Disruptive' };
  }
  const reason =
    inForce?.revision === version.revision
      ? 'the bus has another address, so its pods are replaced'
      : 'spec.template changed, so its pods are replaced';
  return { reason, risk: 'Disruptive' };
}
