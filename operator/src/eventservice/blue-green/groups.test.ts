import { expect, test } from 'vitest';
import { labels } from '../../api/index.ts';
import type { LiveGroup, LiveMember } from '../../kafka/index.ts';
import type { Pod } from '../resources/kinds.ts';
import { aTopic } from '../testing/observed.ts';
import { ownerOf, toGroupSeen } from './groups.ts';

function aPod(name: string, colour: string, podIP: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels: { [labels.colour]: colour } },
    spec: {},
    status: { podIP },
  };
}

function aMember(over: Partial<LiveMember> = {}): LiveMember {
  return { memberId: 'm1', clientId: 'order', host: '192.0.2.1', partitions: new Map(), ...over };
}

const pods = { pods: [aPod('order-a-1', 'a', '10.0.0.1'), aPod('order-b-1', 'b', '10.0.0.2')], former: ['10.0.0.9'] };

test.each<{ name: string; member: Partial<LiveMember>; of: string }>([
  { name: 'by its address', member: { host: '10.0.0.2' }, of: 'b' },
  {
    name: "by its pod's name in the client id, though it comes from another address",
    member: { clientId: 'order-a-1' },
    of: 'a',
  },
  { name: "by its pod's name in the instance id", member: { instanceId: 'order-b-1' }, of: 'b' },
  { name: 'as gone by the address of a pod that died', member: { host: '10.0.0.9' }, of: 'gone' },
  { name: 'as foreign by an address of nobody', member: {}, of: 'foreign' },
])('knows a member $name', ({ member, of }) => {
  expect(ownerOf(aMember(member), pods)).toBe(of);
});

const live = new Map([['shop.payments', { ...aTopic('shop.payments'), partitions: 3 }]]);
const known = { state: 'known', type: 'classic', isEmpty: false, isStable: true } as const;

test.each<{ name: string; group: LiveGroup; seen: object }>([
  {
    name: 'one that the brokers do not know is not known, and so not empty',
    group: { state: 'absent' },
    seen: { state: 'unknown' },
  },
  {
    name: 'partitions that no member has are counted',
    group: { ...known, members: [aMember({ partitions: new Map([['shop.payments', [0, 2]]]) })] },
    seen: { unassigned: 1 },
  },
  {
    name: 'what a client says in a form of its own counts as all',
    group: { ...known, members: [aMember({ partitions: undefined })] },
    seen: { unassigned: 0 },
  },
  {
    name: 'a share group is not supported',
    group: { ...known, type: 'share', members: [] },
    seen: { isSupported: false },
  },
])('of groups, $name', ({ group, seen }) => {
  expect(toGroupSeen('shop.order', group, ['shop.payments'], live, pods)).toMatchObject(seen);
});
