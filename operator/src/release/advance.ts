// The state machine of blue/green releases: one function from where a release stands and what was seen to where it stands
// then. DESIGN.md has the diagram. Pure and total; it is called in every reconcile and its answer is written to status
// before anything of it is carried out.
import { type Colour, colours, type Handover, type ReleaseStatus, type ReleaseVersion } from '../api/index.ts';
import { failedCheck, foldChecks, openCheck } from './checks.ts';
import { isOverdue, withTime } from './clock.ts';
import { intruder } from './groups.ts';
import {
  abortSteps,
  beginHandover,
  type Circumstances,
  hasBegun,
  isFullIn,
  otherColour,
  promotionSteps,
  roleIn,
} from './handover.ts';
import { pursue } from './pursue.ts';
import type { Seen } from './seen.ts';

const historyLength = 10;

export function advance(known: ReleaseStatus | undefined, seen: Seen): ReleaseStatus {
  // Without roles it is one of versions that rolled.
  if (!known?.active || !known.roles) return withRoles(adopted(seen), { phase: 'Stable' });
  const next = transition(withTime(known, seen, isAwaitingApproval(known, seen)), seen);
  return withCommands(withRoles(next, known), seen);
}

/** Lost, or never there: what runs is what counts, and nothing is promoted from it. */
function adopted({ evidence, colours: seen, wanted }: Seen): ReleaseStatus {
  const colour = evidence ?? 'a';
  const revision = seen[colour].revision ?? wanted.revision;
  return { phase: 'Stable', active: { colour, revision, consumes: wanted.consumes } };
}

function transition(release: ReleaseStatus, seen: Seen): ReleaseStatus {
  switch (release.phase) {
    case 'Stable':
      return stable(release, seen);
    case 'Gate':
    case 'Preparing':
    case 'Previewing':
      return beforePromotion(release, seen);
    case 'Promoting':
      return promoting(release, seen);
    case 'Soaking':
      return soaking(release, seen);
    case 'Aborting':
      return aborting(release, seen);
  }
}

function stable(release: ReleaseStatus, seen: Seen): ReleaseStatus {
  const { active, previous, rejected, ...rest } = release;
  if (!active) return release;
  const isBlueGreen = seen.spec.strategy === 'BlueGreen';
  const isKept = previous && isBlueGreen && seen.now.getTime() < Date.parse(previous.until);
  const kept = { ...rest, active, ...(isKept ? { previous } : {}), ...(rejected === undefined ? {} : { rejected }) };
  const revision = seen.wanted.revision;
  if (revision === active.revision) {
    const { message: _over, ...quiet } = kept;
    const login = active.login ?? seen.login;
    return {
      ...quiet,
      active: { ...active, consumes: seen.wanted.consumes, ...(login === undefined ? {} : { login }) },
    };
  }
  const isRetried = seen.commands.retry !== undefined && seen.commands.retry !== release.handled?.retry;
  if (!isBlueGreen || (revision === rejected && !isRetried)) return kept;
  if (seen.commands.isPaused) return { ...kept, message: `Revision ${revision} waits: ${pausedBy}.` };
  const { rejected: _tried, restorePoint: _former, ...free } = kept;
  return enter({ ...free, candidate: candidateOf(active, seen) }, 'Gate', seen);
}

const pausedBy = 'the annotation sluice.dev/pause is set';

/** Its principal is the other of the two, always the same two, so that one goes back to a version with the login it has. */
function candidateOf({ colour, login }: ReleaseVersion, { wanted }: Seen): ReleaseVersion {
  return {
    colour: otherColour(colour),
    revision: wanted.revision,
    consumes: wanted.consumes,
    ...(login === undefined ? {} : { login: login % 2 === 0 ? login + 1 : login - 1 }),
  };
}

/** Nothing of the active version is touched yet: whatever is wrong, the candidate's pods go and that is all. */
function beforePromotion(release: ReleaseStatus, seen: Seen): ReleaseStatus {
  const { active, candidate, phase } = release;
  if (!active || !candidate) return release;
  if (seen.wanted.revision === active.revision) return abort(release, seen, 'Reverted', 'the spec was reverted');
  if (seen.spec.strategy !== 'BlueGreen') return abort(release, seen, 'Reverted', 'release.strategy is Rolling now');
  const isOther = seen.wanted.revision !== candidate.revision;
  if (isOther) {
    const { checks: _former, ...rest } = release;
    return enter({ ...rest, candidate: candidateOf(active, seen) }, 'Gate', seen);
  }
  const current: ReleaseStatus = { ...release, candidate: { ...candidate, consumes: seen.wanted.consumes } };
  const failure = failureOf(current, seen) ?? intruder(seen, candidate.colour);
  if (failure !== undefined) return abort(current, seen, 'Aborted', failure);
  if (seen.gate !== undefined) return { ...current, message: `The candidate waits: ${seen.gate}` };
  if (phase === 'Gate') return gate(current, seen);
  if (phase === 'Preparing') return preparing(current, seen);
  return previewing({ ...current, checks: foldChecks(current.checks ?? [], seen) }, seen);
}

function gate(release: ReleaseStatus, seen: Seen): ReleaseStatus {
  const renamed = renamedGroup(release);
  if (renamed !== undefined) return { ...release, message: `The candidate waits: ${renamed}` };
  return enter(release, 'Preparing', seen);
}

/** Offsets do not go from one group to another. */
function renamedGroup({ active, candidate }: ReleaseStatus): string | undefined {
  for (const { topic, group } of candidate?.consumes ?? []) {
    const former = active?.consumes?.find((each) => each.topic === topic)?.group;
    if (former !== undefined && former !== group) {
      return `topic ${topic} would be read in group ${group} and is read in ${former}, so the new version would not go on where the old one stops: keep the group's name, or change it with release.strategy: Rolling.`;
    }
  }
  return undefined;
}

function preparing(release: ReleaseStatus, seen: Seen): ReleaseStatus {
  const { candidate } = release;
  if (!candidate) return release;
  if (!seen.isSettled) return { ...release, message: 'The candidate is being made.' };
  const { isReady, trouble } = seen.colours[candidate.colour];
  if (hasPreview(release, seen) && !isReady) {
    return { ...release, message: `The candidate is not ready: ${trouble ?? 'its pods start'}.` };
  }
  return enter({ ...release, checks: foldChecks([], { ...seen, checks: new Map() }) }, 'Previewing', seen);
}

/** A version that cannot start against groups that are closed to it has no pods before it has the groups. */
export function hasPreview({ candidate }: ReleaseStatus, { spec }: Pick<Seen, 'spec'>): boolean {
  return spec.roleAware || (candidate?.consumes ?? []).length === 0;
}

function previewing(release: ReleaseStatus, seen: Seen): ReleaseStatus {
  const { active, candidate } = release;
  if (!active || !candidate) return release;
  const failed = failedCheck(release.checks);
  if (failed !== undefined) return abort(release, seen, 'Aborted', failed);
  const open = openGate(release, seen);
  if (open !== undefined) return { ...release, message: `The candidate is not promoted yet: ${open}.` };
  if (isAwaitingApproval(release, seen)) {
    const message = `Revision ${candidate.revision} awaits promotion: set release.promote, or the annotation sluice.dev/promote, to it.`;
    return { ...release, message };
  }
  const lag = lagOver(seen);
  if (lag !== undefined) return { ...release, message: `The candidate is not promoted yet: ${lag}.` };
  if (seen.commands.isPaused) return { ...release, message: `The candidate is not promoted yet: ${pausedBy}.` };
  if (seen.away !== undefined) return { ...release, message: `The candidate is not promoted yet: ${seen.away}` };
  const { from, to } = { from: active.colour, to: candidate.colour };
  const fence = fenceOf(from, seen);
  const circumstances: Circumstances = {
    fence,
    hasGroups: seen.groups.size > 0,
    fromObeys: seen.colours[from].obeysRole,
    toObeys: hasPreview(release, seen),
  };
  const handover = beginHandover({ from, to, fence, replicas: seen.replicas }, promotionSteps(circumstances), seen.now);
  return enter({ ...release, handover }, 'Promoting', seen);
}

function lagOver({ spec: { maxLag }, lag }: Seen): string | undefined {
  if (maxLag === undefined) return undefined;
  if (lag === undefined) return 'the lag of its groups is not known';
  return lag <= maxLag ? undefined : `its groups are more than release.maxLag ${maxLag} records behind`;
}

/** Time stands still for it, and for it alone of what a person does. */
function isAwaitingApproval(release: ReleaseStatus, { spec, commands }: Seen): boolean {
  const { phase, candidate } = release;
  if (phase !== 'Previewing' || spec.promotion !== 'Manual' || openGate(release, { spec }) !== undefined) return false;
  return spec.promote !== candidate?.revision && commands.promote !== candidate?.revision;
}

/** What has no pods before its promotion is checked after it. */
function openGate(release: ReleaseStatus, seen: Pick<Seen, 'spec'>): string | undefined {
  return hasPreview(release, seen) ? openCheck(release.checks) : undefined;
}

function promoting(release: ReleaseStatus, seen: Seen): ReleaseStatus {
  const { active, handover } = release;
  if (!active || !handover) return release;
  if (seen.wanted.revision === active.revision) return abort(release, seen, 'Reverted', 'the spec was reverted');
  const failure = failureOf(release, seen);
  if (failure !== undefined) return abort(release, seen, 'Aborted', failure);
  if (seen.away !== undefined) return { ...release, message: `The handover stands still: ${seen.away}` };
  const pursuit = pursue(handover, release, seen);
  if (pursuit.is === 'holding') return { ...release, message: pursuit.message };
  if (pursuit.is === 'going') return gone(release, pursuit);
  return enter({ ...release, checks: foldChecks([], { ...seen, checks: new Map() }) }, 'Soaking', seen);
}

function gone(
  { message: _former, ...release }: ReleaseStatus,
  { handover, restorePoint }: Pick<ReleaseStatus, 'handover' | 'restorePoint'>,
): ReleaseStatus {
  return { ...release, ...(handover ? { handover } : {}), ...(restorePoint ? { restorePoint } : {}) };
}

function soaking(known: ReleaseStatus, seen: Seen): ReleaseStatus {
  const release: ReleaseStatus = { ...known, checks: foldChecks(known.checks ?? [], seen) };
  const { active, candidate, phaseStartedAt, handover } = release;
  if (!active || !candidate) return release;
  if (seen.wanted.revision === active.revision) return abort(release, seen, 'Reverted', 'the spec was reverted');
  const failure = abortAsked(release, seen) ?? failedCheck(release.checks);
  if (failure !== undefined) return abort(release, seen, 'Aborted', failure);
  if (seen.away !== undefined) return { ...release, message: `The release is not over yet: ${seen.away}` };
  const sinceMs = seen.now.getTime() - Date.parse(phaseStartedAt ?? seen.now.toISOString());
  const isSoaked = sinceMs >= seen.spec.soakSeconds * 1000;
  const open = openCheck(release.checks);
  if (!isSoaked || (open !== undefined && !isOverdue(release, seen.now))) {
    return { ...release, message: 'The new version serves and is watched.' };
  }
  if (open !== undefined) return abort(release, seen, 'Aborted', open);
  const until = new Date(seen.now.getTime() + seen.spec.keepOldSeconds * 1000).toISOString();
  const promoted = withHistory(release, {
    revision: candidate.revision,
    outcome: 'Promoted',
    at: seen.now.toISOString(),
  });
  // Pods that ended with the fence would read beside the new ones if they came again.
  const isKept = handover !== undefined && isFullIn(handover, active.colour) === true;
  return settled({ ...promoted, active: candidate, ...(isKept ? { previous: { ...active, until } } : {}) });
}

function aborting(release: ReleaseStatus, seen: Seen): ReleaseStatus {
  const { handover } = release;
  if (!handover) return settled(release);
  if (seen.away !== undefined) return { ...release, message: `Going back stands still: ${seen.away}` };
  const pursuit = pursue(handover, release, seen);
  if (pursuit.is === 'holding') return { ...release, message: `Going back: ${pursuit.message}` };
  return pursuit.is === 'going' ? gone(release, pursuit) : settled(release);
}

/** What ends a release from outside, and what its own time is up for. */
function failureOf(release: ReleaseStatus, seen: Seen): string | undefined {
  const asked = abortAsked(release, seen);
  if (asked !== undefined) return asked;
  // Before the gate nothing runs that could be late.
  if (release.phase === 'Gate' || !isOverdue(release, seen.now)) return undefined;
  return `the phase ${release.phase} took longer than release.deadlineSeconds${release.message === undefined ? '' : `, last: ${release.message}`}`;
}

function abortAsked({ handled }: ReleaseStatus, { commands }: Seen): string | undefined {
  return commands.abort !== undefined && commands.abort !== handled?.abort
    ? 'the annotation sluice.dev/abort asked for it'
    : undefined;
}

/** Reverted specs may come again at any time; what failed is not tried again by itself. */
function abort(release: ReleaseStatus, seen: Seen, outcome: 'Aborted' | 'Reverted', why: string): ReleaseStatus {
  const { active, candidate, handover: given, ...rest } = release;
  if (!active || !candidate) return release;
  const handover = given && handoverBack(given, seen);
  const aborted: ReleaseStatus = {
    ...rest,
    active,
    candidate,
    ...(handover && handover.steps.length > 0 ? { handover } : {}),
    ...(outcome === 'Aborted' ? { rejected: candidate.revision } : {}),
  };
  const message = `Revision ${candidate.revision} was given up: ${why}`;
  const entry = { revision: candidate.revision, outcome, at: seen.now.toISOString(), message: why.slice(0, 1024) };
  return { ...enter(withHistory(aborted, entry), 'Aborting', seen), message: `${message}.` };
}

/** Pods that cannot be told to leave go on with what they fetched, whatever the rules are by then. */
function fenceOf(from: Colour, { colours: seen, fence }: Pick<Seen, 'colours' | 'fence'>): Handover['fence'] {
  return seen[from].obeysRole ? fence : 'Scale';
}

function handoverBack(given: Handover, { fence: rules, groups: known, colours: seen, now }: Seen): Handover {
  const fence = fenceOf(given.to, { colours: seen, fence: rules });
  const steps = abortSteps(given, {
    fence,
    hasGroups: known.size > 0,
    fromObeys: seen[given.to].obeysRole && hasBegun(given, 'Open'),
    toObeys: seen[given.from].obeysRole,
  });
  const { from: to, to: from, groups, replicas } = given;
  const kept = { ...(groups ? { groups } : {}), ...(replicas === undefined ? {} : { replicas }) };
  return beginHandover({ from, to, fence, ...kept }, steps, now);
}

type Entry = NonNullable<ReleaseStatus['history']>[number];

function withHistory(release: ReleaseStatus, entry: Entry): ReleaseStatus {
  return { ...release, history: [entry, ...(release.history ?? [])].slice(0, historyLength) };
}

/** The phases that may take too long: before the gate nothing runs, and the way back is taken to its end. */
const limited: ReadonlySet<ReleaseStatus['phase']> = new Set(['Preparing', 'Previewing', 'Promoting', 'Soaking']);

function enter(release: ReleaseStatus, phase: ReleaseStatus['phase'], { now, spec }: Seen): ReleaseStatus {
  const { message: _message, deadlineAt: _deadline, stoppedAt: _stopped, ...rest } = release;
  const deadlineAt = new Date(now.getTime() + spec.deadlineSeconds * 1000).toISOString();
  const phaseStartedAt = now.toISOString();
  return { ...rest, phase, phaseStartedAt, ...(limited.has(phase) ? { deadlineAt } : {}) };
}

/** At rest, with one active version. What is told of the last release stays: its message says why it was given up. */
function settled(release: ReleaseStatus): ReleaseStatus {
  const {
    candidate: _candidate,
    handover: _handover,
    checks: _checks,
    deadlineAt: _deadline,
    stoppedAt: _stopped,
    phaseStartedAt: _started,
    message,
    ...rest
  } = release;
  const isGivenUp = release.phase === 'Aborting' && message !== undefined;
  return { ...rest, phase: 'Stable', ...(isGivenUp ? { message: givenUp(release) } : {}) };
}

function givenUp({ history, candidate }: ReleaseStatus): string {
  return `Revision ${candidate?.revision} was given up: ${history?.[0]?.message}. Change the spec, or set sluice.dev/retry to a new value.`;
}

/** Told by status to both colours, and by a higher epoch when a role changes. */
function withRoles(next: ReleaseStatus, { roles: known = [] }: ReleaseStatus): ReleaseStatus {
  const { active, handover } = next;
  if (!active) return next;
  let epoch = Math.max(0, ...known.map((each) => each.epoch));
  const roles = colours.map((colour) => {
    const role = handover ? roleIn(handover, colour) : colour === active.colour ? 'open' : 'closed';
    const before = known.find((each) => each.colour === colour);
    if (before?.role === role) return before;
    epoch += 1;
    return { colour, role, epoch };
  });
  return { ...next, roles };
}

function withCommands(release: ReleaseStatus, { commands: { abort: aborted, retry } }: Seen): ReleaseStatus {
  if (aborted === undefined && retry === undefined) return release;
  const handled = {
    ...release.handled,
    ...(aborted === undefined ? {} : { abort: aborted }),
    ...(retry === undefined ? {} : { retry }),
  };
  return { ...release, handled };
}
