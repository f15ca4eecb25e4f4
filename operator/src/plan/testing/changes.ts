// Test support: one change of every kind, so that what is written about changes is tried on all of them.
import { defineResource, type KubeObject } from '../../runtime/index.ts';
import type { Action, Change } from '../change.ts';

export interface Child extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export const configMaps = defineResource<Child>({
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
});

const pods = defineResource({ group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true });

export function aChild(data: Record<string, string> = {}): Child {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'order', namespace: 'shop' }, data };
}

const safe = { risk: 'Safe', reason: 'it is declared so' } as const;

export const oneOfEach: { readonly [Name in Action]: Change & { readonly action: Name } } = {
  Apply: { action: 'Apply', resource: configMaps, object: aChild({ a: '1' }), ...safe },
  Delete: {
    action: 'Delete',
    resource: configMaps,
    key: { namespace: 'shop', name: 'former' },
    uid: 'u1',
    risk: 'Disruptive',
    reason: 'it is declared no more',
  },
  CreateTopic: {
    action: 'CreateTopic',
    topic: 'shop.orders',
    partitions: 6,
    replicas: 3,
    config: { 'retention.ms': '604800000' },
    risk: 'Safe',
    reason: 'it is declared and not there',
  },
  AddPartitions: {
    action: 'AddPartitions',
    topic: 'shop.orders',
    topicId: 'J7oCnPNRRXK4eWU5qLk1Zw',
    from: 3,
    to: 6,
    risk: 'Disruptive',
    reason:
      'more are declared; from then on the records of a key may go to another partition than before, on which depends what its schema describes, where its records have keys',
  },
  AlterTopicConfig: {
    action: 'AlterTopicConfig',
    topic: 'shop.orders',
    topicId: 'J7oCnPNRRXK4eWU5qLk1Zw',
    entries: { 'retention.ms': { from: '604800000', to: '1000' }, 'segment.ms': { from: '60000' } },
    risk: 'DataLoss',
    reason: 'it is declared so',
  },
  DeleteTopic: {
    action: 'DeleteTopic',
    topic: 'shop.orders',
    topicId: 'J7oCnPNRRXK4eWU5qLk1Zw',
    risk: 'DataLoss',
    reason: 'its resource was deleted; deletionPolicy is Delete; it holds records',
  },
  SetCompatibility: { action: 'SetCompatibility', subject: 'shop.orders-value', level: 'FULL_TRANSITIVE', ...safe },
  RegisterSchema: {
    action: 'RegisterSchema',
    subject: 'shop.orders-value',
    topic: 'shop.orders',
    schema: { format: 'Avro', text: '"string"', references: [] },
    fingerprint: '0123456789abcdef',
    ...safe,
  },
  DeleteSubject: {
    action: 'DeleteSubject',
    subject: 'shop.orders-value',
    risk: 'Safe',
    reason: 'its topic is deleted; deletionPolicy is Delete',
  },
  PutUser: { action: 'PutUser', user: 'shop.order.a', password: 'told-nowhere', ...safe },
  DeleteUser: { action: 'DeleteUser', user: 'shop.order.b', risk: 'Safe', reason: 'no pod logs in with it any more' },
  GrantAccess: {
    action: 'GrantAccess',
    user: 'shop.order.a',
    grants: [
      { resource: 'Topic', pattern: 'Literal', name: 'shop.orders', operation: 'Write' },
      { resource: 'Group', pattern: 'Prefixed', name: 'shop.', operation: 'Read' },
    ],
    ...safe,
  },
  RevokeAccess: {
    action: 'RevokeAccess',
    user: 'shop.order.a',
    acls: [
      {
        principal: 'User:shop.order.a',
        permission: 'Allow',
        host: '*',
        resource: 'Topic',
        pattern: 'Literal',
        name: 'shop.former',
        operation: 'Write',
      },
    ],
    risk: 'Safe',
    reason: 'it is not declared any more',
  },
  DenyAccess: {
    action: 'DenyAccess',
    user: 'shop.order.a',
    grants: [{ resource: 'Group', pattern: 'Literal', name: 'shop.order', operation: 'Read' }],
    risk: 'Safe',
    reason: 'the group is handed over to the other colour',
  },
  CommitOffsets: {
    action: 'CommitOffsets',
    group: 'shop.order',
    offsets: { 'shop.payments': { 0: 12, 1: 0 } },
    risk: 'Safe',
    reason: 'nothing was committed for these partitions, and where clients begin then is up to each of them',
  },
  EvictMembers: {
    action: 'EvictMembers',
    group: 'shop.order',
    members: [{ memberId: 'order-a-1-5f0c' }, { memberId: 'order-a-2-77e1', instanceId: 'order-a-2' }],
    risk: 'Disruptive',
    reason: 'their pods are gone',
  },
  AnnotatePod: {
    action: 'AnnotatePod',
    resource: pods,
    key: { namespace: 'shop', name: 'order-a-7d9f-x2v8k' },
    uid: 'u2',
    annotations: { 'sluice.dev/role': '3 draining' },
    ...safe,
  },
  AddFinalizer: { action: 'AddFinalizer', risk: 'Safe', reason: 'topics are to be deleted with it' },
  RemoveFinalizer: { action: 'RemoveFinalizer', risk: 'Safe', reason: 'nothing is left to clean up' },
};
