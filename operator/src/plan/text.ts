// A Plan as people read it, in status, in a pull request and in events. Pure.
import { annotations, type PlanStatus } from '../api/index.ts';
import { keyOf, type ObjectKey } from '../runtime/index.ts';
import type { AclRule, Change, Risk } from './change.ts';
import { approvalHash } from './hash.ts';
import type { Verdict } from './plan.ts';

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
    case 'DenyAccess':
      return `user ${change.user}`;
    case 'CommitOffsets':
    case 'EvictMembers':
      return `group ${change.group}`;
    case 'AnnotatePod':
      return `Pod ${keyOf(change.key)}`;
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

/** Whose Plan it is, and what was found, for a text that stands alone. */
export interface PlanContext {
  readonly kind: string;
  readonly key: ObjectKey;
  readonly verdicts?: readonly Verdict[];
}

const groups: readonly { readonly risk: Risk; readonly mark: string; readonly title: string }[] = [
  { risk: 'DataLoss', mark: '!', title: 'Loses data, and is done only once it is approved' },
  { risk: 'Disruptive', mark: '~', title: 'Interrupts work that is going on' },
  { risk: 'Safe', mark: '+', title: 'Safe' },
];

/**
 * For people, as in a pull request: what is in the way, then the changes by falling risk, each with its place in the
 * order in which they are carried out, and how to approve what loses data.
 */
export function describePlan(changes: readonly Change[], context?: PlanContext): string {
  const whose = context ? `Plan of ${context.kind} ${keyOf(context.key)}: ` : '';
  const blocks = [
    [`${whose}${countsOf(changes)}`],
    verdictLines('In the way, to be changed first:', context, 'stalled'),
    verdictLines('Not yet:', context, 'waiting'),
    ...groups.map((group) => groupLines(changes, group)),
    approvalLines(changes, context),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function countsOf(changes: readonly Change[]): string {
  if (changes.length === 0) return 'nothing to change';
  const counts = groups.flatMap(({ risk }) => {
    const found = changes.filter((change) => change.risk === risk).length;
    return found === 0 ? [] : [`${found} ${risk}`];
  });
  return `${changes.length === 1 ? '1 change' : `${changes.length} changes`} (${counts.join(', ')})`;
}

function verdictLines(title: string, context: PlanContext | undefined, effect: Verdict['effect']): readonly string[] {
  const open = (context?.verdicts ?? []).filter((verdict) => verdict.status !== 'True' && verdict.effect === effect);
  return open.length === 0
    ? []
    : [title, ...open.map(({ type, reason, message }) => `  ${type} (${reason}): ${message}`)];
}

function groupLines(
  changes: readonly Change[],
  { risk, mark, title }: { readonly risk: Risk; readonly mark: string; readonly title: string },
): readonly string[] {
  const width = String(changes.length).length;
  const lines = changes.flatMap((change, at) => {
    if (change.risk !== risk) return [];
    const place = String(at + 1).padStart(width);
    const indent = ' '.repeat(width + 5);
    return [
      `${mark} ${place}. ${change.action} ${targetOf(change)}${detailOf(change)}`,
      `${indent}because ${change.reason}`,
      ...(change.waitsFor === undefined ? [] : [`${indent}waits for ${change.waitsFor}`]),
    ];
  });
  return lines.length === 0 ? [] : [`${title}:`, ...lines];
}

function approvalLines(changes: readonly Change[], context: PlanContext | undefined): readonly string[] {
  const hash = approvalHash(changes);
  if (hash === undefined) return [];
  const { key, kind } = context ?? {};
  const how = `${annotations.approve}=${hash}`;
  if (!key || !kind) return [`To approve what loses data, annotate it with ${how}`];
  const namespace = key.namespace ? ` -n ${key.namespace}` : '';
  return [
    'To approve what loses data:',
    `  kubectl annotate --overwrite ${kind.toLowerCase()} ${key.name}${namespace} ${how}`,
  ];
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
    case 'DenyAccess':
      return ` (${change.grants.map(describeRule).join(', ')})`;
    case 'CommitOffsets': {
      const topics = Object.entries(change.offsets).map(([topic, partitions]) => {
        const offsets = Object.entries(partitions).map(([partition, offset]) => `${partition}: ${offset}`);
        return `${topic} ${offsets.join(', ')}`;
      });
      return ` (${topics.join('; ')})`;
    }
    case 'EvictMembers':
      return ` (${change.members.map(({ memberId, instanceId }) => instanceId ?? memberId).join(', ')})`;
    case 'AnnotatePod':
      return ` (${Object.entries(change.annotations)
        .map(([name, value]) => `${name}: ${value}`)
        .join(', ')})`;
    case 'RevokeAccess':
      return ` (${change.acls.map(describeRule).join(', ')})`;
    default:
      return '';
  }
}
