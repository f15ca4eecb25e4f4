// A Plan as people read it, in status, in a pull request and in events. Pure.
import type { PlanStatus } from '../api/index.ts';
import { keyOf } from '../runtime/index.ts';
import type { AclRule, Change } from './change.ts';
import { approvalHash } from './hash.ts';

// api/v1alpha1/status.ts, PlanStatusSchema
const maxChanges = 256;
const maxTarget = 512;
const maxReason = 2048;

/** What the change is made to, such as `Deployment shop/order` or `topic shop.orders`. */
export function targetOf(change: Change): string {
  switch (change.action) {
    case 'Apply':
      return `${change.resource.kind} ${keyOf(change.object.metadata)}`;
    case 'Delete':
      return `${change.resource.kind} ${keyOf(change.key)}`;
    case 'CreateTopic':
    case 'AddPartitions':
    case 'AlterTopicConfig':
    case 'DeleteTopic':
      return `topic ${change.topic}`;
    case 'SetCompatibility':
    case 'RegisterSchema':
    case 'DeleteSubject':
      return `subject ${change.subject}`;
    case 'PutUser':
    case 'DeleteUser':
    case 'GrantAccess':
    case 'RevokeAccess':
      return `user ${change.user}`;
    case 'AddFinalizer':
    case 'RemoveFinalizer':
      return 'its own finalizer';
  }
}

/** One line without a line break: action, target, detail, risk unless it is Safe, and why. */
export function describeChange(change: Change): string {
  const risk = change.risk === 'Safe' ? '' : ` [${change.risk}]`;
  const waits = change.waitsFor === undefined ? '' : `; waits for ${change.waitsFor}`;
  return `${change.action} ${targetOf(change)}${detailOf(change)}${risk}, because ${change.reason}${waits}`;
}

/** One line a change, and the hash to approve where there is something to approve. */
export function describePlan(changes: readonly Change[]): string {
  if (changes.length === 0) return 'nothing to change';
  const hash = approvalHash(changes);
  const lines = changes.map(describeChange);
  return [...lines, ...(hash === undefined ? [] : [`approve with annotation sluice.dev/approve: ${hash}`])].join('\n');
}

/** For `status.plan`; undefined when there is nothing to show. */
export function toPlanStatus(changes: readonly Change[]): PlanStatus | undefined {
  if (changes.length === 0) return undefined;
  const hash = approvalHash(changes);
  return {
    ...(hash === undefined ? {} : { hash }),
    changes: changes.slice(0, maxChanges).map((change) => ({
      action: change.action,
      target: targetOf(change).slice(0, maxTarget),
      risk: change.risk,
      reason: `${change.reason}${detailOf(change)}`.slice(0, maxReason),
      ...(change.waitsFor === undefined ? {} : { waitsFor: change.waitsFor.slice(0, maxTarget) }),
    })),
  };
}

/** Such as `Read topic shop.orders`, or `Read group shop.*` for a prefix. */
export function describeRule({
  resource,
  pattern,
  name,
  operation,
}: Omit<AclRule, 'principal' | 'permission' | 'host'>) {
  return `${operation} ${resource.toLowerCase()} ${name}${pattern === 'Prefixed' ? '*' : ''}`;
}

function detailOf(change: Change): string {
  switch (change.action) {
    case 'CreateTopic': {
      const settings = Object.entries(change.config).map(([name, value]) => `${name}=${value}`);
      const counts = [
        change.partitions === undefined ? [] : [`${change.partitions} partitions`],
        change.replicas === undefined ? [] : [`${change.replicas} replicas`],
      ].flat();
      const all = [...counts, ...settings];
      return all.length === 0 ? '' : ` (${all.join(', ')})`;
    }
    case 'AddPartitions':
      return ` (${change.from} → ${change.to} partitions)`;
    case 'AlterTopicConfig': {
      const entries = Object.entries(change.entries).map(
        ([name, { from = 'default', to = 'default' }]) => `${name}: ${from} → ${to}`,
      );
      return ` (${entries.join(', ')})`;
    }
    case 'DeleteTopic':
      return ` (id ${change.topicId})`;
    case 'SetCompatibility':
      return ` (${change.level})`;
    case 'GrantAccess':
      return ` (${change.grants.map(describeRule).join(', ')})`;
    case 'RevokeAccess':
      return ` (${change.acls.map(describeRule).join(', ')})`;
    default:
      return '';
  }
}
