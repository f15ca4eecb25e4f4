// One reconcile, the same for every kind: observe, decide, act, report. A kind brings the four as functions; modes,
// approval, events, conditions and the guarded write of status are here.
import { annotations, type Condition, conditionTypes, modes, type PlanStatus, reasons } from '../api/index.ts';
import { SluiceError } from '../errors.ts';
import {
  ApiError,
  hashOf,
  isConflict,
  isNotFound,
  type KubeObject,
  type ObjectKey,
  type ReconcileContext,
  type ReconcileOutcome,
  type Resource,
  setCondition,
} from '../runtime/index.ts';
import { carryOut } from './act.ts';
import type { Change } from './change.ts';
import { type Explain, toConditions } from './conditions.ts';
import type { Outcome } from './outcome.ts';
import type { Plan } from './plan.ts';
import type { ActPorts } from './ports.ts';
import { describeChange, toPlanStatus } from './text.ts';

/** Fields of status that every kind has. */
export interface CommonStatus {
  readonly conditions?: readonly Condition[];
  readonly observedGeneration?: number;
  readonly plan?: PlanStatus;
}

export interface Steps<T extends KubeObject & { readonly status?: CommonStatus }, Observed> {
  readonly resource: Resource<T>;
  /** For server-side apply, from `fieldManagers`. */
  readonly fieldManager: string;
  /** Reads everything that `decide` needs, decides nothing. What cannot be reached is part of what was observed. */
  observe(object: T, context: ReconcileContext): Promise<Observed>;
  /** Pure and total. Deciding again after acting yields no changes. Handles `deletionTimestamp` too. */
  decide(observed: Observed, now: Date): Plan;
  /** What the changes of this observation's Plan are carried out with. */
  ports(observed: Observed): Pick<ActPorts, 'topics' | 'schemas' | 'access'>;
  /** The whole status: `common` spread, and the kind's own fields. No moving numbers, no times of observation. */
  report(observed: Observed, plan: Plan, outcome: Outcome, common: CommonStatus): NonNullable<T['status']>;
  readonly explain?: Explain;
  /**
   * Where topics are made, children have a turn of their own, behind the topics of all others that wait: who reads a topic
   * finds it sooner, and no topic waits for somebody else's pods. Default: all in one turn.
   */
  readonly topicsFirst?: boolean;
}

/** After acting, the world is looked at again at once, so that one reconcile reports what it brought about. */
const maxPasses = 3;

export function reconcileBy<T extends KubeObject & { readonly status?: CommonStatus }, Observed>(
  steps: Steps<T, Observed>,
  clock: () => Date = () => new Date(),
): (key: ObjectKey, context: ReconcileContext) => Promise<ReconcileOutcome | undefined> {
  return async (key, context) => {
    const { resource, topicsFirst = false } = steps;
    let hasMadeTopics = false;
    for (let pass = 1; ; pass++) {
      const object = context.cache.get(resource, key);
      if (!object) return undefined;
      const mode = object.metadata.annotations?.[annotations.mode];
      const isDeleting = object.metadata.deletionTimestamp !== undefined;
      if (mode === modes.paused && !isDeleting) return reportPaused(resource, object, context, clock());

      const observed = await steps.observe(object, context);
      const plan = steps.decide(observed, clock());
      const isPlanOnly = mode === modes.plan && !isDeleting;
      const allowed = inMode(plan.changes, mode);
      const turn: Turn = topicsFirst ? turnOf(allowed, hasMadeTopics) : { changes: allowed, isCut: false };
      hasMadeTopics = turn.isCut;
      const outcome = isPlanOnly
        ? { done: [], held: plan.changes }
        : await carryOut(turn.changes, { resource, object }, { ...context, ...partsOf(steps, observed) });
      tell(object, plan, outcome, context);

      const isGone = outcome.done.some(({ action }) => action === 'RemoveFinalizer');
      if (isGone) return undefined;
      if (outcome.done.length > 0 && !outcome.failure && pass < maxPasses) continue;

      // Our own finalizer may have moved it since it was read.
      const latest = context.cache.get(resource, key) ?? object;
      const conditions = toConditions(
        latest.status?.conditions ?? [],
        { ...plan, outcome, isPlanOnly, generation: object.metadata.generation ?? 0, explain: steps.explain },
        clock(),
      );
      const common = commonStatus(object, conditions, outcome.held);
      const isWritten = await writeStatus(resource, latest, steps.report(observed, plan, outcome, common), context);
      if (outcome.failure) {
        if (!isRefusal(outcome.failure.error)) throw outcome.failure.error;
        context.logger.warn({ err: outcome.failure.error }, 'refused; asked again later');
        return { requeueAfterMs: plan.requeueAfterMs ?? refusedAgainMs };
      }
      if (!isWritten || outcome.done.length > 0) return { requeueAfterMs: againMs };
      if (turn.isCut) return { requeueAfterMs: 0, priority: childrenPriority };
      return plan.requeueAfterMs === undefined ? undefined : { requeueAfterMs: plan.requeueAfterMs };
    }
  };
}

/** Below what is new, above what is only looked at once more. */
const childrenPriority = -1;

interface Turn {
  readonly changes: readonly Change[];
  /** Children are left for the next one. */
  readonly isCut: boolean;
}

/** What to carry out now: where topics are made, or were in this turn, all but the children and what comes after them. */
function turnOf(changes: readonly Change[], hasMadeTopics: boolean): Turn {
  const first = changes.findIndex(({ action }) => action === 'Apply' || action === 'Delete');
  if (first < 0) return { changes, isCut: false };
  const before = changes.slice(0, first);
  const makesTopics = before.some(({ action, waitsFor }) => action === 'CreateTopic' && waitsFor === undefined);
  return makesTopics || hasMadeTopics ? { changes: before, isCut: true } : { changes, isCut: false };
}

/** Soon, but not in a tight loop should two writers chase each other. */
const againMs = 50;
/** Brokers come back, quotas grow, webhooks change their mind, and no watch tells of it. */
const refusedAgainMs = 60_000;

function partsOf<T extends KubeObject & { readonly status?: CommonStatus }, Observed>(
  steps: Steps<T, Observed>,
  observed: Observed,
) {
  return { fieldManager: steps.fieldManager, ...steps.ports(observed) };
}

/** Deletion goes on in every mode, so that no namespace hangs; but nothing is done to the outside any more. */
function inMode(changes: readonly Change[], mode: string | undefined): readonly Change[] {
  if (mode !== modes.paused && mode !== modes.plan) return changes;
  return changes.filter(({ action }) => action === 'RemoveFinalizer');
}

function commonStatus(object: KubeObject, conditions: readonly Condition[], held: readonly Change[]): CommonStatus {
  const plan = toPlanStatus(held);
  return { conditions, observedGeneration: object.metadata.generation ?? 0, ...(plan === undefined ? {} : { plan }) };
}

async function reportPaused<T extends KubeObject & { readonly status?: CommonStatus }>(
  resource: Resource<T>,
  object: T,
  context: ReconcileContext,
  now: Date,
): Promise<ReconcileOutcome | undefined> {
  const message = 'Nothing is observed or done: remove the annotation sluice.dev/mode to go on.';
  let conditions: readonly Condition[] = object.status?.conditions ?? [];
  const paused = { reason: reasons.paused, message, observedGeneration: object.metadata.generation ?? 0 };
  conditions = setCondition(conditions, { type: conditionTypes.ready, status: 'Unknown', ...paused }, now).conditions;
  for (const type of [conditionTypes.reconciling, conditionTypes.stalled]) {
    conditions = setCondition(conditions, { type, status: 'False', ...paused }, now).conditions;
  }
  const isWritten = await writeStatus(resource, object, { ...object.status, conditions }, context);
  return isWritten ? undefined : { requeueAfterMs: againMs };
}

/** Writes where it differs, guarded by resourceVersion. False: somebody else was first, look again. */
async function writeStatus<T extends KubeObject & { readonly status?: CommonStatus }>(
  resource: Resource<T>,
  object: T,
  status: CommonStatus,
  { client, events }: ReconcileContext,
): Promise<boolean> {
  if (hashOf(object.status ?? {}) === hashOf(status)) return true;
  try {
    await client.updateStatus(resource, { ...object, status });
  } catch (error) {
    if (isConflict(error)) return false;
    // It was deleted while we looked: there is nobody left to tell.
    if (isNotFound(error)) return true;
    throw error;
  }
  tellTransition(object, status.conditions ?? [], events);
  return true;
}

function tell(object: KubeObject, plan: Plan, outcome: Outcome, { events, logger }: ReconcileContext): void {
  for (const change of outcome.done) logger.info({ action: change.action, risk: change.risk }, describeChange(change));
  const told = outcome.done.filter(({ action }) => action !== 'AddFinalizer' && action !== 'RemoveFinalizer');
  // One for all of a kind: a service with a thousand topics is not a thousand requests more.
  for (const alike of Map.groupBy(told, ({ action, risk }) => `${action} ${risk}`).values()) {
    const [first] = alike;
    if (!first) continue;
    const type = first.risk === 'DataLoss' ? 'Warning' : 'Normal';
    const note = withinNote(alike.map(describeChange));
    events.record(object, { type, reason: first.action, action: 'Reconcile', note });
  }
  for (const { type, reason, note } of plan.notices ?? []) {
    logger.info({ reason }, note);
    events.record(object, { type, reason, action: 'Reconcile', note });
  }
}

/** As many of the texts as an event's note holds (1 kB, events.k8s.io/v1), and how many more there are. */
function withinNote(texts: readonly string[]): string {
  const fitting: string[] = [];
  for (const text of texts) {
    if (fitting.length > 0 && Buffer.byteLength([...fitting, text].join('\n')) > noteBytes) break;
    fitting.push(text);
  }
  const more = texts.length - fitting.length;
  return more === 0 ? fitting.join('\n') : `${fitting.join('\n')}\nand ${more} more`;
}

/** A little is left for the count. */
const noteBytes = 1000;

/** An event where Ready changed its mind, for those who look at events alone. */
function tellTransition(
  object: KubeObject & { readonly status?: CommonStatus },
  conditions: readonly Condition[],
  events: ReconcileContext['events'],
): void {
  const readyOf = (all: readonly Condition[]) => all.find(({ type }) => type === conditionTypes.ready);
  const ready = readyOf(conditions);
  const former = readyOf(object.status?.conditions ?? []);
  if (!ready || (former?.status === ready.status && former.reason === ready.reason)) return;
  if (ready.reason === reasons.progressing) return;
  const type = ready.status === 'True' ? 'Normal' : 'Warning';
  events.record(object, { type, reason: ready.reason, action: 'Reconcile', note: ready.message });
}

/** An answer that judges what was asked: not again at once, but who judged may think otherwise later. */
function isRefusal(error: unknown): boolean {
  return (error instanceof SluiceError || error instanceof ApiError) && error.retry === 'terminal';
}
