// What a scrape tells of the resources of one kind: counts over all of them and never a series an object, so that the
// number of series does not grow with the cluster. Pure.
import { annotations, type Condition, conditionTypes, modes, type PlanStatus, type TopicStatus } from '../api/index.ts';
import type { KubeObject } from '../runtime/index.ts';

export const conditionStatuses = ['True', 'False', 'Unknown'] as const;
export type ConditionCounts = Readonly<Record<(typeof conditionStatuses)[number], number>>;

export const risks = ['Safe', 'Disruptive', 'DataLoss'] as const;
type Risk = (typeof risks)[number];

/** What is read of a resource, of whatever kind. */
export interface Counted extends KubeObject {
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly plan?: PlanStatus;
    readonly topics?: readonly TopicStatus[];
  };
}

export interface Counts {
  readonly resources: number;
  /** By condition type, for every type that a resource has; all three statuses each. */
  readonly conditions: ReadonlyMap<string, ConditionCounts>;
  /** Changes in `status.plan`: shown under mode Plan, waiting for something, or for approval. */
  readonly planChanges: Readonly<Record<Risk, number>>;
  /** Topics whose status says why they are not as declared: drifted, refused, made anew, or left and to be deleted. */
  readonly topicsNotAsDeclared: number;
  /** Resources that wait for a person to approve a loss of data. */
  readonly approvalsOutstanding: number;
  /** How long the longest of them is stalled, s; 0 where there is none. */
  readonly oldestApprovalSeconds: number;
}

export function countResources(resources: readonly Counted[], now: Date): Counts {
  const conditions = new Map<string, Record<(typeof conditionStatuses)[number], number>>();
  const planChanges = { Safe: 0, Disruptive: 0, DataLoss: 0 };
  const ages: number[] = [];
  let topicsNotAsDeclared = 0;
  for (const resource of resources) {
    const { conditions: all = [], plan, topics = [] } = resource.status ?? {};
    for (const { type, status } of all) {
      const counts = conditions.get(type) ?? { True: 0, False: 0, Unknown: 0 };
      counts[status]++;
      conditions.set(type, counts);
    }
    for (const { risk } of plan?.changes ?? []) planChanges[risk]++;
    topicsNotAsDeclared += topics.filter(({ message }) => message !== undefined).length;
    if (isApprovalOutstanding(resource)) ages.push(stalledSeconds(all, now));
  }
  return {
    resources: resources.length,
    conditions,
    planChanges,
    topicsNotAsDeclared,
    approvalsOutstanding: ages.length,
    oldestApprovalSeconds: Math.max(0, ...ages),
  };
}

/** Under mode Plan nobody is waited for, and what is deleted waits for nobody. */
function isApprovalOutstanding({ metadata, status }: Counted): boolean {
  const hash = status?.plan?.hash;
  const mode = metadata.annotations?.[annotations.mode];
  return (
    hash !== undefined &&
    hash !== metadata.annotations?.[annotations.approve] &&
    mode !== modes.plan &&
    mode !== modes.paused &&
    metadata.deletionTimestamp === undefined
  );
}

function stalledSeconds(conditions: readonly Condition[], now: Date): number {
  const stalled = conditions.find(({ type, status }) => type === conditionTypes.stalled && status === 'True');
  return stalled ? Math.max(0, (now.getTime() - Date.parse(stalled.lastTransitionTime)) / 1000) : 0;
}
