// Which consumer groups a service reads in, by its versions, and whose the members of a group are. Pure but for the cache.
import { busKeyOf, type Colour, colours, type EventService, groupOf, labels } from '../../api/index.ts';
import { eventServices } from '../../bus/index.ts';
import type { LiveGroup, LiveMember, LiveTopics } from '../../kafka/index.ts';
import type { GroupSeen, MemberOf } from '../../release/index.ts';
import { type Cache, keyOf } from '../../runtime/index.ts';
import type { Pod } from '../resources/kinds.ts';

export interface ConsumedTopic {
  readonly topic: string;
  readonly group: string;
}

/** By the spec. */
export function consumesOf(service: EventService): readonly ConsumedTopic[] {
  return (service.spec.consumes ?? []).map((entry) => ({ topic: entry.topic, group: groupOf(service, entry) }));
}

/** By the spec and by the versions that run. */
export function consumedIn(service: EventService): readonly ConsumedTopic[] {
  const { active, candidate } = service.status?.release ?? {};
  const all = [...consumesOf(service), ...(active?.consumes ?? []), ...(candidate?.consumes ?? [])];
  return [...new Map(all.map((each) => [`${each.group}/${each.topic}`, each])).values()];
}

export function groupsOf(service: EventService): readonly string[] {
  return [...new Set(consumedIn(service).map(({ group }) => group))].sort();
}

/** A group that two share cannot be handed over by one of them. */
export function rivalOf(service: EventService, cache: Cache): string | undefined {
  const own = new Set(consumesOf(service).map(({ group }) => group));
  const { namespace = '', uid } = service.metadata;
  for (const other of cache.list(eventServices, { namespace })) {
    if (other.metadata.uid === uid || keyOf(busKeyOf(other)) !== keyOf(busKeyOf(service))) continue;
    const shared = consumesOf(other).find(({ group }) => own.has(group));
    if (!shared) continue;
    return `Group ${shared.group} is also of EventService ${keyOf(other.metadata)}, so EventService ${keyOf(service.metadata)} cannot hand it over: give each a group of its own.`;
  }
  return undefined;
}

export interface Pods {
  readonly pods: readonly Pod[];
  /** Addresses of pods that died since the handover began. */
  readonly former: readonly string[];
}

export function toGroupSeen(
  name: string,
  group: LiveGroup,
  topics: readonly string[],
  live: LiveTopics,
  seen: Pods,
): GroupSeen {
  if (group.state === 'unknown') return group;
  if (group.state === 'absent') return { state: 'unknown', message: `the brokers have no group ${name} yet` };
  const { members, isEmpty, isStable, type } = group;
  return {
    state: 'known',
    isSupported: type === 'classic' || type === 'consumer',
    isEmpty,
    isStable,
    members: members.map((member) => ({ of: ownerOf(member, seen), host: member.host })),
    unassigned: topics.reduce((sum, topic) => sum + unassignedIn(topic, members, live), 0),
  };
}

function unassignedIn(topic: string, members: readonly LiveMember[], live: LiveTopics): number {
  const assigned = new Set(members.flatMap(({ partitions }) => partitions?.get(topic) ?? []));
  // What clients say of themselves in a form of their own counts as all.
  if (members.some(({ partitions }) => partitions === undefined)) return 0;
  return Math.max(0, (live.get(topic)?.partitions ?? 0) - assigned.size);
}

/** By a pod's name in its client or instance id first: behind an address there may be several, as with a host's network. */
export function ownerOf({ clientId, instanceId = '', host }: LiveMember, { pods, former }: Pods): MemberOf {
  const named = pods.find(({ metadata: { name } }) => clientId.includes(name) || instanceId.includes(name));
  const found = named ?? pods.find(({ status }) => status?.podIP === host);
  if (found) return colourOfPod(found) ?? 'foreign';
  return former.includes(host) ? 'gone' : 'foreign';
}

export function colourOfPod({ metadata }: Pod): Colour | undefined {
  return colours.find((colour) => metadata.labels?.[labels.colour] === colour);
}
