// Whether a service may do on its bus what it declares, and what makes it so. Pure.
import {
  conditionTypes,
  credentialsOf,
  type EventService,
  type EventServiceStatus,
  groupOf,
  groupPrefixOf,
  reasons,
} from '../api/index.ts';
import type { BusAvailable } from '../bus/index.ts';
import { type AccessDecision, decideAccess, decideAccessOfDeleted } from '../kafka/index.ts';
import type { Change, Verdict } from '../plan/index.ts';
import type { DesiredWorkload } from './desired.ts';
import { grantsOf, type Login, usersOf } from './login.ts';
import type { Observed } from './observe.ts';
import { ownDeployment } from './release.ts';
import { isSameVersion, templateInForce } from './resources/deployment.ts';
import { workloadStatus } from './workload-status.ts';

type Access = Pick<AccessDecision, 'grants' | 'revocations'> & { readonly verdicts: readonly Verdict[] };

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
export function decideServiceAccess(observed: Observed, desired: DesiredWorkload | undefined): Access {
  const { object, bus, login } = observed;
  const nothing = { grants: [], revocations: [] };
  if (bus.state === 'unavailable') {
    const message = `It is not known until the bus can be used: ${bus.verdict.message}`;
    return { ...nothing, verdicts: [{ type, status: 'Unknown', reason: bus.verdict.reason, message }] };
  }
  if (!bus.access || !login) return { ...nothing, verdicts: [givenByOthers(object, bus)] };
  const { grants, revocations, notEnforced } = decideAccess({
    live: bus.access.live,
    grants: grantsOf(object),
    current: login,
    given: givenTo(object, bus, login),
    other: login.other,
    isOtherUnused: isInUse(observed, desired),
    topics: new Set(bus.live.keys()),
    visible: observed.visible,
  });
  return { grants, revocations, verdicts: [granted(login, grants, object), ...unenforced(notEnforced)] };
}

/** Takes both principals away when the service goes. */
export function decideAccessOfDeletedService({ object, bus }: Observed): readonly Change[] {
  if (bus.state === 'unavailable' || !bus.access) return [];
  return decideAccessOfDeleted(bus.access.live, usersOf(object));
}

/** For `status.access`. */
export function accessStatus({ object, bus, login }: Observed): EventServiceStatus['access'] {
  if (bus.state === 'unavailable' || !login) return object.status?.access;
  const { user, epoch, rotation, since, other } = login;
  const isOtherThere = bus.access?.live.users.has(other) ?? false;
  const fingerprint = givenTo(object, bus, login);
  return {
    user,
    epoch,
    since,
    ...(isOtherThere ? { former: other } : {}),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(rotation === undefined ? {} : { rotation }),
  };
}

/** Fingerprint of the login that the brokers were given last; undefined: none, or not by this count of changes. */
export function givenTo(
  { status }: EventService,
  { access }: BusAvailable,
  { user, epoch }: Login,
): string | undefined {
  const known = status?.access;
  return access?.given.get(user) ?? (known?.epoch === epoch ? known.fingerprint : undefined);
}

/** Every pod logs in with the principal in use; true where there are no pods. */
function isInUse(observed: Observed, desired: DesiredWorkload | undefined): boolean {
  const live = ownDeployment(observed);
  if (!live) return true;
  const inForce = templateInForce(live);
  if (!desired || !inForce || !isSameVersion(inForce.version, desired.version)) return false;
  return workloadStatus({ ...observed, deployment: live }).isRolledOut;
}

function granted(login: Login, grants: readonly Change[], service: EventService): Verdict {
  if (grants.length === 0) {
    const message = `User ${login.user} may do what is declared and nothing else: ${grantsOf(service).length} rules.`;
    return { type, status: 'True', reason: reasons.inSync, message };
  }
  const message = `User ${login.user} is being given what is declared.`;
  return { type, status: 'False', reason: reasons.progressing, message, effect: 'waiting' };
}

function unenforced(message: string | undefined): readonly Verdict[] {
  if (message === undefined) return [];
  return [{ type: conditionTypes.accessNotEnforced, status: 'True', reason: reasons.accessNotEnforced, message }];
}

/** Where Sluice makes no principals. */
function givenByOthers({ spec }: EventService, { bus }: BusAvailable): Verdict {
  const name = `EventBus ${bus.metadata.name}`;
  const credentials = credentialsOf(bus);
  if (credentials === 'None') {
    return { type, status: 'True', reason: reasons.notRequired, message: `${name} asks nobody for a login.` };
  }
  if (credentials === 'Provided' && spec.access) {
    const message = `The login is given by Secret ${spec.access.secretRef.name}; what it may do is not Sluice's to say.`;
    return { type, status: 'True', reason: reasons.notRequired, message };
  }
  if (credentials === 'Provided') {
    const message = `${name} wants a login that is given: name the Secret that holds it in spec.access.secretRef.`;
    return { type, status: 'False', reason: reasons.secretNotFound, message };
  }
  if (bus.spec.kafka.strimzi) {
    const message = `${name} wants a login, and Sluice makes none on clusters that Strimzi runs: make a KafkaUser for the service, set access.credentials: Provided there, and name its Secret in spec.access.secretRef.`;
    return { type, status: 'False', reason: reasons.notSupported, message };
  }
  const message = `${name} wants a login, and Sluice makes logins of SCRAM-SHA-512 alone: log the operator in by SCRAM-SHA-512 in kafka.external.sasl, or set access.credentials: Provided there.`;
  return { type, status: 'False', reason: reasons.notSupported, message };
}
