// What of a decision about users and rules is written to KafkaUsers already and is Strimzi's to carry out: it is not written
// again, and what Strimzi says of it is said. Pure.
import { conditionTypes, type EventBus, reasons } from '../api/index.ts';
import { type AccessDecision, principalOf } from '../kafka/index.ts';
import type { Change, Verdict } from '../plan/index.ts';
import { isChildOf } from './child.ts';
import { readinessOf, wordsOf } from './readiness.ts';
import { type KafkaUser, pauseAnnotation } from './resources.ts';
import { hasPassword, type KafkaUsers, nameOfUser, ruleKey, ruleOf, rulesOf } from './user.ts';

export interface AwaitedAccess extends Pick<AccessDecision, 'grants' | 'revocations'> {
  /** The brokers have not all that is granted: what logs in with it must not go live. */
  readonly isAwaited: boolean;
  /** What is waited for, on AccessGranted; undefined: nothing. */
  readonly verdict: Verdict | undefined;
}

const type = conditionTypes.accessGranted;

export function awaitAccess(
  bus: EventBus,
  { grants, revocations }: Pick<AccessDecision, 'grants' | 'revocations'>,
  users: KafkaUsers,
): AwaitedAccess {
  const foreign = [...users.values()].find((kafkaUser) => kafkaUser && !isChildOf(kafkaUser, bus));
  if (foreign) return { grants: [], revocations: [], isAwaited: true, verdict: foreignVerdict(foreign, bus) };
  const awaited = grants.flatMap((change) => (isWritten(change, users) ? (kafkaUserOf(change, users) ?? []) : []));
  return {
    grants: grants.filter((change) => !isWritten(change, users)),
    revocations: withoutNeedless(revocations).filter((change) => !isWritten(change, users)),
    isAwaited: grants.length > 0,
    verdict: awaited[0] && awaitedVerdict(awaited[0]),
  };
}

/** A user's rules go with its KafkaUser. */
function withoutNeedless(changes: readonly Change[]): readonly Change[] {
  const gone = new Set(changes.flatMap((change) => (change.action === 'DeleteUser' ? [change.user] : [])));
  return changes.filter((change) => change.action !== 'RevokeAccess' || !gone.has(change.user));
}

function kafkaUserOf(change: Change, users: KafkaUsers): KafkaUser | undefined {
  return 'user' in change ? users.get(change.user) : undefined;
}

/** Whether the KafkaUser says already what the change asks for. */
function isWritten(change: Change, users: KafkaUsers): boolean {
  const kafkaUser = kafkaUserOf(change, users);
  if (change.action === 'DeleteUser') return kafkaUser === undefined;
  if (change.action === 'RevokeAccess') {
    const said = new Set(kafkaUser ? rulesOf(kafkaUser).map(ruleKey) : []);
    return change.acls.every((acl) => acl.principal !== principalOf(change.user) || !said.has(ruleKey(acl)));
  }
  if (!kafkaUser) return false;
  if (change.action === 'PutUser') return hasPassword(kafkaUser, change);
  if (change.action !== 'GrantAccess') return false;
  const said = new Set(rulesOf(kafkaUser).map(ruleKey));
  return change.grants.every((grant) => said.has(ruleKey(ruleOf(change.user, grant))));
}

function foreignVerdict(kafkaUser: KafkaUser, bus: EventBus): Verdict {
  const message = `${nameOfUser(kafkaUser)} is there and Sluice did not make it for EventBus ${bus.metadata.name}: delete or rename it.`;
  return { type, status: 'False', reason: reasons.conflict, message, effect: 'stalled' };
}

function awaitedVerdict(kafkaUser: KafkaUser): Verdict {
  const refused = { type, status: 'False' } as const;
  const name = nameOfUser(kafkaUser);
  if (kafkaUser.metadata.annotations?.[pauseAnnotation] === 'true') {
    const message = `${name} says what is declared, and Strimzi was told to leave it: remove its annotation ${pauseAnnotation}.`;
    return { ...refused, reason: reasons.accessRefused, message, effect: 'stalled' };
  }
  const readiness = readinessOf(kafkaUser);
  if (readiness.state === 'refused') {
    const message = `${name}: Strimzi's user operator says: ${wordsOf(readiness)}`;
    return { ...refused, reason: reasons.accessRefused, message, effect: 'waiting' };
  }
  const message = `${name} says what is declared, and Strimzi's user operator is waited for (entityOperator.userOperator of the Kafka resource).`;
  return { ...refused, reason: reasons.progressing, message, effect: 'waiting' };
}
