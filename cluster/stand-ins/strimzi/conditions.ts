// Conditions as Strimzi writes them: without an observedGeneration of their own, and without a reason where all is well.
// The cluster and user operators say what is wrong by NotReady=True, the topic operator by Ready=False. Pure.

export interface StrimziCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

export const ready: StrimziCondition = { type: 'Ready', status: 'True' };
export const paused: StrimziCondition = { type: 'ReconciliationPaused', status: 'True' };
export const unmanaged: StrimziCondition = { type: 'Unmanaged', status: 'True' };

/** What the topic operator says of a topic that it cannot have as it is declared. */
export function topicRefused(reason: string, message: string): StrimziCondition {
  return { type: 'Ready', status: 'False', reason, message };
}

/** What the cluster and user operators say. */
export function notReady(reason: string, message: string): StrimziCondition {
  return { type: 'NotReady', status: 'True', reason, message };
}

interface WithConditions {
  readonly conditions?: readonly StrimziCondition[];
}

/** The status to write, or undefined where the live one says the same already. */
export function statusToWrite<Status extends WithConditions>(
  live: WithConditions | undefined,
  status: Status,
  now: Date,
): Status | undefined {
  const time = `${now.toISOString().slice(0, 19)}Z`;
  const conditions = status.conditions?.map((condition) => {
    const before = live?.conditions?.find(({ type }) => type === condition.type);
    const isFlipped = before?.status !== condition.status || before.lastTransitionTime === undefined;
    return { ...condition, lastTransitionTime: isFlipped ? time : before.lastTransitionTime };
  });
  const next = { ...status, ...(conditions === undefined ? {} : { conditions }) };
  return canonical(next) === canonical(live ?? {}) ? undefined : next;
}

/** JSON with sorted keys and without what is undefined. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) =>
    typeof field === 'object' && field !== null && !Array.isArray(field)
      ? Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1)))
      : field,
  );
}
