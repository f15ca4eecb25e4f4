// What a job is made of when its spec is in force, and what is kept of it while its spec must not be. Pure.
import { labels, onUpgradeOf, reasons, type StreamJob } from '../api/index.ts';
import type { BusDecision, Secret } from '../bus/index.ts';
import { type ConfigMap, type Engine, isRefusal, type JobInputs } from '../engines/index.ts';
import type { Risk } from '../plan/index.ts';
import type { KubeObject } from '../runtime/index.ts';
import { type Blocker, stalledBy, waitingFor } from './blocker.ts';
import { conflictOf, isOwn } from './conflict.ts';
import { inputsOf } from './inputs.ts';
import { loginSecret } from './logins.ts';
import { jobMetadata, marksOf, withBindings } from './marks.ts';
import type { EngineObserved, Observed } from './observe.ts';
import { childMetadata } from './resources/metadata.ts';
import { inputsHashOf, revisionOf } from './revision.ts';
import { freshRestorePoint, type Rollback, stableOf } from './rollback.ts';
import { type StableVersion, versionOf } from './stable.ts';
import { upgradeTold } from './upgrade-told.ts';

export interface Told {
  readonly reason: string;
  readonly risk: Risk;
}

export interface DesiredJob {
  /** Absent: what is mounted is there. */
  readonly configMap?: ConfigMap;
  /** What the pods log in with; absent where Sluice makes no logins. */
  readonly secret?: Secret;
  readonly object: KubeObject;
  /** Why the job restarts; absent where it does not. */
  readonly restart?: Told;
  /** The resource that is there is deleted first: the engine would take this object up from another place, or not at all. */
  readonly isReplaced?: true;
  /** What is not in force though this is as it should be. */
  readonly blocker?: Blocker;
}

/** The newest spec's objects, or why they must not be applied. */
export function desiredJob(observed: Observed, bus: BusDecision): DesiredJob | Blocker {
  const { object, engine } = observed;
  const refusal = engine.backEnd.refusalOf(object);
  if (refusal) return { ...refusal, effect: 'stalled' };
  const conflict = conflictOf(object, engine.live);
  if (conflict) return conflict;
  if (!engine.isInstalled) {
    return waitingFor(
      reasons.engineNotInstalled,
      `The API server knows no ${engine.backEnd.resource.kind}, or does not let Sluice read it: install ${engine.backEnd.operatorName}, and leave the engine enabled in Sluice's chart; the job starts by itself then.`,
    );
  }
  const version = versionRefusal(observed);
  if (version) return version;
  if (observed.bus.state === 'unavailable' || !bus.mayRoll) return blockerOf(bus);
  const inputs = inputsOf(object, observed.bus, observed.login, engine.backEnd);
  if ('reason' in inputs) return inputs;
  const { rollback } = object.status ?? {};
  if (rollback && rollback.inputs === inputsHashOf(object, inputs)) return rolledBack(observed, rollback);
  const secret = loginSecret(object, observed.login, engine.backEnd);
  return inForce(object, engine, inputs, secret) ?? rendered(observed, inputs, secret);
}

/** Found before the engine's operator would, which says it in the words of a schema. */
function versionRefusal({ object, engine }: Observed): Blocker | undefined {
  const { version } = object.spec.engineOptions?.[object.spec.engine === 'Flink' ? 'flink' : 'spark'] ?? {};
  const { versions = [] } = engine.capabilities ?? {};
  const [oldest] = versions;
  if (version === undefined || oldest === undefined) return undefined;
  if (versions.includes(version.split('.').slice(0, 2).join('.'))) return undefined;
  return stalledBy(
    reasons.engineRefused,
    `spec.engineOptions names version ${version}, and ${engine.backEnd.operatorName} on this cluster runs ${oldest} to ${versions.at(-1)}: name one of those, or install a newer operator.`,
  );
}

/** Hash of all that the newest spec is rendered from; undefined while that is not known. */
export function wantedInputs({ object, bus, login, engine }: Observed): string | undefined {
  if (bus.state === 'unavailable') return undefined;
  const inputs = inputsOf(object, bus, login, engine.backEnd);
  return 'reason' in inputs ? undefined : inputsHashOf(object, inputs);
}

/** The resource as it is in force, suspended or not as the spec says; undefined when it cannot be told. */
export function keptJob(job: StreamJob, { backEnd, live }: EngineObserved): KubeObject | undefined {
  const marks = live && isOwn(job, live) ? marksOf(live) : undefined;
  const spec = marks && backEnd.parseSpec(marks.spec);
  if (!marks || spec === undefined) return undefined;
  return backEnd.toObject(jobMetadata(job, { ...marks, spec }), spec, { isSuspended: job.spec.suspend });
}

/** The kept resource where it was rendered from the same inputs and its scripts are still there. */
function inForce(
  job: StreamJob,
  engine: EngineObserved,
  inputs: JobInputs,
  secret: Secret | undefined,
): DesiredJob | undefined {
  if (!engine.live || versionOf(engine.live)?.inputs !== inputsHashOf(job, inputs)) return undefined;
  const object = keptJob(job, engine);
  const mounted = mountedBy(engine.backEnd, object);
  const isThere = engine.configMaps.some(({ metadata }) => metadata.name === mounted);
  if (!object || !isThere) return undefined;
  return { object: withBindings(object, secret), ...(secret ? { secret } : {}) };
}

function rendered(observed: Observed, inputs: JobInputs, secret: Secret | undefined): DesiredJob | Blocker {
  const { object: job, image, engine } = observed;
  const { backEnd, live } = engine;
  const result = backEnd.render(job, inputs, image);
  if (isRefusal(result)) return { ...result, effect: 'stalled' };
  const from = live ? undefined : restorePath(job);
  const spec = from === undefined ? result.spec : backEnd.startingFrom(result.spec, from);
  const inputsHash = inputsHashOf(job, inputs);
  const metadata = jobMetadata(job, { inputs: inputsHash, revision: revisionOf(job), spec, secret });
  const restart = live && upgradeTold(observed, live, { spec, inputs: inputsHash });
  return {
    configMap: { ...result.configMap, metadata: childMetadata(job, result.configMap.metadata.name) },
    object: backEnd.toObject(metadata, spec, { isSuspended: job.spec.suspend }),
    ...(restart ?? {}),
    ...(secret ? { secret } : {}),
  };
}

/** The version before, from the restore point that was taken of it; and why the newest spec is not in force. */
function rolledBack(observed: Observed, rollback: Rollback): DesiredJob | Blocker {
  const { object: job, engine } = observed;
  const { backEnd, live } = engine;
  const stable = stableOf(observed);
  const failed = `The newest version did not come up and was given up at ${rollback.at}: ${rollback.message}`;
  if (!stable) return stalledBy(reasons.rolledBack, `${failed} There is none to go back to: change the spec.`);
  const isBack = live !== undefined && versionOf(live)?.inputs === stable.inputs;
  const kept = isBack ? keptJob(job, engine) : undefined;
  const keepsState = backEnd.restores?.stateOf(stable.spec) !== 'Nothing';
  const point = isBack ? beginningOf(observed) : freshRestorePoint(observed);
  const from = point === undefined ? 'where it stood' : `at ${point}, so what was written since is written again`;
  const blocker = stalledBy(
    reasons.rolledBack,
    `${failed} The version before runs again, begun ${from}: change the spec.`,
  );
  if (kept) return { object: kept, blocker };
  const begins = live === undefined && keepsState ? job.status?.restorePoint?.path : undefined;
  const spec = begins === undefined ? stable.spec : backEnd.startingFrom(stable.spec, begins);
  const reason = `the new version did not come up: the one before begins again ${from}`;
  return {
    object: objectOf(job, backEnd, { ...stable, spec }),
    ...(live ? { restart: { reason, risk: 'Disruptive' as const } } : {}),
    // A restore that failed leaves the Flink operator where no change of the spec helps.
    ...(live && keepsState && point !== undefined ? { isReplaced: true as const } : {}),
    blocker,
  };
}

/** Where the version that is there was made to begin. */
function beginningOf({ engine }: Observed): string | undefined {
  const text = engine.live && versionOf(engine.live)?.text;
  const spec = text === undefined ? undefined : engine.backEnd.parseSpec(text);
  return spec === undefined ? undefined : engine.backEnd.restores?.beginningOf(spec);
}

function objectOf(job: StreamJob, backEnd: Engine, { inputs, revision, spec }: StableVersion): KubeObject {
  return backEnd.toObject(jobMetadata(job, { inputs, revision, spec }), spec, { isSuspended: job.spec.suspend });
}

/** Where a job begins whose resource is not there: where it is to move, at its last restore point, else where it was told first. */
function restorePath({ spec, status }: StreamJob): string | undefined {
  if (onUpgradeOf(spec) === 'Discard') return undefined;
  const told = spec.state?.restoreFrom || undefined;
  const isMove = status?.restoredFrom !== undefined && told !== undefined && told !== status.restoredFrom;
  return isMove ? told : (status?.restorePoint?.path ?? told);
}

export function mountedBy(backEnd: Engine, object: KubeObject | undefined): string | undefined {
  return object && 'spec' in object ? backEnd.mountedConfigMap(object.spec) : undefined;
}

/** Of the version that runs; for status. */
export function revisionInForce(live: KubeObject | undefined): string | undefined {
  return live?.metadata.labels?.[labels.revision];
}

function blockerOf({ verdicts }: BusDecision): Blocker {
  const open = verdicts.flatMap(({ status, reason, message, effect }) =>
    status !== 'True' && effect !== undefined ? [{ reason, message: `The job waits: ${message}`, effect }] : [],
  );
  const worst = open.find(({ effect }) => effect === 'stalled') ?? open[0];
  return worst ?? waitingFor(reasons.busNotReady, 'The job waits for its bus.');
}
