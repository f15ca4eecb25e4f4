import { describe, expect, it } from 'vitest';
import { annotations } from '../api/index.ts';
import { anEventBus } from '../api/v1alpha1/builders.ts';
import { fingerprintOf, type LiveAccess } from '../kafka/index.ts';
import type { AclRule, Change, Grant } from '../plan/index.ts';
import { awaitAccess } from './awaited-access.ts';
import type { KafkaUser } from './resources.ts';
import {
  givenByKafkaUsers,
  isSettled,
  type KafkaUsers,
  kafkaUserOf,
  loginMark,
  passwordSecretOf,
  ruleOf,
  rulesOf,
  withKafkaUsers,
} from './user.ts';

const bus = anEventBus({ kafka: { strimzi: { cluster: 'main', listener: 'sasl' } } });
const user = 'shop.order.a';
const other = 'shop.order.b';
const credential = { user, password: 'secret' };
const holder = { 'sluice.dev/service': 'order' };
const write: Grant = { resource: 'Topic', pattern: 'Literal', name: 'shop.orders', operation: 'Write' };
const read: Grant = { resource: 'Group', pattern: 'Prefixed', name: 'shop.', operation: 'Read' };
const told = { risk: 'Safe', reason: 'declared' } as const;

function aUser(grants: readonly Grant[] = [write], over: Partial<KafkaUser['metadata']> = {}): KafkaUser {
  const rules = grants.map((grant) => ruleOf(user, grant));
  const made = kafkaUserOf(bus, { user, login: fingerprintOf(credential), rules }, holder);
  return { ...made, metadata: { ...made.metadata, generation: 1, ...over } };
}

function said(
  kafkaUser: KafkaUser,
  type: 'Ready' | 'NotReady',
  words: { reason?: string; message?: string; lastTransitionTime?: string } = {},
) {
  return { ...kafkaUser, status: { observedGeneration: 1, conditions: [{ type, status: 'True', ...words }] } };
}

const ready = (kafkaUser = aUser()) => said(kafkaUser, 'Ready');
const users = (kafkaUser: KafkaUser | undefined): KafkaUsers =>
  new Map([
    [user, kafkaUser],
    [other, undefined],
  ]);
const live = (rules: readonly AclRule[], ...names: readonly string[]): LiveAccess => ({
  hasRules: true,
  acls: rules,
  users: new Set(names),
});

describe('a KafkaUser', () => {
  it('is labelled for its cluster, its bus and whose it is, owned by nobody, and names the Secret with its password', () => {
    expect(aUser([write, read])).toEqual({
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'KafkaUser',
      metadata: {
        name: user,
        namespace: 'shop',
        generation: 1,
        labels: {
          'app.kubernetes.io/managed-by': 'sluice',
          'sluice.dev/bus': 'shop',
          'sluice.dev/service': 'order',
          'strimzi.io/cluster': 'main',
        },
        annotations: { [annotations.login]: fingerprintOf(credential) },
      },
      spec: {
        authentication: {
          type: 'scram-sha-512',
          password: { valueFrom: { secretKeyRef: { name: 'shop.order.a-password', key: 'password' } } },
        },
        authorization: {
          type: 'simple',
          acls: [
            { operations: ['Read'], resource: { type: 'group', name: 'shop.', patternType: 'prefix' } },
            { operations: ['Write'], resource: { type: 'topic', name: 'shop.orders', patternType: 'literal' } },
          ],
        },
      },
    });
  });

  it('is the same for the same rules, and says what the brokers then hold', () => {
    expect(aUser([read, write, write])).toEqual(aUser([write, read]));
    expect(rulesOf(aUser([write]))).toEqual([
      { ...write, principal: 'User:shop.order.a', permission: 'Allow', host: '*' },
    ]);
  });

  it('keeps a rule that denies, on its host', () => {
    const denied = { ...ruleOf(user, read), permission: 'Deny', host: '10.0.0.1' };
    const made = kafkaUserOf(bus, { user, login: undefined, rules: [denied] }, holder);
    expect(made.spec?.authorization?.acls[0]).toMatchObject({ type: 'deny', host: '10.0.0.1' });
    expect(rulesOf(made)).toEqual([denied]);
  });

  it('without rules asks for no authorization, which Strimzi refuses where no authorizer takes it', () => {
    expect(aUser([]).spec).not.toHaveProperty('authorization');
  });

  it('has its password in a Secret beside it, and nowhere else', () => {
    const secret = passwordSecretOf(bus, credential, holder);
    expect(secret).toMatchObject({
      metadata: { name: 'shop.order.a-password', namespace: 'shop', labels: holder },
      data: { password: Buffer.from('secret').toString('base64') },
    });
    expect(secret.metadata.ownerReferences).toBeUndefined();
    expect(JSON.stringify(aUser())).not.toContain('secret"');
  });
});

describe('what the brokers have by way of KafkaUsers', () => {
  const rules = [ruleOf(user, write)];

  it.each([
    { what: 'all of it is there', kafkaUser: ready(), on: live(rules, user), settled: true },
    { what: 'nothing is declared and nothing is there', kafkaUser: undefined, on: live([]), settled: true },
    { what: 'Strimzi has not said so of this generation', kafkaUser: aUser(), on: live(rules, user), settled: false },
    { what: 'the login is missing', kafkaUser: ready(), on: live(rules), settled: false },
    { what: 'a rule is missing', kafkaUser: ready(), on: live([], user), settled: false },
    { what: 'there is a rule too many', kafkaUser: ready(aUser([])), on: live(rules, user), settled: false },
    { what: 'a login is left that was taken away', kafkaUser: undefined, on: live([], user), settled: false },
  ])('is settled: $settled, where $what', ({ kafkaUser, on, settled }) => {
    expect(isSettled(users(kafkaUser), on)).toBe(settled);
  });

  it('counts a user as there that is written and not made yet, so that it is taken away again', () => {
    expect([...withKafkaUsers(live([]), users(aUser())).users]).toEqual([user]);
  });

  it('is a password only where the login is on the brokers, and where Strimzi still finds the Secret with it', () => {
    const given = (kafkaUser: KafkaUser, ...names: string[]) =>
      givenByKafkaUsers(live([], ...names), users(kafkaUser)).get(user);
    expect(given(ready(), user)).toBe(fingerprintOf(credential));
    expect(given(ready())).toBeUndefined();
    const message = 'Secret shop.order.a-password with requested user password does not exist.';
    expect(given(said(aUser(), 'NotReady', { reason: 'InvalidResourceException', message }), user)).toBeUndefined();
  });
});

describe('what is decided of users and rules', () => {
  const put: Change = { action: 'PutUser', ...credential, ...told };
  const grant: Change = { action: 'GrantAccess', user, grants: [write], ...told };
  const revoke: Change = { action: 'RevokeAccess', user, acls: [ruleOf(user, write)], ...told };
  const remove: Change = { action: 'DeleteUser', user, ...told };
  const decide = (kafkaUser: KafkaUser | undefined, grants: readonly Change[], revocations: readonly Change[] = []) =>
    awaitAccess(bus, { grants, revocations }, users(kafkaUser));

  it('is written where no KafkaUser says it, and what logs in waits for it', () => {
    expect(decide(undefined, [put, grant])).toMatchObject({ grants: [put, grant], isAwaited: true });
    expect(decide(aUser([]), [grant])).toMatchObject({ grants: [grant], isAwaited: true });
  });

  it('is written once, and then Strimzi is waited for', () => {
    const { grants, isAwaited, verdict } = decide(aUser(), [put, grant]);
    expect({ grants, isAwaited }).toEqual({ grants: [], isAwaited: true });
    expect(verdict).toMatchObject({ reason: 'Progressing', effect: 'waiting' });
    expect(verdict?.message).toContain('entityOperator.userOperator');
  });

  it('is said to be refused in the words of Strimzi', () => {
    const { verdict } = decide(said(aUser(), 'NotReady', { reason: 'KafkaError', message: 'No.' }), [grant]);
    expect(verdict).toMatchObject({ type: 'AccessGranted', status: 'False', reason: 'AccessRefused' });
    expect(verdict?.message).toContain("KafkaUser shop/shop.order.a: Strimzi's user operator says: KafkaError: No.");
  });

  it('is not waited for where Strimzi was told to leave it: a person must end that', () => {
    const paused = aUser([write], { annotations: { 'strimzi.io/pause-reconciliation': 'true' } });
    expect(decide(paused, [grant]).verdict).toMatchObject({ reason: 'AccessRefused', effect: 'stalled' });
  });

  it('is written with the Secret again where Strimzi misses the password', () => {
    const message = 'Secret shop.order.a-password with requested user password does not exist.';
    const words = { reason: 'InvalidResourceException', message, lastTransitionTime: '2026-01-01T00:00:00Z' };
    const missing = said(aUser(), 'NotReady', words);
    expect(decide(missing, [put]).grants).toEqual([put]);
    const written = { [annotations.login]: loginMark(credential, missing) };
    const answered = { ...missing, metadata: { ...missing.metadata, annotations: written } };
    // Once, however long Strimzi takes to look again; and once more when it is missed another time.
    expect(decide(answered, [put]).grants).toEqual([]);
    const again = said(answered, 'NotReady', { ...words, lastTransitionTime: '2026-01-01T00:00:09Z' });
    expect(decide(again, [put]).grants).toEqual([put]);
  });

  it('that takes something away is written where a KafkaUser still says it, and left to Strimzi where none does', () => {
    expect(decide(aUser(), [], [revoke]).revocations).toEqual([revoke]);
    expect(decide(aUser([]), [], [revoke]).revocations).toEqual([]);
    expect(decide(aUser(), [], [remove]).revocations).toEqual([remove]);
    expect(decide(undefined, [], [remove]).revocations).toEqual([]);
  });

  it('takes no rules from a user that goes, since they go with it', () => {
    expect(decide(aUser(), [], [revoke, remove]).revocations).toEqual([remove]);
  });

  it('changes no KafkaUser that somebody else made, and names it', () => {
    const foreign = aUser([write], { labels: { 'strimzi.io/cluster': 'main' } });
    const { grants, revocations, isAwaited, verdict } = decide(foreign, [put], [remove]);
    expect({ grants, revocations, isAwaited }).toEqual({ grants: [], revocations: [], isAwaited: true });
    expect(verdict).toMatchObject({ reason: 'Conflict', effect: 'stalled' });
    expect(verdict?.message).toContain('KafkaUser shop/shop.order.a');
  });
});
