// The principals of the two colours: where rules of the brokers bind them, each version logs in with one of its own, and a
// group is taken from the one and given to the other. Else both share the service's. Pure.
import { type Colour, colours, type EventService, type ReleaseVersion } from '../../api/index.ts';
import { type BusAvailable, type Login, loginAt, type PasswordOf } from '../../bus/index.ts';
import { decideAccess, decideAccessOfDeleted, isDenial, principalOf } from '../../kafka/index.ts';
import type { Change, Grant } from '../../plan/index.ts';
import { otherColour, type Target } from '../../release/index.ts';
import { grantsOf } from '../grants.ts';

export type Logins = Readonly<Record<Colour, Login | undefined>>;

/** `base`: the service's own. By colour of the versions there are; undefined where the colour shares `base`. */
export function loginsOf(service: EventService, base: Login, passwordOf: PasswordOf): Logins {
  const of = (version: ReleaseVersion | undefined): Login | undefined =>
    version?.login === undefined ? undefined : loginAt(service, { ...base, epoch: version.login }, passwordOf);
  const { previous, candidate, active } = service.status?.release ?? {};
  const versions = [previous, candidate, active];
  const at = (colour: Colour) => of(versions.findLast((version) => version?.colour === colour));
  return { a: at('a'), b: at('b') };
}

export interface AccessChanges {
  /** What a colour must no longer do: before anything is given. */
  readonly fences: readonly Change[];
  /** What a colour may do: before its pods start. */
  readonly grants: readonly Change[];
  /** What nobody needs any more. */
  readonly revocations: readonly Change[];
}

export interface AccessSeen {
  readonly service: EventService;
  readonly bus: BusAvailable;
  readonly logins: Logins;
  readonly groups: readonly string[];
  /** Pods of the colour are there, even if they end. */
  readonly hasPods: Readonly<Record<Colour, boolean>>;
  /** One version alone is there, so that what it does not declare nobody needs. */
  readonly isAlone: boolean;
}

export const noAccessChanges: AccessChanges = { fences: [], grants: [], revocations: [] };

/** Nothing where the colours share a principal. */
export function accessChanges(target: Target, seen: AccessSeen): AccessChanges {
  const { access } = seen.bus;
  if (!access || target.colours[target.serving]?.version.login === undefined) return noAccessChanges;
  const all = colours.map((colour) => changesOf(colour, target, seen, access));
  return {
    fences: all.flatMap(({ fences }) => fences),
    grants: all.flatMap(({ grants }) => grants),
    revocations: all.flatMap(({ revocations }) => revocations),
  };
}

function changesOf(
  colour: Colour,
  target: Target,
  seen: AccessSeen,
  access: NonNullable<BusAvailable['access']>,
): AccessChanges {
  const { live } = access;
  const login = seen.logins[colour];
  const asked = target.colours[colour];
  if (!login || !asked || asked.access === 'none') {
    const user = login?.user ?? seen.logins[otherColour(colour)]?.other;
    // Its pods may still be on their way out, and go on under the rules that they have.
    return user === undefined || seen.hasPods[colour]
      ? noAccessChanges
      : { ...noAccessChanges, revocations: decideAccessOfDeleted(live, [user]) };
  }
  const { user } = login;
  const onGroups = seen.groups.map(
    (name) => ({ resource: 'Group', pattern: 'Literal', name, operation: 'Read' }) as const,
  );
  const isHolder = asked.access === 'holder';
  const kept = seen.isAlone ? [] : topicGrantsOf(user, seen);
  const declared = [...grantsOf(seen.service).filter(({ resource }) => resource !== 'Group'), ...kept];
  const grants = [
    ...new Map([...declared, ...(isHolder ? onGroups : [])].map((each) => [JSON.stringify(each), each])).values(),
  ];
  const decision = decideAccess({
    live,
    grants,
    current: login,
    given: access.given.get(user) ?? rememberedFor(login, seen.service),
    other: login.other,
    isOtherUnused: false,
    topics: new Set(seen.bus.live.keys()),
    visible: undefined,
  });
  const denials = live.acls.filter((acl) => onGroups.some((grant) => isDenial(acl, user, grant)));
  const undenied = onGroups.filter((grant) => !denials.some((acl) => isDenial(acl, user, grant)));
  const told = { user, risk: 'Safe', reason: "the group is the other version's to read in" } as const;
  return isHolder
    ? {
        fences: [],
        grants: [
          ...decision.grants,
          ...(denials.length === 0
            ? []
            : [{ ...told, action: 'RevokeAccess', acls: denials, reason: 'the group is handed over to it' } as const]),
        ],
        revocations: decision.revocations,
      }
    : {
        fences: [
          ...(undenied.length === 0 ? [] : [{ ...told, action: 'DenyAccess', grants: undenied } as const]),
          ...decision.revocations,
        ],
        grants: decision.grants,
        revocations: [],
      };
}

/** What it may do on topics stays while two versions are there: the older one may declare more. */
function topicGrantsOf(user: string, { bus }: AccessSeen): readonly Grant[] {
  return (bus.access?.live.acls ?? []).flatMap((acl) =>
    acl.principal === principalOf(user) &&
    acl.permission === 'Allow' &&
    acl.resource === 'Topic' &&
    acl.pattern === 'Literal' &&
    (acl.operation === 'Read' || acl.operation === 'Write')
      ? [{ resource: acl.resource, pattern: acl.pattern, name: acl.name, operation: acl.operation } as const]
      : [],
  );
}

function rememberedFor(login: Login, { status }: EventService): string | undefined {
  return status?.access?.epoch === login.epoch ? status.access.fingerprint : undefined;
}
