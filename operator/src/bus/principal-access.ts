// Whether a service or a job may do on its bus what it declares, and what makes it so. Pure.
import {
  busKeyOf,
  conditionTypes,
  credentialsOf,
  type EventService,
  type EventServiceStatus,
  reasons,
  type StreamJob,
} from '../api/index.ts';
import { type AccessDecision, decideAccess, decideAccessOfDeleted, fingerprintOf } from '../kafka/index.ts';
import type { Change, Grant, Verdict } from '../plan/index.ts';
import type { ReconcileContext } from '../runtime/index.ts';
import { awaitAccess, isChildOf, type KafkaUsers, kafkaUsers, passwordSecretName } from '../strimzi/index.ts';
import type { BusAvailable, BusObservation } from './observation.ts';
import type { Passwords } from './passwords.ts';
import { type Login, loginOf, usersOf } from './principal.ts';
import { secrets } from './resources.ts';

type Holder = EventService | StreamJob;

export interface PrincipalObserved {
  readonly object: Holder;
  readonly bus: BusObservation;
  /** Absent: the bus is not one that Sluice makes principals on. */
  readonly login?: Login;
  /** Topics that the login sees when it is used; undefined: it was not tried. */
  readonly visible?: ReadonlySet<string>;
}

export interface PrincipalUse {
  /** What follows from the declarations. */
  readonly grants: readonly Grant[];
  /** Nothing that runs logs in with the other principal any more. */
  readonly isOtherUnused: boolean;
}

export type PrincipalAccess = Pick<AccessDecision, 'grants' | 'revocations'> & {
  /** Strimzi has not made the login as it is declared yet: what logs in with it must not go live. */
  readonly isAwaited: boolean;
  /** AccessGranted, and AccessNotEnforced where rules do not bind. */
  readonly verdicts: readonly Verdict[];
};

const type = conditionTypes.accessGranted;

/** For one that nothing speaks against. */
export function decidePrincipal(observed: PrincipalObserved, use: PrincipalUse): PrincipalAccess {
  const { object, bus, login } = observed;
  const nothing = { grants: [], revocations: [], isAwaited: false };
  if (bus.state === 'unavailable') {
    const message = `It is not known until the bus can be used: ${bus.verdict.message}`;
    return { ...nothing, verdicts: [{ type, status: 'Unknown', reason: bus.verdict.reason, message }] };
  }
  if (!bus.access || !login) return { ...nothing, verdicts: [givenByOthers(object, bus)] };
  const decision = decideAccess({
    live: bus.access.live,
    grants: use.grants,
    current: login,
    given: givenTo(object, bus, login),
    other: login.other,
    isOtherUnused: use.isOtherUnused,
    topics: new Set(bus.live.keys()),
    visible: observed.visible,
  });
  const users = bus.access.kafkaUsers;
  const awaited = users ? awaitAccess(bus.bus, decision, users) : { ...decision, isAwaited: false, verdict: undefined };
  const verdict = awaited.verdict ?? granted(login, decision.grants, use.grants);
  return {
    grants: awaited.grants,
    revocations: awaited.revocations,
    isAwaited: awaited.isAwaited,
    verdicts: [verdict, ...unenforced(decision.notEnforced)],
  };
}

/** Takes both principals away when what they are for goes. */
export function decidePrincipalsOfDeleted({ object, bus }: PrincipalObserved): readonly Change[] {
  const users = bus.state === 'unavailable' ? bus.kafkaUsers : bus.access?.kafkaUsers;
  if (users) return removalOf(users, busKeyOf(object));
  if (bus.state === 'unavailable' || !bus.access) return [];
  return decideAccessOfDeleted(bus.access.live, usersOf(object));
}

/** As resources, which go whether the brokers are there or not. What is not Sluice's stays. */
function removalOf(users: KafkaUsers, bus: ReturnType<typeof busKeyOf>): readonly Change[] {
  const told = { action: 'Delete', risk: 'Safe', reason: 'what it logs in was deleted' } as const;
  return [...users].flatMap(([user, kafkaUser]) => {
    if (!kafkaUser || !isChildOf(kafkaUser, { metadata: bus })) return [];
    const { namespace, uid } = kafkaUser.metadata;
    const password = { ...told, resource: secrets, key: { namespace, name: passwordSecretName(user) } };
    // In this order, so that for as long as the Secret is there something tells of it.
    return [password, { ...told, resource: kafkaUsers, key: { namespace, name: user }, ...(uid ? { uid } : {}) }];
  });
}

/** For `status.access`. */
export function accessStatus({ object, bus, login }: PrincipalObserved): EventServiceStatus['access'] {
  if (bus.state === 'unavailable' || !login) return object.status?.access;
  const { user, epoch, rotation, since, other } = login;
  const isOtherThere = bus.access?.live.users.has(other) ?? false;
  const fingerprint = givenTo(object, bus, login) ?? rememberedOf(object, login);
  return {
    user,
    epoch,
    since,
    ...(isOtherThere ? { former: other } : {}),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(rotation === undefined ? {} : { rotation }),
  };
}

/** Whether the object has or had a principal: what is to be cleaned up when it goes. */
export function hasPrincipal({ object, login }: PrincipalObserved): boolean {
  return login !== undefined || object.status?.access !== undefined;
}

/** The login of one that lives; undefined where the bus is not one that Sluice makes principals on. */
export async function observeLogin(
  object: Holder,
  bus: BusObservation,
  { client }: Pick<ReconcileContext, 'client'>,
  passwords: Passwords,
): Promise<Login | undefined> {
  if (bus.state !== 'available' || !bus.access) return undefined;
  return loginOf(object, bus.bus.spec, await passwords.load(client), new Date());
}

/** What the login sees when it is used: not asked before the brokers were given it. */
export async function observeVisible(
  object: Holder,
  bus: BusObservation,
  login: Login | undefined,
): Promise<Pick<PrincipalObserved, 'visible'>> {
  if (bus.state !== 'available' || !bus.access || !login) return {};
  if (givenTo(object, bus, login) !== fingerprintOf(login)) return {};
  const visible = await bus.access.visibleTo(login);
  return visible ? { visible } : {};
}

/** Fingerprint of the login that the brokers were given last; undefined: none, or not by this count of changes. */
function givenTo(object: Holder, { access }: BusAvailable, login: Login): string | undefined {
  const given = access?.given.get(login.user);
  // KafkaUsers tell of every one that is given.
  return access?.kafkaUsers ? given : (given ?? rememberedOf(object, login));
}

function rememberedOf({ status }: Holder, { epoch }: Login): string | undefined {
  return status?.access?.epoch === epoch ? status.access.fingerprint : undefined;
}

function granted(login: Login, grants: readonly Change[], declared: readonly Grant[]): Verdict {
  if (grants.length === 0) {
    const message = `User ${login.user} may do what is declared and nothing else: ${declared.length} rules.`;
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
function givenByOthers({ spec }: Holder, { bus }: BusAvailable): Verdict {
  const name = `EventBus ${bus.metadata.name}`;
  const credentials = credentialsOf(bus);
  if (credentials === 'None') {
    return { type, status: 'True', reason: reasons.notRequired, message: `${name} asks nobody for a login.` };
  }
  if (credentials === 'Provided' && spec.access?.secretRef) {
    const message = `The login is given by Secret ${spec.access.secretRef.name}; what it may do is not Sluice's to say.`;
    return { type, status: 'True', reason: reasons.notRequired, message };
  }
  if (credentials === 'Provided') {
    const message = `${name} wants a login that is given: name the Secret that holds it in spec.access.secretRef.`;
    return { type, status: 'False', reason: reasons.secretNotFound, message };
  }
  if (bus.spec.kafka.strimzi) {
    const message = `${name} wants a login, and its listener asks for none: name one with scram-sha-512 in kafka.strimzi.listener, or leave access out there.`;
    return { type, status: 'False', reason: reasons.notSupported, message };
  }
  const message = `${name} wants a login, and Sluice makes logins of SCRAM-SHA-512 alone: log the operator in by SCRAM-SHA-512 in kafka.external.sasl, or set access.credentials: Provided there.`;
  return { type, status: 'False', reason: reasons.notSupported, message };
}
