// What a new version means for the state of the job that runs: the change's reason and risk in the Plan. Pure.
import type { StreamJob } from '../api/index.ts';
import type { KubeObject } from '../runtime/index.ts';
import type { DesiredJob } from './desired.ts';
import { observationOf } from './job-verdict.ts';
import type { Observed } from './observe.ts';
import { stableOf } from './rollback.ts';
import { versionOf } from './stable.ts';

/** How the version that is in `live` is replaced by the one with that spec. */
export function upgradeTold(
  observed: Observed,
  live: KubeObject,
  next: { readonly spec: unknown; readonly inputs: string },
): Pick<DesiredJob, 'restart' | 'isReplaced'> {
  const { object, engine } = observed;
  const { restores } = engine.backEnd;
  const changed = 'what the job is made of changed';
  const version = versionOf(live);
  const former = version && engine.backEnd.parseSpec(version.text);
  if (!restores || former === undefined) {
    return { restart: { reason: `${changed}, so it is restarted from its state`, risk: 'Disruptive' } };
  }
  const move = movedTo(object);
  const hasRun = stableOf(observed) !== undefined;
  if (move !== undefined && restores.beginningOf(former) !== move) {
    const reason = `spec.state.restoreFrom is ${move}, where it begins anew: what it remembers now is left behind`;
    return { restart: { reason, risk: hasRun ? 'DataLoss' : 'Disruptive' }, isReplaced: true };
  }
  // A restore that failed leaves the Flink operator where no change of the spec helps.
  const seen = observationOf(observed);
  const isStuck = seen?.isCurrent && seen.state === 'Failed' && !hasRun && restores.beginningOf(former) !== undefined;
  switch (restores.stateOf(next.spec)) {
    case 'Savepoint': {
      const reason = `${changed}, so it is restarted from a savepoint`;
      return { restart: { reason, risk: 'Disruptive' }, ...(isStuck ? { isReplaced: true as const } : {}) };
    }
    case 'LastCheckpoint':
      return { restart: { reason: `${changed}, so it is restarted from its last checkpoint`, risk: 'Disruptive' } };
    case 'Nothing': {
      const isKept = hasRun && restores.stateOf(former) !== 'Nothing';
      return isKept
        ? {
            restart: {
              reason: 'spec.state.onUpgrade is Discard: what the job remembers is left behind',
              risk: 'DataLoss',
            },
          }
        : { restart: { reason: `${changed}, so it is restarted; it keeps no state`, risk: 'Disruptive' } };
    }
  }
}

/** Where the spec moves the job to; undefined where it begins as before. */
function movedTo({ spec, status }: StreamJob): string | undefined {
  const told = spec.state?.restoreFrom || undefined;
  return status?.restoredFrom === undefined || told === status.restoredFrom ? undefined : told;
}
