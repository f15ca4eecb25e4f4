// The hash by which a person approves: of the data-losing changes alone, so that it does not move under the approver
// when a replica count or an image does. Pure.
import { hashOf, keyOf } from '../runtime/index.ts';
import type { Change } from './change.ts';

/** 16 hex digits over the DataLoss changes; undefined when there is none. The same for every order of changes. */
export function approvalHash(changes: readonly Change[]): string | undefined {
  const losses = changes.filter(({ risk }) => risk === 'DataLoss').map((change) => JSON.stringify(identityOf(change)));
  return losses.length === 0 ? undefined : hashOf(losses.sort());
}

/** What makes it this change and no other: kind, target, the topic's id, from and to. Never why or when. */
function identityOf(change: Change): readonly unknown[] {
  switch (change.action) {
    case 'Apply':
      return [change.action, change.resource.kind, keyOf(change.object.metadata), hashOf(change.object)];
    case 'Delete':
      return [change.action, change.resource.kind, keyOf(change.key), change.uid];
    case 'CreateTopic':
      return [change.action, change.topic];
    case 'AddPartitions':
      return [change.action, change.topic, change.topicId, change.from, change.to];
    case 'AlterTopicConfig':
      return [change.action, change.topic, change.topicId, hashOf(change.entries)];
    case 'DeleteTopic':
      return [change.action, change.topic, change.topicId];
    case 'SetCompatibility':
      return [change.action, change.subject, change.level];
    case 'RegisterSchema':
      return [change.action, change.subject, change.fingerprint];
    case 'DeleteSubject':
      return [change.action, change.subject];
    case 'PutUser':
    case 'DeleteUser':
      return [change.action, change.user];
    case 'DenyAccess':
    case 'GrantAccess':
      return [change.action, change.user, change.grants];
    case 'RevokeAccess':
      return [change.action, change.user, change.acls];
    case 'CommitOffsets':
      return [change.action, change.group, change.offsets];
    case 'EvictMembers':
      return [change.action, change.group, change.members];
    case 'AnnotatePod':
      return [change.action, keyOf(change.key), change.uid, change.annotations];
    case 'AddFinalizer':
    case 'RemoveFinalizer':
      return [change.action];
  }
}
