import { expect, test } from 'vitest';
import { type Reason, reasons } from '../api/index.ts';
import type { Condition, ContainerStatus, Deployment, Pod } from './resources/kinds.ts';
import { workloadStatus } from './workload-status.ts';

const revision = 'new';

const condition = (type: string, status: Condition['status'], reason: string, message = ''): Condition => ({
  type,
  status,
  reason,
  message,
});
const serves = condition('Available', 'True', 'MinimumReplicasAvailable');
const doesNotServe = condition('Available', 'False', 'MinimumReplicasUnavailable');
const rolledOut = condition('Progressing', 'True', 'NewReplicaSetAvailable');
const rolling = condition('Progressing', 'True', 'ReplicaSetUpdated');
const overdue = condition('Progressing', 'False', 'ProgressDeadlineExceeded');

interface Given {
  readonly replicas?: number;
  readonly generation?: number;
  readonly status?: Partial<NonNullable<Deployment['status']>>;
}

function aDeployment({ replicas = 2, generation = 1, status }: Given = {}): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'order-a', namespace: 'shop', generation },
    spec: {
      replicas,
      selector: { matchLabels: {} },
      template: {
        metadata: { labels: { 'sluice.dev/revision': revision } },
        spec: { containers: [{ name: 'order' }] },
      },
    },
    status: { observedGeneration: 1, ...status },
  };
}

/** One pod of the newest version, its one container as given. */
function aPod(
  container: Partial<ContainerStatus>,
  pod: { name?: string; revision?: string; conditions?: readonly Condition[] } = {},
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: pod.name ?? 'order-a-1',
      namespace: 'shop',
      labels: { 'sluice.dev/revision': pod.revision ?? revision },
    },
    spec: {},
    status: {
      conditions: pod.conditions ?? [],
      containerStatuses: [{ name: 'order', image: 'order:7', ready: false, ...container }],
    },
  };
}

interface Case {
  /** "tells <name>" */
  readonly name: string;
  readonly deployment: Deployment;
  readonly pods?: readonly Pod[];
  readonly missingConfigMaps?: readonly string[];
  /** Reason and words of WorkloadAvailable; status is True for Available alone. */
  readonly available: readonly [Reason, string];
  /** Status, reason and words of ReleaseHealthy. */
  readonly release: readonly ['True' | 'False' | 'Unknown', Reason, string];
  /** What ReleaseHealthy means for the whole. */
  readonly effect?: 'waiting' | 'stalled';
}

const starting = { observedGeneration: 1, replicas: 2, updatedReplicas: 2, conditions: [doesNotServe, rolling] };
const half = { replicas: 3, updatedReplicas: 1, readyReplicas: 2, availableReplicas: 2, conditions: [serves, rolling] };

const cases: readonly Case[] = [
  {
    name: 'a Deployment that nobody has looked at yet',
    deployment: { ...aDeployment(), status: {} },
    available: [reasons.progressing, 'Deployment shop/order-a is rolling out'],
    release: ['Unknown', reasons.progressing, 'Deployment shop/order-a is rolling out'],
    effect: 'waiting',
  },
  {
    name: 'all pods ready',
    deployment: aDeployment({
      status: {
        replicas: 2,
        updatedReplicas: 2,
        readyReplicas: 2,
        availableReplicas: 2,
        conditions: [serves, rolledOut],
      },
    }),
    available: [reasons.available, 'serves'],
    release: ['True', reasons.succeeded, 'All pods of Deployment shop/order-a are of this version'],
  },
  {
    name: 'a service that is scaled to nothing',
    deployment: aDeployment({ replicas: 0, status: { conditions: [serves, rolledOut] } }),
    available: [reasons.available, 'scaled to 0'],
    release: ['True', reasons.succeeded, 'All pods'],
  },
  {
    name: 'a version that is in force and is scaled up, short of pods and no new release',
    deployment: aDeployment({
      replicas: 5,
      status: { replicas: 3, updatedReplicas: 3, readyReplicas: 2, conditions: [doesNotServe, rolledOut] },
    }),
    available: [reasons.podsNotReady, '2 of 5 pods of Deployment shop/order-a are ready'],
    release: ['True', reasons.succeeded, 'All pods'],
  },
  {
    name: 'a version gone back to, of which the Deployment controller has made no pod yet',
    deployment: aDeployment({
      status: { replicas: 2, readyReplicas: 2, availableReplicas: 2, conditions: [serves, rolledOut] },
    }),
    available: [reasons.available, 'serves'],
    release: ['Unknown', reasons.progressing, 'rolling out'],
    effect: 'waiting',
  },
  {
    name: 'a spec that the Deployment controller has not seen, whatever the old status says',
    deployment: aDeployment({
      generation: 2,
      status: {
        replicas: 2,
        updatedReplicas: 2,
        readyReplicas: 2,
        availableReplicas: 2,
        conditions: [serves, rolledOut],
      },
    }),
    available: [reasons.available, 'serves'],
    release: ['Unknown', reasons.progressing, 'rolling out'],
    effect: 'waiting',
  },
  {
    name: 'the old version serving while the new one comes up',
    deployment: aDeployment({ status: half }),
    available: [reasons.available, 'serves'],
    release: ['Unknown', reasons.progressing, 'rolling out'],
    effect: 'waiting',
  },
  {
    name: 'how many pods are ready when none says why',
    deployment: aDeployment({ status: { ...starting, readyReplicas: 1 } }),
    available: [reasons.podsNotReady, '1 of 2 pods of Deployment shop/order-a are ready'],
    release: ['Unknown', reasons.progressing, 'rolling out'],
    effect: 'waiting',
  },
  {
    name: 'a roll-out that is over its time',
    deployment: aDeployment({ status: { ...starting, conditions: [doesNotServe, overdue] } }),
    available: [reasons.podsNotReady, '0 of 2 pods'],
    release: ['False', reasons.podsNotReady, 'over its release.deadlineSeconds'],
    effect: 'stalled',
  },
  {
    name: 'an image that cannot be pulled, while the old version serves',
    deployment: aDeployment({ status: half }),
    pods: [
      aPod({ ready: true, state: {} }, { name: 'order-a-0', revision: 'old' }),
      aPod({ state: { waiting: { reason: 'ErrImagePull', message: 'rpc error: 404' } } }),
    ],
    available: [reasons.available, 'serves'],
    release: [
      'False',
      reasons.imageUnavailable,
      'Image order:7 of container order of pod shop/order-a-1 cannot be pulled',
    ],
    effect: 'waiting',
  },
  {
    name: 'the same of the back-off, so that the condition stands still',
    deployment: aDeployment({ status: starting }),
    pods: [aPod({ state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } } })],
    available: [reasons.imageUnavailable, 'Image order:7 of container order of pod shop/order-a-1 cannot be pulled'],
    release: ['False', reasons.imageUnavailable, 'Image order:7'],
    effect: 'waiting',
  },
  {
    name: 'an image that may not be pulled',
    deployment: aDeployment({ status: starting }),
    pods: [aPod({ state: { waiting: { reason: 'ErrImageNeverPull' } } })],
    available: [reasons.imageUnavailable, 'is not on the node and imagePullPolicy is Never'],
    release: ['False', reasons.imageUnavailable, 'is not on the node'],
    effect: 'waiting',
  },
  {
    name: 'a crash loop with exit code and last words',
    deployment: aDeployment({ status: starting }),
    pods: [
      aPod({
        state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } },
        lastState: { terminated: { exitCode: 3, reason: 'Error', message: 'no brokers\n' } },
      }),
    ],
    available: [reasons.podsFailing, 'Container order of pod shop/order-a-1 ended with exit code 3: no brokers; see'],
    release: ['False', reasons.podsFailing, 'ended with exit code 3'],
    effect: 'waiting',
  },
  {
    name: 'the crash loop while the container runs again and is not ready',
    deployment: aDeployment({ status: starting }),
    pods: [aPod({ state: {}, lastState: { terminated: { exitCode: 3 } } })],
    available: [reasons.podsFailing, 'ended with exit code 3; see'],
    release: ['False', reasons.podsFailing, 'ended with exit code 3'],
    effect: 'waiting',
  },
  {
    name: 'a container killed for its memory',
    deployment: aDeployment({ status: starting }),
    pods: [aPod({ state: { terminated: { exitCode: 137, reason: 'OOMKilled' } } })],
    available: [reasons.podsFailing, 'was OOMKilled (memory limit)'],
    release: ['False', reasons.podsFailing, 'was OOMKilled'],
    effect: 'waiting',
  },
  {
    name: 'nothing of a container that crashed once and is ready again',
    deployment: aDeployment({ status: { ...starting, readyReplicas: 1 } }),
    pods: [aPod({ ready: true, state: {}, lastState: { terminated: { exitCode: 1 } } })],
    available: [reasons.podsNotReady, '1 of 2'],
    release: ['Unknown', reasons.progressing, 'rolling out'],
    effect: 'waiting',
  },
  {
    name: 'nothing of an init container that completed',
    deployment: aDeployment({ status: starting }),
    pods: [
      {
        ...aPod({ state: { waiting: { reason: 'PodInitializing' } } }),
        status: {
          initContainerStatuses: [
            { name: 'migrate', ready: false, state: { terminated: { exitCode: 0, reason: 'Completed' } } },
          ],
        },
      },
    ],
    available: [reasons.podsNotReady, '0 of 2'],
    release: ['Unknown', reasons.progressing, 'rolling out'],
    effect: 'waiting',
  },
  {
    name: 'a ConfigMap that the kubelet misses',
    deployment: aDeployment({ status: starting }),
    pods: [
      aPod({ state: { waiting: { reason: 'CreateContainerConfigError', message: 'configmap "limits" not found' } } }),
    ],
    available: [reasons.configMapNotFound, 'configmap "limits" not found'],
    release: ['False', reasons.configMapNotFound, 'configmap "limits" not found'],
    effect: 'waiting',
  },
  {
    name: 'a Secret that the kubelet misses',
    deployment: aDeployment({ status: starting }),
    pods: [aPod({ state: { waiting: { reason: 'CreateContainerConfigError', message: 'secret "login" not found' } } })],
    available: [reasons.secretNotFound, 'secret "login" not found'],
    release: ['False', reasons.secretNotFound, 'secret "login" not found'],
    effect: 'waiting',
  },
  {
    name: 'a mounted ConfigMap that is not there, for which pods wait in silence',
    deployment: aDeployment({ status: starting }),
    pods: [aPod({ state: { waiting: { reason: 'ContainerCreating' } } })],
    missingConfigMaps: ['limits'],
    available: [reasons.configMapNotFound, 'ConfigMap shop/limits, which spec.template uses, does not exist'],
    release: ['False', reasons.configMapNotFound, 'ConfigMap shop/limits'],
    effect: 'waiting',
  },
  {
    name: 'the scheduler',
    deployment: aDeployment({ status: starting }),
    pods: [
      {
        ...aPod(
          {},
          {
            conditions: [
              condition('PodScheduled', 'False', 'Unschedulable', '0/1 nodes are available: 1 Insufficient cpu.'),
            ],
          },
        ),
      },
    ],
    available: [
      reasons.podsNotReady,
      'Pod shop/order-a-1 cannot be scheduled: 0/1 nodes are available: 1 Insufficient cpu.',
    ],
    release: ['False', reasons.podsNotReady, 'cannot be scheduled'],
    effect: 'waiting',
  },
  {
    name: 'the worst of several troubles, of the first pod by name',
    deployment: aDeployment({ status: starting }),
    pods: [
      aPod({ state: { terminated: { exitCode: 1 } } }, { name: 'order-a-1' }),
      aPod({ state: { waiting: { reason: 'ImagePullBackOff' } } }, { name: 'order-a-3' }),
      aPod({ state: { waiting: { reason: 'ErrImagePull' } } }, { name: 'order-a-2' }),
    ],
    available: [reasons.imageUnavailable, 'pod shop/order-a-2'],
    release: ['False', reasons.imageUnavailable, 'pod shop/order-a-2'],
    effect: 'waiting',
  },
  {
    name: 'nothing of a pod that is going',
    deployment: aDeployment({ status: starting }),
    pods: [
      {
        ...aPod({ state: { terminated: { exitCode: 1 } } }),
        metadata: { name: 'order-a-1', namespace: 'shop', deletionTimestamp: '2026-01-01T00:00:00Z' },
      },
    ],
    available: [reasons.podsNotReady, '0 of 2'],
    release: ['Unknown', reasons.progressing, 'rolling out'],
    effect: 'waiting',
  },
  {
    name: "Pod Security in the API server's words, without the random name of the attempt",
    deployment: aDeployment({
      status: {
        ...half,
        conditions: [
          serves,
          rolling,
          condition(
            'ReplicaFailure',
            'True',
            'FailedCreate',
            'pods "order-a-5cdb-x8k2p" is forbidden: violates PodSecurity "restricted:latest": privileged',
          ),
        ],
      },
    }),
    available: [reasons.available, 'serves'],
    release: [
      'False',
      reasons.templateRefused,
      'Pods of Deployment shop/order-a cannot be created: pods "order-a-5cdb-…" is forbidden: violates PodSecurity "restricted:latest": privileged',
    ],
    effect: 'stalled',
  },
  {
    name: 'a quota that is used up, which heals without a change of the template',
    deployment: aDeployment({
      status: {
        ...starting,
        conditions: [
          doesNotServe,
          rolling,
          condition(
            'ReplicaFailure',
            'True',
            'FailedCreate',
            'pods "order-a-5cdb-x8k2p" is forbidden: exceeded quota: compute',
          ),
        ],
      },
    }),
    available: [reasons.podsNotReady, 'exceeded quota: compute'],
    release: ['False', reasons.podsNotReady, 'exceeded quota: compute'],
    effect: 'waiting',
  },
];

test.each(cases)('tells $name', ({ deployment, pods = [], missingConfigMaps = [], available, release, effect }) => {
  const status = workloadStatus({ deployment, pods, missingConfigMaps });
  const [reason, words] = available;
  expect(status.available).toMatchObject({ reason, message: expect.stringContaining(words) });
  expect(status.available.status).toBe(reason === reasons.available ? 'True' : 'False');
  expect(status.release).toMatchObject({
    status: release[0],
    reason: release[1],
    message: expect.stringContaining(release[2]),
  });
  expect(status.release.effect).toBe(effect);
  expect(status.isRolledOut).toBe(release[0] === 'True');
});
