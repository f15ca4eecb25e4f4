import { describe, expect, it } from 'vitest';
import { type AclRule, type Change, describeChange, type Grant } from '../plan/index.ts';
import { fingerprintOf, type LiveAccess } from './access.ts';
import { type AccessObserved, decideAccess, decideAccessOfDeleted } from './access-decide.ts';

const current = { user: 'shop.order.a', password: 'secret-of-a' };
const write: Grant = { resource: 'Topic', pattern: 'Literal', name: 'shop.orders', operation: 'Write' };
const read: Grant = { resource: 'Topic', pattern: 'Literal', name: 'shop.payments', operation: 'Read' };
const group: Grant = { resource: 'Group', pattern: 'Literal', name: 'shop.order', operation: 'Read' };

function rule(user: string, grant: Grant, over: Partial<AclRule> = {}): AclRule {
  return { ...grant, principal: `User:${user}`, permission: 'Allow', host: '*', ...over };
}

function live(over: Partial<LiveAccess> = {}): LiveAccess {
  return {
    hasRules: true,
    acls: [],
    users: new Set(['admin']),
    ...over,
  };
}

function observed(over: Partial<AccessObserved> = {}): AccessObserved {
  return {
    live: live(),
    grants: [write, read, group],
    current,
    given: undefined,
    other: 'shop.order.b',
    isOtherUnused: true,
    topics: new Set(),
    visible: undefined,
    ...over,
  };
}

const inForce = {
  given: fingerprintOf(current),
  live: live({
    users: new Set(['admin', current.user]),
    acls: [write, read, group].map((each) => rule(current.user, each)),
  }),
};

function told(changes: readonly Change[]): readonly string[] {
  return changes.map(describeChange);
}

describe('access', () => {
  it('is a user and exactly the declared rules', () => {
    const { grants, revocations, notEnforced } = decideAccess(observed());
    expect(told(grants)).toEqual([
      'PutUser user shop.order.a, because pods log in with it',
      'GrantAccess user shop.order.a (Write topic shop.orders, Read topic shop.payments, Read group shop.order), because it is declared',
    ]);
    expect(revocations).toEqual([]);
    expect(notEnforced).toBeUndefined();
  });

  it('needs nothing once it is in force', () => {
    expect(decideAccess(observed(inForce))).toEqual({ grants: [], revocations: [], notEnforced: undefined });
  });

  it('gets what was added and loses what is declared no more', () => {
    const decision = decideAccess(observed({ ...inForce, grants: [write, { ...read, name: 'shop.refunds' }, group] }));
    expect(told(decision.grants)).toEqual([
      'GrantAccess user shop.order.a (Read topic shop.refunds), because it is declared',
    ]);
    expect(told(decision.revocations)).toEqual([
      'RevokeAccess user shop.order.a (Read topic shop.payments), because it is not declared any more',
    ]);
  });

  it('keeps what somebody denies, and leaves the rules of others alone', () => {
    const foreign = [rule(current.user, write, { permission: 'Deny' }), rule('somebody', read)];
    const acls = [...inForce.live.acls, ...foreign];
    expect(decideAccess(observed({ ...inForce, live: { ...inForce.live, acls } })).revocations).toEqual([]);
  });

  it('gives the password anew when it is another one than was given, and when the user is gone', () => {
    expect(told(decideAccess(observed({ ...inForce, given: 'of-another' })).grants)).toEqual([
      'PutUser user shop.order.a, because it gets a new password',
    ]);
    const users = new Set<string>();
    expect(told(decideAccess(observed({ ...inForce, live: { ...inForce.live, users } })).grants)).toEqual([
      'PutUser user shop.order.a, because pods log in with it',
    ]);
  });

  it('takes the former principal away once no pod uses it, and not before', () => {
    const users = new Set([...inForce.live.users, 'shop.order.b']);
    const acls = [...inForce.live.acls, rule('shop.order.b', write)];
    const rotated = observed({ ...inForce, live: { ...inForce.live, users, acls } });
    expect(told(decideAccess(rotated).revocations)).toEqual([
      'RevokeAccess user shop.order.b (Write topic shop.orders), because it is not declared any more',
      'DeleteUser user shop.order.b, because no pod logs in with it any more',
    ]);
    expect(decideAccess({ ...rotated, isOtherUnused: false }).revocations).toEqual([]);
  });

  it('is Disruptive where its rule is the first on a topic that is there already', () => {
    const topics = new Set(['shop.orders', 'shop.payments']);
    const { grants } = decideAccess(observed({ topics, live: live({ acls: [rule('somebody', read)] }) }));
    expect(grants.at(-1)).toMatchObject({ action: 'GrantAccess', risk: 'Disruptive' });
    expect(grants.at(-1)?.reason).toContain('no rule was on shop.orders before');
  });

  it('makes no rules where nobody keeps them', () => {
    const { grants } = decideAccess(observed({ live: live({ hasRules: false }) }));
    expect(grants.map(({ action }) => action)).toEqual(['PutUser']);
  });

  const unenforced: readonly {
    readonly what: string;
    readonly over?: Partial<LiveAccess>;
    readonly visible?: readonly string[];
    readonly says: RegExp;
  }[] = [
    { what: 'no authorizer', over: { hasRules: false }, says: /have no authorizer/ },
    {
      what: 'a rule for everybody on every topic',
      over: { acls: [rule('*', { ...read, name: '*' })] },
      says: /User:\* may Read topic \*/,
    },
    {
      what: 'a rule for everybody on a prefix of a topic of its own',
      over: { acls: [rule('*', { ...read, name: 'shop.', pattern: 'Prefixed' })] },
      says: /User:\* may Read topic shop\.\*/,
    },
    {
      what: 'a topic in sight that no rule lets it see',
      visible: ['shop.orders', 'foreign'],
      says: /User shop\.order\.a sees topic foreign, which no rule lets it see: super\.users/,
    },
  ];
  it.each(unenforced)('is told not to bind with $what', ({ over, visible, says }) => {
    const seen = visible && new Set(visible);
    expect(decideAccess(observed({ live: live(over), visible: seen })).notEnforced).toMatch(says);
  });

  it('binds beside a rule for everybody on what is not its own', () => {
    const acls = [rule('*', { ...read, name: 'public.news' })];
    const visible = new Set(['shop.orders', 'public.news']);
    expect(decideAccess(observed({ live: live({ acls }), visible })).notEnforced).toBeUndefined();
  });

  it('goes whole with its service', () => {
    const users = new Set(['admin', 'shop.order.a', 'shop.order.b']);
    const acls = [rule('shop.order.a', write), rule('shop.order.b', read), rule('somebody', read)];
    acls.push({ ...rule('shop.order.a', read), permission: 'Deny' });
    expect(told(decideAccessOfDeleted(live({ users, acls }), ['shop.order.a', 'shop.order.b']))).toEqual([
      'RevokeAccess user shop.order.a (Write topic shop.orders, Read topic shop.payments), because what logged in with it is gone',
      'RevokeAccess user shop.order.b (Read topic shop.payments), because what logged in with it is gone',
      'DeleteUser user shop.order.a, because what logged in with it is gone',
      'DeleteUser user shop.order.b, because what logged in with it is gone',
    ]);
  });

  it('is never told with its password', () => {
    const { grants } = decideAccess(observed());
    expect(told(grants).join('\n')).not.toContain(current.password);
  });
});
