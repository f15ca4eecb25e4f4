// Consumer groups as the brokers tell of them: who is in them, whether they are empty, where they stand. What is not
// known for certain is never told as known: DescribeGroups answers Dead for a live group of the newer protocol (KIP-848).
import {
  type Admin,
  consumerGroupDescribeV0,
  describeGroupsV5,
  FindCoordinatorKeyTypes,
  leaveGroupV5,
} from '@platformatic/kafka';
import type { GroupMemberId, Offsets } from '../plan/index.ts';
import { assignedPartitions, type Partitions } from './assignment.ts';
import { protocolFailures } from './failure.ts';

export interface LiveMember extends GroupMemberId {
  readonly clientId: string;
  /** Address that it connects from. */
  readonly host: string;
  /** By topic; undefined: what it says of itself cannot be read. */
  readonly partitions: Partitions | undefined;
}

export type LiveGroup =
  | { readonly state: 'unknown'; readonly message: string }
  /** The brokers list no such group: it never had a member or an offset, or lost both. */
  | { readonly state: 'absent' }
  | {
      readonly state: 'known';
      /** `classic`, `consumer`, or one that is neither, such as `share`. */
      readonly type: string;
      readonly isEmpty: boolean;
      readonly isStable: boolean;
      readonly members: readonly LiveMember[];
    };

/** Each of the names, looked at now. Rejects where no broker answers. */
export async function readGroups(admin: Admin, names: readonly string[]): Promise<ReadonlyMap<string, LiveGroup>> {
  if (names.length === 0) return new Map();
  const listed = await admin.listGroups({ types: [] });
  const entries = names.map(async (name) => [name, await readGroup(admin, name, listed.get(name)?.groupType)] as const);
  return new Map(await Promise.all(entries));
}

async function readGroup(admin: Admin, name: string, type: string | undefined): Promise<LiveGroup> {
  try {
    switch (type?.toLowerCase()) {
      case undefined:
        return { state: 'absent' };
      case 'classic':
        return await readClassic(admin, name);
      case 'consumer':
        return await readConsumer(admin, name);
      default:
        return { state: 'known', type: type ?? '', isEmpty: false, isStable: false, members: [] };
    }
  } catch (error) {
    const [failure] = protocolFailures(error);
    if (!failure) throw error;
    return { state: 'unknown', message: `${failure.text} (${failure.id})` };
  }
}

async function readClassic(admin: Admin, name: string): Promise<LiveGroup> {
  const { groups } = await describeGroupsV5.api.async(await coordinatorOf(admin, name), [name], false);
  const group = groups.find(({ groupId }) => groupId === name);
  if (!group || group.groupState === 'Dead') return { state: 'unknown', message: 'its coordinator does not know it' };
  const members = group.members.map((member) => ({
    memberId: member.memberId,
    ...(member.groupInstanceId ? { instanceId: member.groupInstanceId } : {}),
    clientId: member.clientId,
    host: hostOf(member.clientHost),
    partitions: assignedPartitions(member.memberAssignment),
  }));
  const isEmpty = group.groupState === 'Empty' && members.length === 0;
  return { state: 'known', type: 'classic', isEmpty, isStable: group.groupState === 'Stable', members };
}

async function readConsumer(admin: Admin, name: string): Promise<LiveGroup> {
  const { groups } = await consumerGroupDescribeV0.api.async(await coordinatorOf(admin, name), [name], false);
  const group = groups.find(({ groupId }) => groupId === name);
  if (!group || group.groupState === 'Dead') return { state: 'unknown', message: 'its coordinator does not know it' };
  const members = group.members.map((member) => ({
    memberId: member.memberId,
    ...(member.instanceId ? { instanceId: member.instanceId } : {}),
    clientId: member.clientId,
    host: hostOf(member.clientHost),
    partitions: new Map(
      member.assignment.topicPartitions.map(({ topicName, partitions }) => [topicName, partitions] as const),
    ),
  }));
  const isEmpty = group.groupState === 'Empty' && members.length === 0;
  return { state: 'known', type: 'consumer', isEmpty, isStable: group.groupState === 'Stable', members };
}

/** By group, topic and partition. Rejects while a transaction may still add to them. */
export async function readOffsets(admin: Admin, names: readonly string[]): Promise<ReadonlyMap<string, Offsets>> {
  if (names.length === 0) return new Map();
  const found = await admin.listConsumerGroupOffsets({ groups: [...names], requireStable: true });
  return new Map(
    found.map(({ groupId, topics }) => [
      groupId,
      Object.fromEntries(
        topics.map(({ name, partitions }) => [
          name,
          Object.fromEntries(
            partitions
              .filter(({ committedOffset }) => committedOffset >= 0n)
              .map(({ partitionIndex, committedOffset }) => [partitionIndex, Number(committedOffset)]),
          ),
        ]),
      ),
    ]),
  );
}

export type LogEnd = 'Earliest' | 'Latest';

/** ListOffsets, https://kafka.apache.org/protocol: the timestamps that stand for the ends of a log. */
const timestamps: Readonly<Record<LogEnd, bigint>> = { Earliest: -2n, Latest: -1n };

/** The first offset that is there, or the next that will be, of every partition. */
export async function readLogEnds(
  admin: Admin,
  topics: readonly { readonly topic: string; readonly partitions: number }[],
  end: LogEnd,
): Promise<Offsets> {
  if (topics.length === 0) return {};
  const found = await admin.listOffsets({
    topics: topics.map(({ topic, partitions }) => ({
      name: topic,
      partitions: Array.from({ length: partitions }, (_, partitionIndex) => ({
        partitionIndex,
        timestamp: timestamps[end],
      })),
    })),
  });
  return Object.fromEntries(
    found.map(({ name, partitions }) => [
      name,
      Object.fromEntries(partitions.map(({ partitionIndex, offset }) => [partitionIndex, Number(offset)])),
    ]),
  );
}

/** A group that has members is left as it is: they know better. */
export async function commitOffsets(admin: Admin, group: string, offsets: Offsets): Promise<void> {
  const topics = Object.entries(offsets).map(([name, partitions]) => ({
    name,
    partitionOffsets: Object.entries(partitions).map(([partition, offset]) => ({
      partition: Number(partition),
      offset: BigInt(offset),
    })),
  }));
  try {
    await admin.alterConsumerGroupOffsets({ groupId: group, topics });
  } catch (error) {
    if (!areAll(error, 'UNKNOWN_MEMBER_ID')) throw error;
  }
}

/** Those that are gone already are left out. */
export async function evictMembers(admin: Admin, group: string, members: readonly GroupMemberId[]): Promise<void> {
  const coordinator = await coordinatorOf(admin, group);
  try {
    await leaveGroupV5.api.async(
      coordinator,
      group,
      members.map(({ memberId, instanceId }) => ({
        // A static member is told by its instance, whichever process has it (KIP-345).
        memberId: instanceId === undefined ? memberId : '',
        groupInstanceId: instanceId ?? null,
        reason: 'its pod is gone or about to end',
      })),
    );
  } catch (error) {
    if (!areAll(error, 'UNKNOWN_MEMBER_ID')) throw error;
  }
}

function areAll(error: unknown, expected: string): boolean {
  const failures = protocolFailures(error);
  return failures.length > 0 && failures.every(({ id }) => id === expected);
}

async function coordinatorOf(admin: Admin, group: string) {
  const [found] = await admin.findCoordinator({ keyType: FindCoordinatorKeyTypes.GROUP, keys: [group] });
  const connection = found && (await admin.connectToBrokers([found.nodeId])).get(found.nodeId);
  if (!connection) throw new Error(`the coordinator of group ${group} cannot be connected to`);
  return connection;
}

/** Brokers print it as Java does an address without a name: `/10.0.0.7`. */
function hostOf(clientHost: string): string {
  return clientHost.replace(/^\//, '');
}
