// A version that does not come up is given up, and the one that ran before comes back from the restore point that was taken
// for the upgrade. Pure.
//
//   runs ── spec changed ─▶ savepoint, old job ends ─▶ new version starts ──▶ runs: it is the stable one now
//     ▲                          │ it fails: the old job runs on                 │ fails for good, or deadline
//     └──────────────────────────┘                                              ▼
//     └── begins again at the restore point ◀── engine's resource deleted ◀── given up (status.rollback)
//
// Until the spec changes, the version that was given up is not tried again.
import { durationToMs, type StreamJobStatus } from '../api/index.ts';
import type { JobObservation } from '../engines/index.ts';
import { observationOf } from './job-verdict.ts';
import type { Observed } from './observe.ts';
import { parseStable, type StableVersion, stableName, versionOf } from './stable.ts';

export type Rollback = NonNullable<StreamJobStatus['rollback']>;

const defaultStartDeadlineMs = 10 * 60_000;
/** The engine's times are to the second. */
const resolutionMs = 1_000;

/** The newest version has come to where it stays by itself. */
export function isSettled({ isCurrent, state }: JobObservation): boolean {
  return isCurrent && ['Running', 'Suspended', 'Scheduled', 'Finished'].includes(state);
}

/** The version that ran last, where the engine can go back to one. */
export function stableOf({ object, engine }: Observed): StableVersion | undefined {
  const { backEnd, configMaps } = engine;
  if (!backEnd.restores) return undefined;
  return parseStable(
    configMaps.find(({ metadata }) => metadata.name === stableName(object)),
    backEnd,
  );
}

/** What is to be in `status.rollback` of the version that is there now; undefined while there is hope for it. */
export function givenUp(observed: Observed, now: Date): Rollback | undefined {
  const { object, engine } = observed;
  const seen = observationOf(observed);
  const live = engine.live && versionOf(engine.live);
  const stable = stableOf(observed);
  if (!seen || !live || !stable || stable.inputs === live.inputs) return undefined;
  if (object.status?.rollback?.inputs === live.inputs) return object.status.rollback;
  const version = object.status?.version;
  // While the job runs, it is the version before, or this one on its way: neither is taken away.
  if (version?.inputs !== live.inputs || object.spec.suspend || isSettled(seen) || seen.isJobRunning) return undefined;
  const since = Math.max(Date.parse(version.appliedAt), Date.parse(seen.takenUpAt ?? '') || 0);
  const deadlineMs = startDeadlineMs(observed);
  const isOver = now.getTime() - since >= deadlineMs;
  const isHopeless = seen.isCurrent && seen.state === 'Failed' && seen.effect === 'stalled';
  if (!isHopeless && !isOver) return undefined;
  const late = isHopeless ? '' : `It did not run within ${deadlineMs / 1000} s. `;
  return { inputs: live.inputs, at: now.toISOString(), message: `${late}${seen.message}`.slice(0, maxMessage) };
}

/** api/v1alpha1/stream-job.ts, less than the condition that quotes it. */
const maxMessage = 2_000;

/** Until the deadline is over, nobody tells that it is. */
export function deadlineInMs(observed: Observed, now: Date): number {
  const seen = observationOf(observed);
  const version = observed.object.status?.version;
  if (!seen || !version || isSettled(seen) || !stableOf(observed)) return Number.POSITIVE_INFINITY;
  const since = Math.max(Date.parse(version.appliedAt), Date.parse(seen.takenUpAt ?? '') || 0);
  return Math.max(1_000, since + startDeadlineMs(observed) - now.getTime());
}

/**
 * The restore point that was taken for the version that was given up; undefined where the upgrade began elsewhere, such as
 * at a checkpoint that the engine alone knows of.
 */
export function freshRestorePoint({ object }: Observed): string | undefined {
  const { restorePoint, version } = object.status ?? {};
  if (restorePoint?.takenAt === undefined || version === undefined) return undefined;
  const isFresh = Date.parse(restorePoint.takenAt) + resolutionMs >= Date.parse(version.appliedAt);
  return isFresh ? restorePoint.path : undefined;
}

function startDeadlineMs({ object }: Observed): number {
  const { startDeadline } = object.spec.state ?? {};
  return startDeadline === undefined ? defaultStartDeadlineMs : durationToMs(startDeadline);
}
