// The KafkaUser of a principal: what it says, what rules that comes to on the brokers, and whether Strimzi has carried it
// out. Pure.
import { annotations, type EventBus } from '../api/index.ts';
import { fingerprintOf, type LiveAccess, principalOf, type UserCredential } from '../kafka/index.ts';
import type { AclRule, Grant } from '../plan/index.ts';
import { keyOf } from '../runtime/index.ts';
import { childMetadata, strimziChild } from './child.ts';
import { loginType } from './listener.ts';
import { readinessOf } from './readiness.ts';
import type { KafkaUser, PasswordSecret, UserAcl } from './resources.ts';

/** By user, for the users that are asked about; undefined for those that have none. */
export type KafkaUsers = ReadonlyMap<string, KafkaUser | undefined>;

/** What a KafkaUser says of a principal. */
export interface UserSettings {
  readonly user: string;
  /** What the Secret beside it was written with, by {@link loginMark}. */
  readonly login: string | undefined;
  readonly rules: readonly AclRule[];
}

const passwordKey = 'password';

/** Of the Secret with the password that Strimzi is to give the user; the one of the user's own name is Strimzi's. */
export function passwordSecretName(user: string): string {
  return `${user}-password`;
}

/** `holder`: labels that tell whose principal it is. */
export function kafkaUserOf(
  bus: EventBus,
  { user, login, rules }: UserSettings,
  holder: Readonly<Record<string, string>>,
): KafkaUser {
  const child = strimziChild(bus, 'KafkaUser', user);
  const secretKeyRef = { name: passwordSecretName(user), key: passwordKey };
  return {
    ...child,
    metadata: {
      ...child.metadata,
      labels: { ...child.metadata.labels, ...holder },
      ...(login === undefined ? {} : { annotations: { [annotations.login]: login } }),
    },
    spec: {
      authentication: { type: loginType, password: { valueFrom: { secretKeyRef } } },
      // Strimzi refuses a user that has some where the brokers keep no rules.
      ...(rules.length === 0 ? {} : { authorization: { type: 'simple', acls: aclsOf(rules) } }),
    },
  };
}

export function passwordSecretOf(
  bus: EventBus,
  { user, password }: UserCredential,
  holder: Readonly<Record<string, string>>,
): PasswordSecret {
  const metadata = childMetadata(bus, passwordSecretName(user));
  const data = { [passwordKey]: Buffer.from(password).toString('base64') };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...metadata, labels: { ...metadata.labels, ...holder } },
    type: 'Opaque',
    data,
  };
}

export function settingsOfUser(user: string, kafkaUser: KafkaUser | undefined): UserSettings {
  return {
    user,
    login: kafkaUser?.metadata.annotations?.[annotations.login],
    rules: kafkaUser ? rulesOf(kafkaUser) : [],
  };
}

/** As the brokers hold them: one an operation. */
export function rulesOf({ metadata, spec }: KafkaUser): readonly AclRule[] {
  return (spec?.authorization?.acls ?? []).flatMap(({ type, host, operations, resource }) =>
    operations.map((operation) => ({
      principal: principalOf(metadata.name),
      permission: type === 'deny' ? 'Deny' : 'Allow',
      host: host ?? '*',
      resource: resourceTypes.find(([written]) => written === resource.type)?.[1] ?? resource.type,
      pattern: resource.patternType === 'prefix' ? 'Prefixed' : 'Literal',
      // Kafka has one cluster, by this name.
      name: resource.type === 'cluster' ? 'kafka-cluster' : (resource.name ?? ''),
      operation,
    })),
  );
}

/** The rule that is this grant to this user. */
export function ruleOf(user: string, grant: Grant): AclRule {
  return { ...grant, principal: principalOf(user), permission: 'Allow', host: '*' };
}

export function ruleKey({ principal, permission, host, resource, pattern, name, operation }: AclRule): string {
  return JSON.stringify([principal, permission, host, resource, pattern, name, operation]);
}

/**
 * For the annotation of a KafkaUser whose Secret is written: the password's fingerprint and, where Strimzi missed the Secret,
 * since when. So it is written once for each time that it was missed, however long Strimzi takes to look again.
 */
export function loginMark(credential: UserCredential, kafkaUser: KafkaUser | undefined): string {
  const since = kafkaUser && missedSince(kafkaUser);
  return since === undefined ? fingerprintOf(credential) : `${fingerprintOf(credential)} ${since}`;
}

/** Strimzi misses the password, somebody having deleted the Secret that it was given in, and it was not written again. */
function lacksPassword(kafkaUser: KafkaUser): boolean {
  const since = missedSince(kafkaUser);
  return since !== undefined && kafkaUser.metadata.annotations?.[annotations.login]?.split(' ')[1] !== since;
}

function missedSince(kafkaUser: KafkaUser): string | undefined {
  const readiness = readinessOf(kafkaUser);
  if (readiness.state !== 'refused' || !/\bpassword\b/i.test(readiness.message)) return undefined;
  return kafkaUser.status?.conditions?.find(({ type }) => type === 'NotReady')?.lastTransitionTime ?? '';
}

/** Of the password that the Secret was written with last. */
function fingerprintIn({ metadata }: KafkaUser): string | undefined {
  return metadata.annotations?.[annotations.login]?.split(' ')[0];
}

/** Whether the brokers have all that the KafkaUsers say, so that Strimzi has nothing left to do. */
export function isSettled(users: KafkaUsers, live: LiveAccess): boolean {
  return [...users].every(([user, kafkaUser]) => {
    const wanted = new Set((kafkaUser ? rulesOf(kafkaUser) : []).map(ruleKey));
    const found = live.acls.filter(({ principal }) => principal === principalOf(user)).map(ruleKey);
    const isThere = live.users.has(user) === (kafkaUser !== undefined);
    const isReady = kafkaUser === undefined || readinessOf(kafkaUser).state === 'ready';
    return isThere && isReady && found.length === wanted.size && found.every((rule) => wanted.has(rule));
  });
}

/** Users that are there or about to be: whoever declares them must take them away again. */
export function withKafkaUsers(live: LiveAccess, users: KafkaUsers): LiveAccess {
  const written = [...users].flatMap(([user, kafkaUser]) => (kafkaUser ? [user] : []));
  return { ...live, users: new Set([...live.users, ...written]) };
}

/** Fingerprints of the passwords that the brokers have by way of KafkaUsers. */
export function givenByKafkaUsers(live: LiveAccess, users: KafkaUsers): ReadonlyMap<string, string> {
  return new Map(
    [...users].flatMap(([user, kafkaUser]) => {
      const fingerprint = kafkaUser && fingerprintIn(kafkaUser);
      const isGiven = kafkaUser !== undefined && live.users.has(user) && !lacksPassword(kafkaUser);
      return isGiven && fingerprint !== undefined ? [[user, fingerprint] as const] : [];
    }),
  );
}

/** Whether the Secret beside it was written with this password. */
export function hasPassword(kafkaUser: KafkaUser, credential: UserCredential): boolean {
  return fingerprintIn(kafkaUser) === fingerprintOf(credential) && !lacksPassword(kafkaUser);
}

export function nameOfUser(kafkaUser: KafkaUser): string {
  return `KafkaUser ${keyOf(kafkaUser.metadata)}`;
}

const resourceTypes = [
  ['topic', 'Topic'],
  ['group', 'Group'],
  ['transactionalId', 'TransactionalId'],
  ['cluster', 'Cluster'],
] as const;

/** In one order whatever the order they came in, so that the same rules are the same resource. */
function aclsOf(rules: readonly AclRule[]): readonly UserAcl[] {
  const unique = new Map(rules.map((rule) => [ruleKey(rule), rule]));
  return [...unique]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([, { permission, host, resource, pattern, name, operation }]) => ({
      ...(permission === 'Deny' ? { type: 'deny' } : {}),
      ...(host === '*' ? {} : { host }),
      operations: [operation],
      resource:
        resource === 'Cluster'
          ? { type: 'cluster' }
          : {
              type: resourceTypes.find(([, held]) => held === resource)?.[0] ?? resource,
              name,
              patternType: pattern === 'Prefixed' ? 'prefix' : 'literal',
            },
    }));
}
