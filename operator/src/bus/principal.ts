// The principal of a service or a job: which of its two is in use, and what was given to it. Pure.
import { annotations, type EventBusSpec, type EventService, type StreamJob } from '../api/index.ts';
import { fingerprintOf, type UserCredential } from '../kafka/index.ts';
import type { PasswordOf } from './passwords.ts';

type Holder = EventService | StreamJob;

export interface Login extends UserCredential {
  /** How often the principal was changed. Even: a, odd: b. */
  readonly epoch: number;
  /** The value of `sluice.dev/rotate` that this epoch answers. */
  readonly rotation: string | undefined;
  /** When this epoch began. */
  readonly since: string;
  /** The principal of the two that is not in use. */
  readonly other: string;
}

const dayMs = 24 * 3_600_000;

/**
 * The same login for the same status and annotation, whenever it is asked: a crash halfway through a change of principals
 * goes on with the same ones. No other change begins while the status tells of a former principal.
 */
export function loginOf(
  holder: Holder,
  { access }: Pick<EventBusSpec, 'access'>,
  passwordOf: PasswordOf,
  now: Date,
): Login {
  const known = holder.status?.access;
  const asked = holder.metadata.annotations?.[annotations.rotate];
  const login = (epoch: number, rotation: string | undefined, since: string) =>
    loginAt(holder, { epoch, rotation, since }, passwordOf);
  if (!known) return login(0, asked, now.toISOString());
  const same = login(known.epoch, known.rotation, known.since);
  const maxAgeMs = (access?.rotateAfterDays ?? Number.POSITIVE_INFINITY) * dayMs;
  const isDue = now.getTime() - Date.parse(known.since) >= maxAgeMs;
  const isAsked = asked !== undefined && asked !== known.rotation;
  // The key that passwords are derived from is another one: pods go on with the former password until they have rolled.
  const isRekeyed = known.fingerprint !== undefined && known.fingerprint !== fingerprintOf(same);
  if ((!isDue && !isAsked && !isRekeyed) || known.former !== undefined) return same;
  return login(known.epoch + 1, asked, now.toISOString());
}

/** The login of one count of changes, whichever is in use. */
export function loginAt(
  holder: Holder,
  { epoch, rotation, since }: Pick<Login, 'epoch' | 'rotation' | 'since'>,
  passwordOf: PasswordOf,
): Login {
  const user = userOf(holder, epoch);
  const password = passwordOf(`${holder.metadata.uid}/${user}/${epoch}`);
  return { user, password, epoch, rotation, since, other: userOf(holder, epoch + 1) };
}

/** Both, whichever is in use. */
export function usersOf(holder: Holder): readonly string[] {
  return [userOf(holder, 0), userOf(holder, 1)];
}

/** A service's name has no dot in it, so that no service can take the names of a job. */
function userOf({ kind, metadata }: Holder, epoch: number): string {
  const holder = kind === 'StreamJob' ? `${metadata.name}.job` : metadata.name;
  return `${metadata.namespace}.${holder}.${epoch % 2 === 0 ? 'a' : 'b'}`;
}
