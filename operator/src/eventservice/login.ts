// The principal of a service: which of its two is in use, and what it may do. Pure.
import { annotations, type EventBusSpec, type EventService, groupOf } from '../api/index.ts';
import type { PasswordOf } from '../bus/index.ts';
import { fingerprintOf, type UserCredential } from '../kafka/index.ts';
import type { Grant } from '../plan/index.ts';

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
  service: EventService,
  { access }: Pick<EventBusSpec, 'access'>,
  passwordOf: PasswordOf,
  now: Date,
): Login {
  const known = service.status?.access;
  const asked = service.metadata.annotations?.[annotations.rotate];
  const login = (epoch: number, rotation: string | undefined, since: string): Login => {
    const user = userOf(service, epoch);
    const password = passwordOf(`${service.metadata.uid}/${user}/${epoch}`);
    return { user, password, epoch, rotation, since, other: userOf(service, epoch + 1) };
  };
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

/** Both, whichever is in use. */
export function usersOf(service: EventService): readonly string[] {
  return [userOf(service, 0), userOf(service, 1)];
}

/** Exactly what the declarations need: whoever may READ or WRITE a topic may DESCRIBE it, too (KIP-11). */
export function grantsOf(service: EventService): readonly Grant[] {
  const { publishes = [], consumes = [] } = service.spec;
  const literal = { pattern: 'Literal' } as const;
  const all: readonly Grant[] = [
    ...publishes.map(({ topic }) => ({ resource: 'Topic', name: topic, operation: 'Write', ...literal }) as const),
    ...consumes.flatMap((entry) => [
      { resource: 'Topic', name: entry.topic, operation: 'Read', ...literal } as const,
      { resource: 'Group', name: groupOf(service, entry), operation: 'Read', ...literal } as const,
      ...(entry.deadLetter
        ? [{ resource: 'Topic', name: entry.deadLetter.topic, operation: 'Write', ...literal } as const]
        : []),
    ]),
  ];
  return [...new Map(all.map((grant) => [JSON.stringify(grant), grant])).values()];
}

function userOf({ metadata }: EventService, epoch: number): string {
  return `${metadata.namespace}.${metadata.name}.${epoch % 2 === 0 ? 'a' : 'b'}`;
}
