// The status of a service, from what was seen and decided. Pure.
import { annotations, type EventService, type EventServiceStatus, type ReleaseStatus } from '../api/index.ts';
import { accessStatus, decideOnBus } from '../bus/index.ts';
import type { CommonStatus } from '../plan/index.ts';
import { decideBlueGreen } from './blue-green/decide.ts';
import { servingOf } from './blue-green/target.ts';
import type { Observed } from './observe.ts';
import { ownDeployment } from './release.ts';
import { kafkaBindingName } from './resources/binding.ts';
import { templateInForce } from './resources/deployment.ts';
import type { Deployment } from './resources/kinds.ts';
import { activeColourOf, colourSelector, selectorText } from './resources/labels.ts';
import { workloadStatus } from './workload-status.ts';

export function report(observed: Observed, common: CommonStatus): EventServiceStatus {
  const { object } = observed;
  // What is known of topics and subjects depends on no clock.
  const bus = decideOnBus(observed.bus, new Date(0));
  const { topics, subjects } = bus;
  const { release } = observed;
  const decision = release && decideBlueGreen({ ...observed, release }, bus);
  const live = ownDeployment(observed);
  const access = accessStatus(observed);
  return {
    ...common,
    ...(live ? workloadFields(observed, live) : { replicas: 0, readyReplicas: 0 }),
    ...(decision ? { release: decision.next } : {}),
    selector: selectorText(colourSelector(object, decision?.target.serving ?? activeColourOf(object))),
    ...(access ? { access } : {}),
    ...(topics.length === 0 ? {} : { topics }),
    ...(subjects.length === 0 ? {} : { subjects }),
  };
}

function workloadFields(observed: Observed, live: Deployment): Partial<EventServiceStatus> {
  const { object } = observed;
  const { replicas, readyReplicas, isRolledOut } = workloadStatus({ ...observed, deployment: live });
  const release = releaseOf(object, live, isRolledOut);
  // As in blue-green/changes.ts: colour b's Secret, where versions have a login each.
  const hasOwnLogin = servingOf(object) === 'b' && object.status?.release?.active?.login !== undefined;
  const hasBinding = live.metadata.annotations?.[annotations.bindings] !== undefined;
  return {
    replicas,
    readyReplicas,
    ...(release ? { release } : {}),
    ...(hasBinding ? { binding: { name: kafkaBindingName(object, hasOwnLogin ? '-b' : '') } } : {}),
  };
}

/** A version that rolls out is the candidate; which one was active before is remembered. */
function releaseOf(service: EventService, live: Deployment, isRolledOut: boolean): ReleaseStatus | undefined {
  const revision = templateInForce(live)?.version.revision;
  if (revision === undefined) return undefined;
  const newest = { colour: activeColourOf(service), revision };
  const active = service.status?.release?.active;
  if (isRolledOut || active?.revision === revision) return { phase: 'Stable', active: newest };
  return { phase: 'Promoting', ...(active ? { active } : {}), candidate: newest };
}
