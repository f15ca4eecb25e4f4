// The status of a job, from what was seen and decided. Pure.
import type { StreamJobStatus } from '../api/index.ts';
import { accessStatus, decideOnBus } from '../bus/index.ts';
import type { CommonStatus } from '../plan/index.ts';
import { hashOf, type KubeObject } from '../runtime/index.ts';
import { isOwn } from './conflict.ts';
import { mountedBy, revisionInForce, wantedInputs } from './desired.ts';
import { observationOf } from './job-verdict.ts';
import type { Observed } from './observe.ts';
import { givenUp } from './rollback.ts';
import { versionOf } from './stable.ts';

export function report(observed: Observed, common: CommonStatus, now: Date): StreamJobStatus {
  // What is known of topics and subjects depends on no clock.
  const { topics, subjects } = decideOnBus(observed.bus, new Date(0));
  const access = accessStatus(observed);
  const restorePoint = observationOf(observed)?.restorePoint ?? observed.object.status?.restorePoint;
  return {
    ...common,
    job: jobStatus(observed),
    ...(restorePoint === undefined ? {} : { restorePoint }),
    ...(observed.engine.backEnd.restores ? versionStatus(observed, now) : {}),
    ...tablesStatus(observed),
    ...(observed.engine.capabilities ? { engine: observed.engine.capabilities } : engineKnown(observed)),
    ...(access ? { access } : {}),
    ...(topics.length === 0 ? {} : { topics }),
    ...(subjects.length === 0 ? {} : { subjects }),
  };
}

function jobStatus(observed: Observed): NonNullable<StreamJobStatus['job']> {
  const seen = observationOf(observed);
  if (!seen) return { state: 'Pending' };
  const { state, id, startedAt, isCurrent, lastRun, nextRunAt } = seen;
  // The revision that runs: the newest only once the engine has taken it up.
  const revision = isCurrent ? revisionInForce(observed.engine.live) : observed.object.status?.job?.revision;
  return {
    state,
    ...(id === undefined ? {} : { id }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(revision === undefined ? {} : { revision }),
    ...(lastRun === undefined ? {} : { lastRun }),
    ...(nextRunAt === undefined ? {} : { nextRunAt }),
  };
}

/** Which version is there, since when, where it began, and which one was given up. */
function versionStatus(observed: Observed, now: Date): Pick<StreamJobStatus, 'version' | 'restoredFrom' | 'rollback'> {
  const { object, engine } = observed;
  const { status, spec } = object;
  const live = ownLive(observed);
  const inputs = live && versionOf(live)?.inputs;
  const isKnown = inputs === undefined || inputs === status?.version?.inputs;
  const version = isKnown ? status?.version : { inputs, appliedAt: now.toISOString() };
  const told = spec.state?.restoreFrom ?? '';
  const text = live && versionOf(live)?.text;
  const begun = text === undefined ? undefined : engine.backEnd.parseSpec(text);
  const hasBegunThere = begun !== undefined && told !== '' && engine.backEnd.restores?.beginningOf(begun) === told;
  const restoredFrom = hasBegunThere || (live && status?.restoredFrom === undefined) ? told : status?.restoredFrom;
  const rollback = rollbackStatus(observed, now);
  return {
    ...(version ? { version } : {}),
    ...(restoredFrom === undefined ? {} : { restoredFrom }),
    ...(rollback ? { rollback } : {}),
  };
}

/** Remembered until another version is wanted. */
function rollbackStatus(observed: Observed, now: Date): StreamJobStatus['rollback'] {
  const lost = givenUp(observed, now);
  if (lost) return lost;
  const { rollback } = observed.object.status ?? {};
  const wanted = wantedInputs(observed);
  return wanted === undefined || wanted === rollback?.inputs ? rollback : undefined;
}

/** A look that could not be had takes nothing back. */
function engineKnown({ object }: Observed): Pick<StreamJobStatus, 'engine'> {
  return object.status?.engine ? { engine: object.status.engine } : {};
}

/** The tables of the version that is there. */
function tablesStatus(observed: Observed): Pick<StreamJobStatus, 'tables'> {
  const name = mountedBy(observed.engine.backEnd, ownLive(observed));
  const scripts = observed.engine.configMaps.find(({ metadata }) => metadata.name === name);
  const text = scripts?.data?.['tables.sql'];
  return name === undefined || text === undefined ? {} : { tables: { configMap: name, hash: hashOf(text) } };
}

function ownLive({ object, engine }: Observed): KubeObject | undefined {
  return engine.live && isOwn(object, engine.live) ? engine.live : undefined;
}
