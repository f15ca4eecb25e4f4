// What is to be done so that a service's principals may do what it declares and nothing else. Pure and total.
import { type AclRule, type Change, describeRule, type Grant } from '../plan/index.ts';
import { fingerprintOf, isGrant, type LiveAccess, principalOf, type UserCredential } from './access.ts';

export interface AccessObserved {
  readonly live: LiveAccess;
  readonly grants: readonly Grant[];
  /** The principal that new pods use. */
  readonly current: UserCredential;
  /** Fingerprint of the credential that was last given to `current`; undefined: none. */
  readonly given: string | undefined;
  /** The other principal of the two. */
  readonly other: string;
  /** No pod uses the other any more. */
  readonly isOtherUnused: boolean;
  /** Topics that are there already. */
  readonly topics: ReadonlySet<string>;
  /** What `current` sees when it logs in itself; undefined: it was not asked. */
  readonly visible: ReadonlySet<string> | undefined;
}

export interface AccessDecision {
  /** Before the workload: the user and what it may do. */
  readonly grants: readonly Change[];
  /** After it: what nobody needs any more. */
  readonly revocations: readonly Change[];
  /** Why what is declared is not all that can be done, in a sentence; undefined where it is. */
  readonly notEnforced: string | undefined;
}

export function decideAccess(observed: AccessObserved): AccessDecision {
  const { live, current, given, other, grants, isOtherUnused } = observed;
  const isGiven = live.users.has(current.user) && given === fingerprintOf(current);
  const missing = grants.filter((grant) => !live.acls.some((acl) => isGrant(acl, current.user, grant)));
  const users = isOtherUnused ? [current.user, other] : [current.user];
  return {
    grants: [
      ...(isGiven ? [] : [putUser(observed)]),
      // Without an authorizer there is nobody to keep the rules.
      ...(missing.length === 0 || !live.hasRules ? [] : [grantAccess(observed, missing)]),
    ],
    revocations: [
      ...users.flatMap((user) =>
        revokeAccess(user, user === current.user ? grants : [], live, 'it is not declared any more'),
      ),
      ...(isOtherUnused && live.users.has(other)
        ? [{ action: 'DeleteUser', user: other, risk: 'Safe', reason: 'no pod logs in with it any more' } as const]
        : []),
    ],
    notEnforced: notEnforced(observed),
  };
}

/** When the service goes, both principals and all their rules do. */
export function decideAccessOfDeleted(live: LiveAccess, users: readonly string[]): readonly Change[] {
  const reason = 'what logged in with it is gone';
  return [
    ...users.flatMap((user): readonly Change[] => {
      // Those that kept it out, too: left behind they would bind the next user of its name.
      const acls = live.acls.filter(({ principal }) => principal === principalOf(user));
      return acls.length === 0 ? [] : [{ action: 'RevokeAccess', user, acls, risk: 'Safe', reason }];
    }),
    ...users
      .filter((user) => live.users.has(user))
      .map((user) => ({ action: 'DeleteUser', user, risk: 'Safe', reason }) as const),
  ];
}

function putUser({ current, live }: AccessObserved): Change {
  const reason = live.users.has(current.user) ? 'it gets a new password' : 'pods log in with it';
  return { action: 'PutUser', user: current.user, password: current.password, risk: 'Safe', reason };
}

/** Whether brokers let everybody in where no rule is, they tell nobody: the first rule on a topic may shut others out. */
function grantAccess({ current, live, topics }: AccessObserved, grants: readonly Grant[]): Change {
  const first = grants.filter(
    (grant) => grant.resource === 'Topic' && topics.has(grant.name) && !live.acls.some((acl) => isOn(acl, grant)),
  );
  const names = [...new Set(first.map(({ name }) => name))].join(', ');
  const reason =
    first.length === 0
      ? 'it is declared'
      : `it is declared; no rule was on ${names} before, and where allow.everyone.if.no.acl.found is true others are shut out by this one`;
  return {
    action: 'GrantAccess',
    user: current.user,
    grants,
    risk: first.length === 0 ? 'Safe' : 'Disruptive',
    reason,
  };
}

/** Takes away what the user is allowed beyond the grants. What a person denies it stays. */
function revokeAccess(user: string, grants: readonly Grant[], live: LiveAccess, reason: string): readonly Change[] {
  const acls = live.acls.filter(
    (acl) =>
      acl.principal === principalOf(user) &&
      acl.permission === 'Allow' &&
      !grants.some((grant) => isGrant(acl, user, grant)),
  );
  return acls.length === 0 ? [] : [{ action: 'RevokeAccess', user, acls, risk: 'Safe', reason }];
}

function notEnforced({ live, current, grants, visible }: AccessObserved): string | undefined {
  if (!live.hasRules) return 'The brokers have no authorizer: everybody may do everything.';
  const wider = live.acls.find(
    (acl) =>
      acl.principal === 'User:*' &&
      acl.permission === 'Allow' &&
      (acl.resource === 'Topic' || acl.resource === 'Group') &&
      ['All', 'Read', 'Write'].includes(acl.operation) &&
      (acl.name === '*' || grants.some((grant) => isOn(acl, grant))),
  );
  if (wider) return `A rule of the cluster lets everybody in: User:* may ${describeRule(wider)}.`;
  const granted = new Set(grants.filter(({ resource }) => resource === 'Topic').map(({ name }) => name));
  const isForeign = (topic: string) => !granted.has(topic) && !isLetIn(topic, current.user, live);
  const foreign = [...(visible ?? [])].filter(isForeign).sort();
  if (foreign[0] === undefined) return undefined;
  return `User ${current.user} sees topic ${foreign[0]}, which no rule lets it see: super.users of the brokers names it, or allow.everyone.if.no.acl.found is true there.`;
}

/** By a rule for all that is no wider than to see, such as Describe on a public topic. */
function isLetIn(topic: string, user: string, { acls }: LiveAccess): boolean {
  return acls.some(
    (acl) =>
      acl.permission === 'Allow' &&
      (acl.principal === 'User:*' || acl.principal === principalOf(user)) &&
      isOn(acl, { resource: 'Topic', name: topic }),
  );
}

function isOn(acl: AclRule, { resource, name }: Pick<Grant, 'resource' | 'name'>): boolean {
  if (acl.resource !== resource) return false;
  return acl.pattern === 'Prefixed' ? name.startsWith(acl.name) : acl.name === name;
}
