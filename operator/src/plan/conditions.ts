// From verdicts and outcome to the conditions of a resource, by the rules that hold for every kind. Pure.
import { annotations, type Condition, type ConditionType, conditionTypes, type Reason, reasons } from '../api/index.ts';
import { describeError, SluiceError } from '../errors.ts';
import { ApiError, isConflict, setCondition, TerminalError } from '../runtime/index.ts';
import type { Change } from './change.ts';
import { approvalHash } from './hash.ts';
import type { Outcome } from './outcome.ts';
import type { Verdict } from './plan.ts';
import { describeChange, targetOf } from './text.ts';

export type Explain = (failure: NonNullable<Outcome['failure']>) => Verdict | undefined;

export interface Findings {
  readonly verdicts: readonly Verdict[];
  readonly outcome: Outcome;
  /** What the kind makes of a failed change, where it knows better than the general words. */
  readonly explain?: Explain | undefined;
  /** Under mode Plan the held changes are what would be done. */
  readonly isPlanOnly: boolean;
  readonly generation: number;
}

/**
 * The former conditions with what was found now; types that nobody speaks of any more are taken out. The very same
 * array comes back when nothing differs.
 */
export function toConditions(former: readonly Condition[], findings: Findings, now: Date): readonly Condition[] {
  const verdicts = [...withFailure(findings)];
  const own = verdicts.filter(({ type }) => type !== conditionTypes.ready);
  const desired = [...summaryOf(verdicts, findings), ...own];
  const types = new Set<string>(desired.map(({ type }) => type));
  const spoken = former.filter(({ type }) => types.has(type));
  let conditions: readonly Condition[] = spoken.length === former.length ? former : spoken;
  for (const { type, status, reason, message } of desired) {
    const condition = { type, status, reason, message, observedGeneration: findings.generation };
    conditions = setCondition(conditions, condition, now).conditions;
  }
  return conditions;
}

interface Summary {
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: Reason;
  readonly message: string;
}

/** Ready, and kstatus's Reconciling and Stalled: the worst verdict speaks, the first among equals. */
function summaryOf(verdicts: readonly Verdict[], { outcome, isPlanOnly }: Findings): readonly Summary[] {
  const stalled = verdicts.find(isOpen('stalled'));
  const waiting = verdicts.find(isOpen('waiting'));
  const held = outcome.held[0];
  const ready = conditionTypes.ready;
  if (stalled) {
    return [
      { type: ready, status: 'False', reason: stalled.reason, message: stalled.message },
      ...kstatus({ stalled }),
    ];
  }
  if (isPlanOnly && held) {
    const count = outcome.held.length === 1 ? '1 change is' : `${outcome.held.length} changes are`;
    const message = `${count} planned and not carried out, the first: ${describeChange(held)}. See status.plan, and remove the annotation sluice.dev/mode to go on.`;
    const planned = { reason: reasons.planOnly, message };
    return [{ type: ready, status: 'False', ...planned }, ...kstatus({ idle: planned })];
  }
  const unapproved = approvalAsked(outcome);
  if (unapproved) {
    return [{ type: ready, status: 'False', ...unapproved }, ...kstatus({ stalled: unapproved })];
  }
  if (waiting) {
    return [
      { type: ready, status: 'False', reason: waiting.reason, message: waiting.message },
      ...kstatus({ reconciling: waiting }),
    ];
  }
  const begun = outcome.done[0];
  if (begun) {
    const message = `Carried out ${outcome.done.length} of the planned changes, the last: ${targetOf(outcome.done.at(-1) ?? begun)}.`;
    const progressing = { reason: reasons.progressing, message };
    return [{ type: ready, status: 'False', ...progressing }, ...kstatus({ reconciling: progressing })];
  }
  const message = 'Everything is as declared.';
  return [{ type: ready, status: 'True', reason: reasons.ready, message }, ...kstatus({})];
}

/** The spec is not in force before a person says yes to what cannot be had back. */
function approvalAsked({ held }: Outcome): Told | undefined {
  const losses = held.filter(({ risk, waitsFor }) => risk === 'DataLoss' && waitsFor === undefined);
  const [first] = losses;
  const hash = approvalHash(held);
  if (!first || hash === undefined) return undefined;
  const message = `${describeChange(first)}: approve it with the annotation ${annotations.approve}: ${hash}.`;
  return { reason: reasons.approvalRequired, message: withCount(message, losses.length) };
}

function withCount(message: string, count: number): string {
  return count === 1 ? message : `${message} It approves ${count} changes, see status.plan.`;
}

interface Told {
  readonly reason: Reason;
  readonly message: string;
}

function kstatus(told: {
  readonly stalled?: Told;
  readonly reconciling?: Told;
  readonly idle?: Told;
}): readonly Summary[] {
  const inForce = told.idle ?? { reason: reasons.succeeded, message: 'Nothing is under way.' };
  const notStalled = {
    reason: told.reconciling ? reasons.progressing : reasons.succeeded,
    message: 'Nothing is in the way.',
  };
  return [
    {
      type: conditionTypes.reconciling,
      status: told.reconciling ? 'True' : 'False',
      ...pick(told.reconciling ?? told.stalled ?? inForce),
    },
    {
      type: conditionTypes.stalled,
      status: told.stalled ? 'True' : 'False',
      ...pick(told.stalled ?? notStalled),
    },
  ];
}

function pick({ reason, message }: Told): Told {
  return { reason, message };
}

function isOpen(effect: Verdict['effect']): (verdict: Verdict) => boolean {
  return (verdict) => verdict.status !== 'True' && verdict.effect === effect;
}

/** A failed change speaks on the condition of what it was made to, before everything that was only observed. */
function* withFailure({ verdicts, outcome: { failure }, explain }: Findings): Iterable<Verdict> {
  if (!failure) {
    yield* verdicts;
    return;
  }
  const verdict = explain?.(failure) ?? verdictOf(failure.change, failure.error);
  yield verdict;
  for (const each of verdicts) if (each.type !== verdict.type) yield each;
}

function verdictOf(change: Change, error: unknown): Verdict {
  const isOurs = error instanceof SluiceError;
  const isTerminal = (isOurs || error instanceof ApiError) && error.retry === 'terminal';
  return {
    type: conditionTypeOf(change),
    status: 'False',
    reason: isOurs ? error.reason : isConflict(error) ? reasons.conflict : reasons.internalError,
    message: isOurs ? error.message : `${change.action} ${targetOf(change)} failed: ${describeError(error)}`,
    effect: isTerminal || error instanceof TerminalError ? 'stalled' : 'waiting',
  };
}

function conditionTypeOf(change: Change): ConditionType {
  switch (change.action) {
    case 'CreateTopic':
    case 'AddPartitions':
    case 'AlterTopicConfig':
    case 'DeleteTopic':
      return conditionTypes.topicsReady;
    case 'SetCompatibility':
    case 'RegisterSchema':
    case 'DeleteSubject':
      return conditionTypes.schemasCompatible;
    default:
      return conditionTypes.ready;
  }
}
