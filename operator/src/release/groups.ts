// What is to hold of consumer groups before, while and after they are handed over. Pure; a sentence says what does not.
import type { Colour, Handover } from '../api/index.ts';
import type { Seen } from './seen.ts';

/** Undefined: nobody but pods of `colour` is in any group, and all groups are of a kind whose members can be told. */
export function foreignMember({ groups }: Seen, colour: Colour): string | undefined {
  for (const [name, group] of groups) {
    if (group.state === 'unknown') return `group ${name} cannot be read: ${group.message}`;
    if (!group.isSupported) return `group ${name} is not of type classic or consumer: it cannot be handed over`;
    const foreign = group.members.find(({ of }) => of !== colour && of !== 'gone');
    if (foreign) {
      const who = foreign.of === 'foreign' ? 'no pod of this service' : `a pod of colour ${foreign.of}`;
      return `ForeignMember: group ${name} has a member at ${foreign.host}, which is ${who}`;
    }
  }
  return undefined;
}

/** A candidate that reads in the groups of the active version though its role is closed. */
export function intruder({ groups }: Seen, candidate: Colour): string | undefined {
  for (const [name, group] of groups) {
    if (group.state === 'known' && group.members.some(({ of }) => of === candidate)) {
      return `ForeignMember: the candidate reads in group ${name} in spite of its role`;
    }
  }
  return undefined;
}

/** Undefined: every group is empty. None moves alone, and one that is not known is not empty. */
export function notEmpty({ groups }: Seen): string | undefined {
  for (const [name, group] of groups) {
    if (group.state === 'unknown') return `group ${name} cannot be read: ${group.message}`;
    if (!group.isEmpty) return `group ${name} still has ${group.members.length} members`;
  }
  return undefined;
}

/** Undefined: the groups that had members have some again, all of the taking colour, with every partition. */
export function notTakenOver(seen: Seen, { to, groups = [] }: Handover): string | undefined {
  for (const name of groups) {
    const group = seen.groups.get(name);
    if (!group || group.state === 'unknown') return `group ${name} cannot be read`;
    if (group.members.length === 0) return `group ${name} has no member yet`;
    if (group.members.some(({ of }) => of !== to)) return `group ${name} has members that are not of colour ${to}`;
    if (!group.isStable) return `group ${name} is rebalancing`;
    if (group.unassigned > 0) return `${group.unassigned} partitions of group ${name} are with nobody yet`;
  }
  if (groups.length === 0) return undefined;
  if (seen.progress === 'moved') return 'OffsetsMoved: an offset was committed below the restore point';
  return seen.progress === 'advanced' ? undefined : 'no offset was committed yet';
}

export function groupsWithMembers({ groups }: Seen): readonly string[] {
  return [...groups].flatMap(([name, group]) => (group.state === 'known' && group.members.length > 0 ? [name] : []));
}
