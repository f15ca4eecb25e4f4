// Whether a service may do on its bus what it declares: its groups and topics, and what its pods log in with. Pure.
import { conditionTypes, groupOf, groupPrefixOf, reasons } from '../api/index.ts';
import { decidePrincipal, type PrincipalAccess } from '../bus/index.ts';
import type { Verdict } from '../plan/index.ts';
import type { DesiredWorkload } from './desired.ts';
import { grantsOf } from './grants.ts';
import type { Observed } from './observe.ts';
import { ownDeployment } from './release.ts';
import { isSameVersion, templateInForce } from './resources/deployment.ts';
import { workloadStatus } from './workload-status.ts';

const type = conditionTypes.accessGranted;

/** What must be changed by a person before anything is done: a group or a topic that is not the service's to use. */
export function accessRefusal({ object, bus }: Observed): Verdict | undefined {
  if (bus.state === 'unavailable') return undefined;
  const refused = { type, status: 'False', effect: 'stalled' } as const;
  const prefix = groupPrefixOf(object.metadata.namespace ?? '');
  for (const entry of object.spec.consumes ?? []) {
    const group = groupOf(object, entry);
    if (group.startsWith(prefix) || bus.bus.spec.policy?.sharedGroups?.includes(group)) continue;
    const message = `spec.consumes of topic ${entry.topic}: group ${group} does not begin with "${prefix}", so it is another namespace's to use: name it ${prefix}${group}, leave it out for ${groupOf(object)}, or have it added to policy.sharedGroups of EventBus ${bus.bus.metadata.name}.`;
    return { ...refused, reason: reasons.groupNotAllowed, message };
  }
  const [message] = bus.forbiddenReads.values();
  return message === undefined ? undefined : { ...refused, reason: reasons.readerNotAllowed, message };
}

/** For a service that nothing speaks against. `desired`: absent while the bus cannot be used. */
export function decideServiceAccess(observed: Observed, desired: DesiredWorkload | undefined): PrincipalAccess {
  return decidePrincipal(observed, {
    grants: grantsOf(observed.object),
    isOtherUnused: isInUse(observed, desired),
  });
}

/** Every pod is of the newest version, and so logs in with the principal in use; true where there are no pods. */
export function isInUse(observed: Observed, desired: DesiredWorkload | undefined): boolean {
  const live = ownDeployment(observed);
  if (!live) return true;
  const inForce = templateInForce(live);
  if (!desired || !inForce || !isSameVersion(inForce.version, desired.version)) return false;
  return workloadStatus({ ...observed, deployment: live }).isRolledOut;
}
