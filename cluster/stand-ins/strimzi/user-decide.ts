// What a KafkaUser stands for on the brokers: its principal, its login and exactly its rules. Pure.
import type { AclRule } from '../../../operator/src/plan/index.ts';
import type { KafkaUser, UserAcl } from './resources.ts';

/** The name in Kafka, without `User:`. */
export function userNameOf({ metadata, spec }: KafkaUser): string {
  return isByCertificate(spec.authentication?.type) ? `CN=${metadata.name}` : metadata.name;
}

export function hasScramLogin({ spec }: KafkaUser): boolean {
  return spec.authentication?.type === 'scram-sha-512';
}

function isByCertificate(type: string | undefined): boolean {
  return type === 'tls' || type === 'tls-external';
}

/** What the stand-in, unlike Strimzi, does not do, in a sentence. */
export function unsupportedOf({ spec }: KafkaUser): string | undefined {
  if (spec.authentication?.type === 'tls') {
    return 'The development stand-in issues no certificates: use scram-sha-512 or tls-external.';
  }
  if (spec.quotas && Object.keys(spec.quotas).length > 0) return 'The development stand-in sets no quotas.';
  return undefined;
}

/** Text of the Secret's `sasl.jaas.config`. */
export function jaasConfigOf(user: string, password: string): string {
  const module = 'org.apache.kafka.common.security.scram.ScramLoginModule';
  return `${module} required username="${user}" password="${password}";`;
}

/** One rule an operation, each once. */
export function rulesOf(user: KafkaUser): readonly AclRule[] {
  const principal = `User:${userNameOf(user)}`;
  const rules = (user.spec.authorization?.acls ?? []).flatMap((acl) =>
    acl.operations.map((operation) => ({ principal, operation, ...targetOf(acl) })),
  );
  return [...new Map(rules.map((rule) => [ruleKey(rule), rule])).values()];
}

const resources: Readonly<Record<string, string>> = {
  topic: 'Topic',
  group: 'Group',
  cluster: 'Cluster',
  transactionalId: 'TransactionalId',
};

function targetOf({ type = 'allow', host = '*', resource }: UserAcl) {
  return {
    host,
    permission: type === 'deny' ? 'Deny' : 'Allow',
    resource: resources[resource.type] ?? resource.type,
    pattern: resource.patternType === 'prefix' ? 'Prefixed' : 'Literal',
    // Kafka has one cluster, by this name.
    name: resource.type === 'cluster' ? 'kafka-cluster' : (resource.name ?? ''),
  };
}

export interface RuleChanges {
  readonly missing: readonly AclRule[];
  /** Of the user's, whoever made them. */
  readonly surplus: readonly AclRule[];
}

/** `live`: all rules of the cluster. */
export function ruleChanges(userName: string, wanted: readonly AclRule[], live: readonly AclRule[]): RuleChanges {
  const own = live.filter(({ principal }) => principal === `User:${userName}`);
  const [wantedKeys, ownKeys] = [new Set(wanted.map(ruleKey)), new Set(own.map(ruleKey))];
  return {
    missing: wanted.filter((rule) => !ownKeys.has(ruleKey(rule))),
    surplus: own.filter((rule) => !wantedKeys.has(ruleKey(rule))),
  };
}

function ruleKey({ principal, host, resource, pattern, name, operation, permission }: AclRule): string {
  return JSON.stringify([principal, host, resource, pattern, name, operation, permission]);
}
