import { describe, expect, it } from 'vitest';
import type { KafkaUser, UserAcl } from './resources.ts';
import { ruleChanges, rulesOf, unsupportedOf, userNameOf } from './user-decide.ts';

function aUser(spec: KafkaUser['spec']): KafkaUser {
  return { apiVersion: 'kafka.strimzi.io/v1', kind: 'KafkaUser', metadata: { name: 'order', namespace: 'shop' }, spec };
}

const withAcls = (...acls: readonly UserAcl[]) => aUser({ authorization: { type: 'simple', acls } });
const rule = { principal: 'User:order', host: '*', permission: 'Allow', resource: 'Topic', pattern: 'Literal' };

describe('a KafkaUser', () => {
  it('is known to Kafka by its name, or by its certificate’s subject', () => {
    expect(userNameOf(aUser({ authentication: { type: 'scram-sha-512' } }))).toBe('order');
    expect(userNameOf(aUser({}))).toBe('order');
    expect(userNameOf(aUser({ authentication: { type: 'tls-external' } }))).toBe('CN=order');
  });

  it('has one rule for each operation, each once', () => {
    const topic = { type: 'topic', name: 'order', patternType: 'prefix' };
    const acl = { operations: ['Read', 'Write'], resource: topic };
    expect(rulesOf(withAcls(acl, { ...acl, operations: ['Read'] }))).toEqual([
      { ...rule, pattern: 'Prefixed', name: 'order', operation: 'Read' },
      { ...rule, pattern: 'Prefixed', name: 'order', operation: 'Write' },
    ]);
  });

  it('can be denied, from one host, and on the cluster, which has Kafka’s name for it', () => {
    const acl = { type: 'deny', host: '10.0.0.1', operations: ['Alter'], resource: { type: 'cluster' } };
    expect(rulesOf(withAcls(acl))).toEqual([
      { ...rule, permission: 'Deny', host: '10.0.0.1', resource: 'Cluster', name: 'kafka-cluster', operation: 'Alter' },
    ]);
    const id = { operations: ['Write'], resource: { type: 'transactionalId', name: 'order' } };
    expect(rulesOf(withAcls(id))).toEqual([
      { ...rule, resource: 'TransactionalId', name: 'order', operation: 'Write' },
    ]);
  });

  it('gets what is missing and loses what is not declared, and nobody else’s rules are touched', () => {
    const read = { ...rule, name: 'order', operation: 'Read' };
    const write = { ...rule, name: 'order', operation: 'Write' };
    const alter = { ...rule, name: 'order', operation: 'Alter' };
    const foreign = { ...alter, principal: 'User:billing' };
    expect(ruleChanges('order', [read, write], [write, alter, foreign])).toEqual({ missing: [read], surplus: [alter] });
  });

  it('is refused what the stand-in does not have', () => {
    expect(unsupportedOf(aUser({ authentication: { type: 'scram-sha-512' }, quotas: {} }))).toBeUndefined();
    expect(unsupportedOf(aUser({ authentication: { type: 'tls' } }))).toContain('certificates');
    expect(unsupportedOf(aUser({ quotas: { producerByteRate: 1 } }))).toContain('quotas');
  });
});
