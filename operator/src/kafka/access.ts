// Who may do what on a Kafka cluster, in Kafka's own terms (KIP-11, KIP-290, KIP-554).
import { createHash } from 'node:crypto';
import type { AclRule, Grant } from '../plan/index.ts';

export interface LiveAccess {
  /** False: the brokers have no authorizer, so there are no rules. */
  readonly hasRules: boolean;
  readonly acls: readonly AclRule[];
  /** Names with a SCRAM-SHA-512 credential. */
  readonly users: ReadonlySet<string>;
}

export interface UserCredential {
  /** Without `User:`. */
  readonly user: string;
  readonly password: string;
}

export function principalOf(user: string): string {
  return `User:${user}`;
}

/** 16 hex digits by which a password is told from another and not found out: passwords are 256 random bits. */
export function fingerprintOf({ user, password }: UserCredential): string {
  return createHash('sha256').update(`${user}\0${password}`).digest('hex').slice(0, 16);
}

/** The rule that is this grant to this principal. */
export function isGrant(acl: AclRule, user: string, grant: Grant): boolean {
  return acl.permission === 'Allow' && isRuleOn(acl, user, grant);
}

/** The rule that keeps this principal out of what the grant would give. */
export function isDenial(acl: AclRule, user: string, grant: Grant): boolean {
  return acl.permission === 'Deny' && isRuleOn(acl, user, grant);
}

function isRuleOn(acl: AclRule, user: string, grant: Grant): boolean {
  return (
    acl.principal === principalOf(user) &&
    acl.host === '*' &&
    acl.resource === grant.resource &&
    acl.pattern === grant.pattern &&
    acl.name === grant.name &&
    acl.operation === grant.operation
  );
}
