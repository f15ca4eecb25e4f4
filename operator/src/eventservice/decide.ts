// What is to be done about a service, and what is found of it. Pure and total.
import { finalizer, type Reason, reasons } from '../api/index.ts';
import {
  type BusDecision,
  clientSettingsOf,
  decideOnBus,
  decidePrincipalsOfDeleted,
  deletingVerdict,
  finalizerChanges,
  hasPrincipal,
  liveSchemaChanges,
  releasePlan,
} from '../bus/index.ts';
import type { Change, Plan, Verdict } from '../plan/index.ts';
import { hasFinalizer } from '../runtime/index.ts';
import { accessRefusal, decideServiceAccess, isInUse } from './access.ts';
import { decideBlueGreen } from './blue-green/decide.ts';
import { type DesiredWorkload, desiredWorkload } from './desired.ts';
import type { Observed } from './observe.ts';
import { refusedVerdict } from './refused.ts';
import { releaseVerdict, workloadVerdict } from './release.ts';
import { applyWorkload, keepWorkload, removeWorkload } from './workload.ts';

export function decide(observed: Observed, now: Date): Plan {
  const bus = decideOnBus(observed.bus, now);
  const isDeleting = observed.object.metadata.deletionTimestamp !== undefined;
  return isDeleting ? decideDeleting(observed, bus) : decideLiving(observed, bus);
}

/** Topics, schemas, then the workload. A spec that is refused or must wait changes nothing, and what runs stays. */
function decideLiving(observed: Observed, bus: BusDecision): Plan {
  const { object, bus: seen, deployment, release } = observed;
  if (release) return decideBlueGreen({ ...observed, release }, bus).plan;
  const denied = accessRefusal(observed);
  const refused = refusedVerdict(observed);
  const ours = refused ?? denied;
  const desired =
    seen.state === 'available'
      ? desiredWorkload(object, { ...observed, settings: clientSettingsOf(seen.bus), live: deployment })
      : undefined;
  const access = decideServiceAccess(observed, desired);
  const isAllowed = bus.mayRoll && !ours;
  const mayRoll = isAllowed && !access.isAwaited;
  const blocker = ours ?? (mayRoll ? undefined : worstOf(bus.mayRoll ? access.verdicts : bus.verdicts));
  const verdicts = [
    ...bus.verdicts,
    ...(denied ? [denied] : access.verdicts),
    workloadVerdict(observed, blocker),
    refused ?? releaseVerdict(observed, desired?.version, blocker),
  ];
  return {
    changes: [
      ...finalizerChanges(object, { needsFinalizer: bus.needsFinalizer || hasPrincipal(observed) }),
      ...(isAllowed ? schemaRecord(observed, desired) : []),
      ...(ours ? bus.changes.map((change) => ({ ...change, waitsFor: waitsFor(ours) })) : bus.changes),
      // What pods log in with is there before they start, and goes once none of them needs it.
      ...(isAllowed ? access.grants : []),
      ...(desired && mayRoll ? applyWorkload(observed, desired) : keepWorkload(observed)),
      ...(isAllowed ? access.revocations : []),
    ],
    verdicts,
    notices: bus.notices,
    requeueAfterMs: Math.min(bus.requeueAfterMs, lookAgainMs(verdicts)),
  };
}

/** What its pods read and write with is on record before they start; those that end still do. */
function schemaRecord(observed: Observed, desired: DesiredWorkload | undefined): readonly Change[] {
  const { object, bus, pods } = observed;
  if (bus.state === 'unavailable') return [];
  const isAnyEnding = pods.some(({ metadata }) => metadata.deletionTimestamp !== undefined);
  return liveSchemaChanges(object, bus, { isSettled: isInUse(observed, desired) && !isAnyEnding });
}

/** What others put right, seen in what is read anyway: looking costs nothing. */
const cheapReasons: ReadonlySet<Reason> = new Set([reasons.topicNotFound, reasons.conflict]);

/** No watch tells of topics and registries; nor of foreign objects, which have no owner to wake. */
function lookAgainMs(verdicts: readonly Verdict[]): number {
  const open = verdicts.filter(({ status, effect }) => status !== 'True' && effect !== undefined);
  if (open.some(({ reason }) => cheapReasons.has(reason))) return 5_000;
  return open.some(({ effect }) => effect === 'waiting') ? 30_000 : Number.POSITIVE_INFINITY;
}

/** Children go by their owner references; only what must not meet its topics' end goes before it. */
function decideDeleting(observed: Observed, bus: BusDecision): Plan {
  if (!hasFinalizer(observed.object, finalizer)) return { changes: [], verdicts: [deletingVerdict('its children')] };
  // Users and rules hold a deletion up no longer than topics do: releasePlan's patience with an absent bus is theirs, too.
  return releasePlan(bus, [...removeWorkload(observed), ...decidePrincipalsOfDeleted(observed)]);
}

function waitsFor({ type, reason }: Verdict): string {
  return `${type} to be no longer ${reason}`;
}

function worstOf(verdicts: readonly Verdict[]): Verdict | undefined {
  const open = verdicts.filter(({ status, effect }) => status !== 'True' && effect !== undefined);
  return open.find(({ effect }) => effect === 'stalled') ?? open[0];
}
