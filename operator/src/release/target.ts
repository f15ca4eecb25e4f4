// What the world is to be like in a state of a release. What is carried out is always this of the state that status
// holds, so that intent is written before anything is done, and a crash at any point goes on from there. Pure.
import type { Colour, ReleaseRole, ReleaseStatus, ReleaseVersion } from '../api/index.ts';
import { holderIn, isFullIn, servingIn } from './handover.ts';

export interface ColourTarget {
  readonly version: ReleaseVersion;
  readonly pods: 'all' | 'preview' | 'none';
  readonly role: ReleaseRole;
  readonly epoch: number;
  /** `holder`: may read in its groups. `fenced`: is denied to. `none`: logs in no more. */
  readonly access: 'holder' | 'fenced' | 'none';
}

export interface Target {
  /** Absent: nothing of that colour runs or logs in. */
  readonly colours: { readonly [Each in Colour]?: ColourTarget };
  /** The active Service selects it. */
  readonly serving: Colour;
  /** The preview Service selects it. */
  readonly preview: Colour;
  /** The spec's schemas wait for its promotion: those of an aborted candidate would constrain the subject for ever. */
  readonly holdsSchemas: boolean;
  /** Replicas, partitions and principals stay as they are. */
  readonly isFrozen: boolean;
}

export interface Wanted {
  /** The one that the spec asks for. */
  readonly revision: string;
  /** The candidate can run beside the active version; a service that knows no role cannot. */
  readonly hasPreview: boolean;
}

export function targetOf(release: ReleaseStatus, { revision, hasPreview }: Wanted): Target | undefined {
  const { active, candidate, previous, handover, phase } = release;
  if (!active) return undefined;
  const holder = handover ? holderIn(handover) : active.colour;
  const colours: { [Each in Colour]?: ColourTarget } = {};
  const put = (version: ReleaseVersion, pods: ColourTarget['pods']) => {
    const { role = 'closed', epoch = 0 } = release.roles?.find(({ colour }) => colour === version.colour) ?? {};
    const access = holder === version.colour ? 'holder' : pods === 'none' && !handover ? 'none' : 'fenced';
    colours[version.colour] = { version, pods, role, epoch, access };
  };
  if (previous && previous.colour !== active.colour) put(previous, 'all');
  // What is kept of a version is there at once when one goes back to it.
  const isKept = previous !== undefined && previous.revision === candidate?.revision && !handover;
  if (candidate && !isKept) put(candidate, podsOf(release, candidate.colour, hasPreview ? 'preview' : 'none'));
  put(active, podsOf(release, active.colour, handover?.to === active.colour ? 'none' : 'all'));
  const isPromoting = phase === 'Promoting' || phase === 'Soaking' || phase === 'Aborting';
  return {
    colours,
    serving: handover ? servingIn(handover) : active.colour,
    preview: candidate?.colour ?? active.colour,
    holdsSchemas:
      revision !== active.revision &&
      !(revision === candidate?.revision && (phase === 'Promoting' || phase === 'Soaking')),
    isFrozen: isPromoting && handover !== undefined,
  };
}

function podsOf(
  { handover, phase, candidate }: ReleaseStatus,
  colour: Colour,
  before: ColourTarget['pods'],
): ColourTarget['pods'] {
  const isCandidate = colour === candidate?.colour;
  if (handover) {
    const isFull = isFullIn(handover, colour);
    return isFull === undefined ? before : isFull ? 'all' : 'none';
  }
  // Nothing runs before the gate, and an aborted candidate ends at once.
  return isCandidate && (phase === 'Gate' || phase === 'Aborting') ? 'none' : before;
}
