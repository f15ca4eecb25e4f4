// What a job is made of when its spec is in force, and what is kept of it while its spec must not be. Pure.
import { annotations, labels, onUpgradeOf, reasons, type StreamJob } from '../api/index.ts';
import type { BusDecision, Secret } from '../bus/index.ts';
import { type ConfigMap, type Engine, isRefusal, type JobInputs } from '../engines/index.ts';
import { secretHash } from '../plan/index.ts';
import type { KubeObject, ObjectMeta } from '../runtime/index.ts';
import { type Blocker, waitingFor } from './blocker.ts';
import { conflictOf, isOwn } from './conflict.ts';
import { inputsOf } from './inputs.ts';
import { loginSecret } from './logins.ts';
import type { EngineObserved, Observed } from './observe.ts';
import { childMetadata } from './resources/metadata.ts';
import { inputsHashOf, revisionOf } from './revision.ts';

export interface DesiredJob {
  /** Absent: what is mounted is there. */
  readonly configMap?: ConfigMap;
  /** What the pods log in with; absent where Sluice makes no logins. */
  readonly secret?: Secret;
  readonly object: KubeObject;
  /** Rendered anew over one that runs: the job restarts with it. */
  readonly isNewVersion: boolean;
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
  if (observed.bus.state === 'unavailable' || !bus.mayRoll) return blockerOf(bus);
  const inputs = inputsOf(object, observed.bus, observed.login, engine.backEnd);
  if ('reason' in inputs) return inputs;
  const secret = loginSecret(object, observed.login, engine.backEnd);
  return inForce(object, engine, inputs, secret) ?? rendered(observed, engine, inputs, secret);
}

/** The resource as it is in force, suspended or not as the spec says; undefined when it cannot be told. */
export function keptJob(job: StreamJob, { backEnd, live }: EngineObserved): KubeObject | undefined {
  const text = live?.metadata.annotations?.[annotations.spec];
  const spec = text === undefined ? undefined : backEnd.parseSpec(text);
  if (!live || spec === undefined || !isOwn(job, live)) return undefined;
  const { [annotations.inputs]: inputs = '', [annotations.bindings]: bindings } = live.metadata.annotations ?? {};
  const revision = live.metadata.labels?.[labels.revision] ?? '';
  const metadata = jobMetadata(job, { inputs, revision, spec, bindings });
  return backEnd.toObject(metadata, spec, { isSuspended: job.spec.suspend });
}

/** The kept resource where it was rendered from the same inputs and its scripts are still there. */
function inForce(
  job: StreamJob,
  engine: EngineObserved,
  inputs: JobInputs,
  secret: Secret | undefined,
): DesiredJob | undefined {
  if (engine.live?.metadata.annotations?.[annotations.inputs] !== inputsHashOf(job, inputs)) return undefined;
  const object = keptJob(job, engine);
  const mounted = mountedBy(engine.backEnd, object);
  const isThere = engine.configMaps.some(({ metadata }) => metadata.name === mounted);
  if (!object || !isThere) return undefined;
  return { object: withBindings(object, secret), isNewVersion: false, ...(secret ? { secret } : {}) };
}

function rendered(
  observed: Observed,
  { backEnd, live }: EngineObserved,
  inputs: JobInputs,
  secret: Secret | undefined,
): DesiredJob | Blocker {
  const { object: job, image } = observed;
  const result = backEnd.render(job, inputs, image);
  if (isRefusal(result)) return { ...result, effect: 'stalled' };
  const from = live ? undefined : restorePath(job);
  const spec = from === undefined ? result.spec : backEnd.startingFrom(result.spec, from);
  const bindings = secret && secretHash(secret);
  const metadata = jobMetadata(job, { inputs: inputsHashOf(job, inputs), revision: revisionOf(job), spec, bindings });
  return {
    configMap: { ...result.configMap, metadata: childMetadata(job, result.configMap.metadata.name) },
    object: backEnd.toObject(metadata, spec, { isSuspended: job.spec.suspend }),
    isNewVersion: live !== undefined,
    ...(secret ? { secret } : {}),
  };
}

/** Where a job begins whose resource is not there: at its last restore point, else where the user says. */
function restorePath({ spec, status }: StreamJob): string | undefined {
  if (onUpgradeOf(spec) === 'Discard') return undefined;
  return status?.restorePoint?.path ?? (spec.state?.restoreFrom || undefined);
}

/** What the engine's resource is marked with. */
interface Marks {
  readonly inputs: string;
  readonly revision: string;
  readonly spec: unknown;
  /** Hash of the Secret that was written for it. */
  readonly bindings: string | undefined;
}

function withBindings(object: KubeObject, secret: Secret | undefined): KubeObject {
  if (!secret) return object;
  const marks = { ...object.metadata.annotations, [annotations.bindings]: secretHash(secret) };
  return { ...object, metadata: { ...object.metadata, annotations: marks } };
}

function jobMetadata(job: StreamJob, { inputs, revision, spec, bindings }: Marks): ObjectMeta {
  const metadata = childMetadata(job, job.metadata.name);
  return {
    ...metadata,
    labels: { ...metadata.labels, [labels.revision]: revision },
    annotations: {
      [annotations.inputs]: inputs,
      [annotations.spec]: JSON.stringify(spec),
      ...(bindings === undefined ? {} : { [annotations.bindings]: bindings }),
    },
  };
}

export function mountedBy(backEnd: Engine, object: KubeObject | undefined): string | undefined {
  return object && 'spec' in object ? backEnd.mountedConfigMap(object.spec) : undefined;
}

function blockerOf({ verdicts }: BusDecision): Blocker {
  const open = verdicts.flatMap(({ status, reason, message, effect }) =>
    status !== 'True' && effect !== undefined ? [{ reason, message: `The job waits: ${message}`, effect }] : [],
  );
  const worst = open.find(({ effect }) => effect === 'stalled') ?? open[0];
  return worst ?? waitingFor(reasons.busNotReady, 'The job waits for its bus.');
}
