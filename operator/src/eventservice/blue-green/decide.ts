// One look at a service under blue/green: what its release asks for now, and where the release stands then. The first is of
// the state that status holds, the second is written there before anything of it is carried out. Pure.
import { conditionTypes, type Reason, type ReleaseStatus, reasons } from '../../api/index.ts';
import { type BusDecision, finalizerChanges, hasPrincipal, liveSchemaChanges } from '../../bus/index.ts';
import type { Change, Plan, Verdict } from '../../plan/index.ts';
import { advance, type Target } from '../../release/index.ts';
import { hashOf } from '../../runtime/index.ts';
import { accessRefusal, decideServiceAccess } from '../access.ts';
import { refusedVerdict } from '../refused.ts';
import { releaseVerdict, workloadVerdict } from '../release.ts';
import type { Version } from '../resources/pod-template.ts';
import { revisionOf } from '../revision.ts';
import { applyWorkload } from '../workload.ts';
import { colourChanges, otherBudgetChanges } from './changes.ts';
import { groupsOf } from './groups.ts';
import { accessChanges } from './logins.ts';
import { evictions, type ObservedRelease, podsOf, startOffsets, toSeen } from './seen.ts';
import { targetFor } from './target.ts';

export interface ReleaseDecision {
  readonly plan: Plan;
  /** For `status.release`. */
  readonly next: ReleaseStatus;
  readonly target: Target;
}

const againMs = 10;
const handoverMs = 100;
const lookMs = 1_000;

export function decideBlueGreen(observed: ObservedRelease, bus: BusDecision): ReleaseDecision {
  const { object, release } = observed;
  const base = accessRefusal(observed) ?? sharedGroup(observed);
  const refused = refusedVerdict(observed);
  const ours = refused ?? base;
  const shared = decideServiceAccess(observed, undefined);
  const isAllowed = bus.mayRoll && !ours;
  const mayRoll = isAllowed && !shared.isAwaited;
  const hold = ours ?? (mayRoll ? undefined : worstOf(bus.mayRoll ? shared.verdicts : bus.verdicts));
  const fence = fenceOf(observed, shared.verdicts);
  const judged = { gate: hold?.message, fence, areSchemasRegistered: !bus.changes.some(isOfSchema) };
  const known = release.status?.active
    ? release.status
    : advance(undefined, toSeen(observed, { ...judged, isSettled: false }));
  const target = targetFor(object, known);
  // Unreachable: a state that was adopted has an active version.
  if (!target) throw new RangeError('a release without an active version has no target');
  const logins = observed.logins ?? { a: undefined, b: undefined };
  const mine = colourChanges(observed, target, { logins, mayRender: mayRoll });
  const isAlone = known.phase === 'Stable' && known.previous === undefined;
  const hasOwnLogins = known.active?.login !== undefined;
  const access =
    observed.bus.state === 'available' && hasOwnLogins
      ? accessChanges(target, {
          service: object,
          bus: observed.bus,
          logins,
          groups: groupsOf(object),
          hasPods: { a: podsOf(observed.pods, 'a').length > 0, b: podsOf(observed.pods, 'b').length > 0 },
          isAlone: isAlone && mayRoll,
        })
      : {
          fences: [],
          grants: isAllowed ? shared.grants : [],
          revocations: isAlone && isAllowed ? shared.revocations : [],
        };
  const isSettled = [mine.roles, access.fences, access.grants, mine.deployments, mine.services].every(
    (changes) => changes.length === 0,
  );
  const next = advance(release.status, toSeen(observed, { ...judged, isSettled }));
  const { desired } = mine;
  // A version that was given up is what the spec asks for still, and not what runs.
  const isInForce = known.active?.revision === revisionOf(object);
  const verdicts = [
    ...bus.verdicts,
    ...(base ? [base] : shared.verdicts),
    workloadVerdict(observed, hold),
    refused ?? verdictOf(observed, next, desired?.version, hold),
  ];
  return {
    target,
    next,
    plan: {
      changes: [
        ...finalizerChanges(object, { needsFinalizer: bus.needsFinalizer || hasPrincipal(observed) }),
        ...(isAllowed ? schemaRecord(observed, isAlone && isSettled && isInForce) : []),
        ...bus.changes.map((change) => held(change, ours, target)),
        ...mine.roles,
        ...access.fences,
        ...access.grants,
        ...evictions(observed),
        ...startOffsets(observed),
        ...mine.secrets,
        ...(desired
          ? applyWorkload(observed, desired, { pods: mine.deployments, front: mine.services })
          : [...mine.deployments, ...mine.services]),
        ...otherBudgetChanges(observed),
        ...access.revocations,
      ],
      verdicts,
      notices: bus.notices,
      requeueAfterMs: Math.min(bus.requeueAfterMs, lookAgainMs(release.status, next)),
    },
  };
}

function lookAgainMs(known: ReleaseStatus | undefined, next: ReleaseStatus): number {
  if (hashOf(known ?? {}) !== hashOf(next)) return againMs;
  if (next.handover && next.phase !== 'Soaking') return handoverMs;
  return next.phase === 'Stable' && next.previous === undefined ? 30_000 : lookMs;
}

/** Rules bind where Sluice writes them itself and the brokers keep to them. */
function fenceOf({ bus, login }: ObservedRelease, verdicts: readonly Verdict[]): 'Access' | 'Scale' {
  if (bus.state === 'unavailable' || !bus.access?.live.hasRules || bus.access.kafkaUsers || !login) return 'Scale';
  return verdicts.some(({ type }) => type === conditionTypes.accessNotEnforced) ? 'Scale' : 'Access';
}

function sharedGroup({ release }: ObservedRelease): Verdict | undefined {
  if (release.rival === undefined) return undefined;
  return {
    type: conditionTypes.accessGranted,
    status: 'False',
    reason: reasons.groupShared,
    message: release.rival,
    effect: 'stalled',
  };
}

function isOfSchema({ action }: Change): boolean {
  return action === 'RegisterSchema' || action === 'SetCompatibility';
}

/** What waits for a person waits as ever; a candidate's schema waits for its promotion, partitions for the handover's end. */
function held(change: Change, ours: Verdict | undefined, target: Target): Change {
  if (ours) return { ...change, waitsFor: `${ours.type} to be no longer ${ours.reason}` };
  if (target.holdsSchemas && isOfSchema(change)) return { ...change, waitsFor: 'the candidate to be promoted' };
  if (target.isFrozen && change.action === 'AddPartitions') return { ...change, waitsFor: 'the handover to be over' };
  return change;
}

/** What pods read and write with is on record before they start; those that end, or are kept, still do. */
function schemaRecord({ object, bus, pods }: ObservedRelease, isSettled: boolean): readonly Change[] {
  if (bus.state === 'unavailable') return [];
  const isAnyEnding = pods.some(({ metadata }) => metadata.deletionTimestamp !== undefined);
  return liveSchemaChanges(object, bus, { isSettled: isSettled && !isAnyEnding });
}

/** ReleaseHealthy. */
function verdictOf(
  observed: ObservedRelease,
  next: ReleaseStatus,
  version: Version | undefined,
  hold: Verdict | undefined,
): Verdict {
  const { object } = observed;
  const type = conditionTypes.releaseHealthy;
  const { phase, active, candidate, message, rejected } = next;
  const wanted = revisionOf(object);
  if (phase === 'Stable' && active?.revision === wanted) return releaseVerdict(observed, version, hold);
  if (hold && phase !== 'Promoting' && phase !== 'Soaking' && phase !== 'Aborting') {
    return { type, status: 'Unknown', reason: hold.reason, message: `This version waits: ${hold.message}` };
  }
  if (phase === 'Stable' && rejected === wanted) {
    const words =
      message ?? `Revision ${wanted} was given up before: set sluice.dev/retry to a new value to try it again.`;
    return { type, status: 'False', reason: reasons.releaseAborted, message: words, effect: 'stalled' };
  }
  const words = `${phase}${candidate ? ` of revision ${candidate.revision}` : ''}: ${message ?? 'it is under way.'}`;
  return { type, status: 'Unknown', reason: reasonOf(next), message: words, effect: 'waiting' };
}

/** Told by the sentence, which the state machine alone words. */
function reasonOf({ message = '' }: ReleaseStatus): Reason {
  const told = ([reasons.foreignMember, reasons.offsetsMoved] as const).find((reason) =>
    message.includes(`${reason}:`),
  );
  if (told) return told;
  return message.includes('awaits promotion') ? reasons.awaitingPromotion : reasons.progressing;
}

function worstOf(verdicts: readonly Verdict[]): Verdict | undefined {
  const open = verdicts.filter(({ status, effect }) => status !== 'True' && effect !== undefined);
  return open.find(({ effect }) => effect === 'stalled') ?? open[0];
}
