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
import type { JobObservation } from '../engines/index.ts';
import { applyOf, applySecretOf, type Change, type DeleteChange, type Plan } from '../plan/index.ts';
import { hasFinalizer, type KubeObject, type Resource } from '../runtime/index.ts';
import { type Blocker, waitingFor } from './blocker.ts';
import { isOwn } from './conflict.ts';
import { type DesiredJob, desiredJob, keptJob, mountedBy } from './desired.ts';
import { jobVerdicts, observationOf } from './job-verdict.ts';
import { grantsOf } from './logins.ts';
import type { Observed } from './observe.ts';

/** No watch tells that an engine was installed. */
const engineAgainMs = 15_000;
/** A job that does not end holds its topics' deletion up for so long at most. */
const jobEndMs = 5 * 60_000;

export function decide(observed: Observed, now: Date): Plan {
  const bus = decideOnBus(observed.bus, now);
  const isDeleting = observed.object.metadata.deletionTimestamp !== undefined;
  return isDeleting ? decideDeleting(observed, bus, now) : decideLiving(observed, bus);
}

/** Topics and schemas, then the job. A spec that is refused or must wait changes nothing of the job, which stays. */
function decideLiving(observed: Observed, bus: BusDecision): Plan {
  const { object, bus: seen } = observed;
  const desired = desiredJob(observed, bus);
  const blocker = 'reason' in desired ? desired : undefined;
  const access = decidePrincipal(observed, {
    grants: grantsOf(observed.object),
    isOtherUnused: isInUse(observed, desired),
  });
  return {
    changes: [
      ...finalizerChanges(observed.object, { needsFinalizer: bus.needsFinalizer || hasPrincipal(observed) }),
      // With what the job reads and writes is on record before it starts.
      ...(blocker || seen.state === 'unavailable'
        ? []
        : liveSchemaChanges(object, seen, { isSettled: isInUse(observed, desired) })),
      ...busChanges(bus, blocker),
      // What the job logs in with is there before it starts, and goes once nothing of it needs it.
      ...(blocker ? [] : access.grants),
      ...('reason' in desired || access.isAwaited ? keepJob(observed) : applyJob(observed, desired)),
      ...(blocker ? [] : access.revocations),
    ],
    verdicts: [...bus.verdicts, ...access.verdicts, ...jobVerdicts(observed, blocker ?? awaited(access))],
    notices: bus.notices,
    requeueAfterMs:
      blocker?.reason === reasons.engineNotInstalled ? Math.min(engineAgainMs, bus.requeueAfterMs) : bus.requeueAfterMs,
  };
}

/** A job that cannot log in as it must yet is not started. */
function awaited({ isAwaited, verdicts: [verdict] }: PrincipalAccess): Blocker | undefined {
  return isAwaited && verdict ? waitingFor(verdict.reason, verdict.message) : undefined;
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
function applyJob(observed: Observed, { secret, configMap, object, isNewVersion }: DesiredJob): readonly Change[] {
  const { engine } = observed;
  const { backEnd, live } = engine;
  const liveConfigMap = engine.configMaps.find(({ metadata }) => metadata.name === configMap?.metadata.name);
  const applied = applyOf(backEnd.resource, object, live, told(live, isNewVersion));
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

function told(live: KubeObject | undefined, isNewVersion: boolean): Pick<Change, 'reason' | 'risk'> {
  if (!live) return { reason: 'it is not there', risk: 'Safe' };
  if (!isNewVersion) return { reason: 'it is not as declared', risk: 'Safe' };
  return { reason: 'what the job is made of changed, so it is restarted from its state', risk: 'Disruptive' };
}

/** Whatever runs of the job logs in with the principal in use; true where nothing runs. */
function isInUse(observed: Observed, desired: DesiredJob | Blocker): boolean {
  const seen = observationOf(observed);
  if (!seen) return true;
  return !('reason' in desired) && !desired.isNewVersion && isSettled(seen);
}

/** The newest version has come to where it stays by itself. */
function isSettled({ isCurrent, state }: JobObservation): boolean {
  return isCurrent && ['Running', 'Suspended', 'Scheduled', 'Finished'].includes(state);
}

/** The version in force stays, suspended or not as the spec says, and is put right where others changed it. */
function keepJob({ object, engine }: Observed): readonly Change[] {
  const kept = keptJob(object, engine);
  if (!kept || engine.live?.metadata.deletionTimestamp !== undefined) return [];
  return applyOf(engine.backEnd.resource, kept, engine.live, { reason: 'it is not as the version in force asks for' });
}

/** A version that is replaced may still be started again until the newest has come up. */
function removeUnused(observed: Observed, mounted: string | undefined): readonly DeleteChange[] {
  const seen = observationOf(observed);
  if (!seen || !isSettled(seen)) return [];
  return observed.engine.configMaps
    .filter(({ metadata }) => metadata.name !== mounted)
    .flatMap((configMap) => deleteOf(observed, configMaps, configMap, 'no version of the job mounts it any more'));
}

/** The job ends before its topics. Its other children go by their owner references. */
function decideDeleting(observed: Observed, bus: BusDecision, now: Date): Plan {
  const { object, engine } = observed;
  if (!hasFinalizer(object, finalizer)) return { changes: [], verdicts: [deletingVerdict('its children')] };
  const live = engine.live && isOwn(object, engine.live) ? engine.live : undefined;
  const since = Date.parse(object.metadata.deletionTimestamp ?? '');
  if (live && now.getTime() - since < jobEndMs) {
    return {
      changes: deleteOf(observed, engine.backEnd.resource, live, 'its topics are deleted with the job'),
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
  reason: string,
): readonly DeleteChange[] {
  if (!isOwn(object, live) || live.metadata.deletionTimestamp !== undefined) return [];
  const { uid, name, namespace } = live.metadata;
  const key = { name, namespace };
  return [{ action: 'Delete', resource, key, risk: 'Disruptive', reason, ...(uid === undefined ? {} : { uid }) }];
}
