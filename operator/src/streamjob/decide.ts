// What is to be done about a job, and what is found of it. Pure and total.
import { annotations, finalizer, reasons } from '../api/index.ts';
import {
  type BusDecision,
  configMaps,
  decideOnBus,
  decidePrincipal,
  decidePrincipalsOfDeleted,
  deletingVerdict,
  finalizerChanges,
  hasPrincipal,
  liveSchemaChanges,
  type PrincipalAccess,
  releasePlan,
  type Secret,
  secrets,
} from '../bus/index.ts';
import { applyOf, applySecretOf, type Change, type DeleteChange, type Plan } from '../plan/index.ts';
import { hasFinalizer, type KubeObject, type Resource } from '../runtime/index.ts';
import { type Blocker, waitingFor } from './blocker.ts';
import { isOwn } from './conflict.ts';
import { type DesiredJob, desiredJob, keptJob, mountedBy, type Told } from './desired.ts';
import { jobVerdicts, observationOf } from './job-verdict.ts';
import { grantsOf } from './logins.ts';
import type { Observed } from './observe.ts';
import { deadlineInMs, givenUp, isSettled, stableOf } from './rollback.ts';
import { renderStable, stableName, versionOf } from './stable.ts';

/** No watch tells that an engine was installed. */
const engineAgainMs = 15_000;
/** A job that does not end holds its topics' deletion up for so long at most. */
const jobEndMs = 5 * 60_000;
/** No watch tells that our own status has come. */
const givenUpAgainMs = 100;

export function decide(observed: Observed, now: Date): Plan {
  const bus = decideOnBus(observed.bus, now);
  const isDeleting = observed.object.metadata.deletionTimestamp !== undefined;
  return isDeleting ? decideDeleting(observed, bus, now) : decideLiving(observed, bus, now);
}

/** Topics and schemas, then the job. A spec that is refused or must wait changes nothing of the job, which stays. */
function decideLiving(observed: Observed, bus: BusDecision, now: Date): Plan {
  const { object, bus: seen } = observed;
  const desired = desiredJob(observed, bus);
  const refused = 'reason' in desired ? desired : undefined;
  const blocker = 'reason' in desired ? desired : desired.blocker;
  const isUsed = isInUse(observed, desired);
  // Reported first, so that a crash goes on with it.
  const lost = givenUp(observed, now);
  const isGivenUp = lost !== undefined && lost.inputs !== object.status?.rollback?.inputs;
  const access = decidePrincipal(observed, { grants: grantsOf(object), isOtherUnused: isUsed });
  return {
    changes: [
      ...finalizerChanges(object, { needsFinalizer: bus.needsFinalizer || hasPrincipal(observed) }),
      // With what the job reads and writes is on record before it starts.
      ...(refused || seen.state === 'unavailable' ? [] : liveSchemaChanges(object, seen, { isSettled: isUsed })),
      ...busChanges(bus, refused),
      // What the job logs in with is there before it starts, and goes once nothing of it needs it.
      ...(refused ? [] : access.grants),
      ...rememberStable(observed),
      ...('reason' in desired || access.isAwaited ? keepJob(observed) : applyJob(observed, desired)),
      ...(refused ? [] : access.revocations),
    ],
    verdicts: [...bus.verdicts, ...access.verdicts, ...jobVerdicts(observed, blocker ?? awaited(access))],
    notices: bus.notices,
    requeueAfterMs: Math.min(
      bus.requeueAfterMs,
      blocker?.reason === reasons.engineNotInstalled ? engineAgainMs : Number.POSITIVE_INFINITY,
      isGivenUp ? givenUpAgainMs : deadlineInMs(observed, now),
    ),
  };
}

/** A job that cannot log in as it must yet is not started. */
function awaited({ isAwaited, verdicts: [verdict] }: PrincipalAccess): Blocker | undefined {
  return isAwaited && verdict ? waitingFor(verdict.reason, verdict.message) : undefined;
}

/** The version that runs is kept whole, before another one takes its place. */
function rememberStable(observed: Observed): readonly Change[] {
  const { object, engine } = observed;
  const seen = observationOf(observed);
  const version = engine.live && versionOf(engine.live);
  const isNew = version?.inputs !== stableOf(observed)?.inputs;
  if (!engine.backEnd.restores || !engine.live || !isNew || !seen?.isCurrent || seen.state !== 'Running') return [];
  if (engine.live.metadata.deletionTimestamp !== undefined) return [];
  const desired = renderStable(object, engine.live);
  const live = engine.configMaps.find(({ metadata }) => metadata.name === stableName(object));
  return desired ? applyOf(configMaps, desired, live, { reason: 'this version runs: it can come back' }) : [];
}

/**
 * A job that is refused for good makes no topics and registers no schemas. One that waits does: others may wait for its
 * topics.
 */
function busChanges({ changes }: BusDecision, blocker: Blocker | undefined): readonly Change[] {
  if (blocker?.effect !== 'stalled') return changes;
  return changes.map((change) => ({ ...change, waitsFor: `the job to be no longer ${blocker.reason}` }));
}

/** What the pods mount comes first, what none mounts any more goes last. */
function applyJob(observed: Observed, desired: DesiredJob): readonly Change[] {
  const { engine } = observed;
  const { secret, configMap, object, restart, isReplaced } = desired;
  const { backEnd, live } = engine;
  const told = { reason: live ? 'it is not as declared' : 'it is not there' };
  if (isReplaced && live && restart)
    return [...keepJob(observed), ...deleteOf(observed, backEnd.resource, live, restart)];
  const liveConfigMap = engine.configMaps.find(({ metadata }) => metadata.name === configMap?.metadata.name);
  const applied = applyOf(backEnd.resource, object, live, restart ?? told);
  return [
    ...(secret ? secretChanges(observed, secret) : []),
    ...(configMap ? applyOf(configMaps, configMap, liveConfigMap, { reason: 'the job mounts it' }) : []),
    ...applied,
    ...(applied.length === 0 ? removeUnused(observed, mountedBy(backEnd, object)) : []),
  ];
}

/** A Secret cannot be read back: the engine's resource, written after it, keeps the hash of the one that was written. */
function secretChanges({ engine, isSecretMissing }: Observed, secret: Secret): readonly Change[] {
  const written = isSecretMissing ? undefined : engine?.live?.metadata.annotations?.[annotations.bindings];
  const reason = isSecretMissing ? 'pods wait for it and it is gone' : 'pods log in with it';
  return applySecretOf(secrets, secret, written, { reason });
}

/** Whatever runs of the job is the newest version, with its principal and its schemas; true where nothing runs. */
function isInUse(observed: Observed, desired: DesiredJob | Blocker): boolean {
  const seen = observationOf(observed);
  if (!seen) return true;
  return !('reason' in desired) && !desired.restart && !desired.blocker && isSettled(seen);
}

/** The version in force stays, suspended or not as the spec says, and is put right where others changed it. */
function keepJob({ object, engine }: Observed): readonly Change[] {
  const kept = keptJob(object, engine);
  if (!kept || engine.live?.metadata.deletionTimestamp !== undefined) return [];
  return applyOf(engine.backEnd.resource, kept, engine.live, { reason: 'it is not as the version in force asks for' });
}

const unused: Told = { reason: 'no version of the job mounts it any more', risk: 'Disruptive' };

/** A version that is replaced may still be started again until the newest has come up. */
function removeUnused(observed: Observed, mounted: string | undefined): readonly DeleteChange[] {
  const seen = observationOf(observed);
  if (!seen || !isSettled(seen)) return [];
  const stable = stableOf(observed);
  const kept = [mounted, stableName(observed.object), stable && observed.engine.backEnd.mountedConfigMap(stable.spec)];
  return observed.engine.configMaps
    .filter(({ metadata }) => !kept.includes(metadata.name))
    .flatMap((configMap) => deleteOf(observed, configMaps, configMap, unused));
}

/** The job ends before its topics. Its other children go by their owner references. */
function decideDeleting(observed: Observed, bus: BusDecision, now: Date): Plan {
  const { object, engine } = observed;
  if (!hasFinalizer(object, finalizer)) return { changes: [], verdicts: [deletingVerdict('its children')] };
  const live = engine.live && isOwn(object, engine.live) ? engine.live : undefined;
  const since = Date.parse(object.metadata.deletionTimestamp ?? '');
  if (live && now.getTime() - since < jobEndMs) {
    return {
      changes: deleteOf(observed, engine.backEnd.resource, live, {
        reason: 'its topics are deleted with the job',
        risk: 'Disruptive',
      }),
      verdicts: [deletingVerdict('its job')],
      requeueAfterMs: bus.requeueAfterMs,
    };
  }
  return releasePlan(bus, decidePrincipalsOfDeleted(observed));
}

function deleteOf<T extends KubeObject>(
  { object }: Observed,
  resource: Resource<T>,
  live: T,
  { reason, risk }: Told,
): readonly DeleteChange[] {
  if (!isOwn(object, live) || live.metadata.deletionTimestamp !== undefined) return [];
  const { uid, name, namespace } = live.metadata;
  const key = { name, namespace };
  return [{ action: 'Delete', resource, key, risk, reason, ...(uid === undefined ? {} : { uid }) }];
}
