import { expect, test } from 'vitest';
import { isAwaitingVolumes } from './pod-trouble.ts';
import type { ContainerStatus, Pod } from './resources/kinds.ts';

const now = new Date('2026-01-01T00:01:00Z');

interface Case {
  /** "takes a pod … for one that waits for volumes: <isAwaiting>" */
  readonly name: string;
  readonly ageSeconds: number;
  readonly init?: readonly ContainerStatus['state'][];
  readonly containers: readonly ContainerStatus['state'][];
  readonly isAwaiting: boolean;
}

const creating = { waiting: { reason: 'ContainerCreating' } };
const initializing = { waiting: { reason: 'PodInitializing' } };
const cases: readonly Case[] = [
  { name: 'that has just come', ageSeconds: 20, containers: [creating], isAwaiting: false },
  { name: 'that has been creating its container', ageSeconds: 40, containers: [creating], isAwaiting: true },
  {
    name: 'whose init container has not begun',
    ageSeconds: 40,
    init: [initializing],
    containers: [initializing],
    isAwaiting: true,
  },
  { name: 'whose init container runs', ageSeconds: 40, init: [{}], containers: [initializing], isAwaiting: false },
  {
    name: 'that waits for its image',
    ageSeconds: 40,
    containers: [{ waiting: { reason: 'ImagePullBackOff' } }],
    isAwaiting: false,
  },
  { name: 'that nobody has placed', ageSeconds: 40, containers: [], isAwaiting: false },
  { name: 'that runs', ageSeconds: 40, containers: [{}], isAwaiting: false },
];

test.each(cases)('takes a pod $name for one that waits for volumes: $isAwaiting', (given) => {
  const statuses = (states: readonly ContainerStatus['state'][] = []): readonly ContainerStatus[] =>
    states.map((state, at) => ({ name: `c${at}`, ready: false, ...(state ? { state } : {}) }));
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'order-a-1',
      creationTimestamp: new Date(now.getTime() - given.ageSeconds * 1_000).toISOString(),
    },
    spec: {},
    status: { initContainerStatuses: statuses(given.init), containerStatuses: statuses(given.containers) },
  };
  expect(isAwaitingVolumes([pod], now)).toBe(given.isAwaiting);
});
