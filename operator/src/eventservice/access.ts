// Whether a service may do on its bus what it declares. Pure.
import { conditionTypes, credentialsOf, type EventService, groupOf, groupPrefixOf, reasons } from '../api/index.ts';
import type { BusObservation } from '../bus/index.ts';
import type { Verdict } from '../plan/index.ts';

/** AccessGranted. A group that is not the namespace's to use stalls the service. */
export function accessVerdict(service: EventService, bus: BusObservation): Verdict {
  const type = conditionTypes.accessGranted;
  const prefix = groupPrefixOf(service.metadata.namespace ?? '');
  for (const entry of service.spec.consumes ?? []) {
    const group = groupOf(service, entry);
    if (group.startsWith(prefix)) continue;
    const message = `spec.consumes of topic ${entry.topic}: group ${group} does not begin with "${prefix}", so it is another namespace's to use: name it ${prefix}${group}, or leave it out for ${groupOf(service)}.`;
    return { type, status: 'False', reason: reasons.groupNotAllowed, message, effect: 'stalled' };
  }
  if (bus.state === 'unavailable') {
    const message = `It is not known until the bus can be used: ${bus.verdict.message}`;
    return { type, status: 'Unknown', reason: bus.verdict.reason, message };
  }
  if (credentialsOf(bus.bus.spec) === 'None') {
    const message = `EventBus ${bus.bus.metadata.name} asks nobody for a login.`;
    return { type, status: 'True', reason: reasons.notRequired, message };
  }
  const message = `EventBus ${bus.bus.metadata.name} wants a login, and this release of Sluice puts none into bindings: mount one by spec.template.`;
  return { type, status: 'False', reason: reasons.notSupported, message };
}
