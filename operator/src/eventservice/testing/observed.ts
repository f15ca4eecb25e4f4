// Test support: what a reconcile sees of a service, and the world after a Plan was carried out in it.
import { annotations, type EventService, finalizer } from '../../api/index.ts';
import { anEventBus } from '../../api/v1alpha1/builders.ts';
import type { BusAvailable, BusUnavailable } from '../../bus/index.ts';
import type { LiveTopic } from '../../kafka/index.ts';
import type { Change, Verdict } from '../../plan/index.ts';
import { noUses } from '../../registry/index.ts';
import { hashOf, type KubeObject, keyOf } from '../../runtime/index.ts';
import type { Observed } from '../observe.ts';
import type { Condition, Deployment } from '../resources/kinds.ts';

export const registryUrl = 'http://registry.shop:8080/apis/ccompat/v7';

/** A bus that has every topic in `live`, no schemas and no opinions. */
export function aBus(object: EventService, over: Partial<BusAvailable> = {}): BusAvailable {
  const live = new Map((object.spec.publishes ?? []).map(({ topic }) => [topic, aTopic(topic)]));
  const remembered = { topics: object.status?.topics ?? [], subjects: object.status?.subjects ?? [], users: [] };
  const { deletionTimestamp } = object.metadata;
  return {
    state: 'available',
    ...(deletionTimestamp === undefined ? {} : { deletingSinceMs: Date.parse(deletionTimestamp) }),
    declaresDeletion: (object.spec.publishes ?? []).some(({ deletionPolicy }) => deletionPolicy === 'Delete'),
    remembered,
    bus: anEventBus({ schemaRegistry: { url: registryUrl } }),
    topics: {
      busName: 'shop',
      limits: {},
      declared: object.spec.publishes ?? [],
      read: [],
      live,
      remembered: remembered.topics,
      isSettled: true,
      approved: undefined,
      owners: new Map(),
      readers: new Map(),
      withRecords: new Set(),
    },
    schemas: {
      busName: 'shop',
      declared: [],
      registry: { state: 'available', url: registryUrl },
      subjects: new Map(),
      remembered: remembered.subjects,
      level: undefined,
      approved: undefined,
    },
    gate: aGate(object),
    forbiddenReads: new Map(),
    readSchemas: new Map(),
    live,
    groups: { describeGroups: notHere, committedOffsets: notHere, logEnds: notHere },
    ports: {
      topics: {
        createTopics: notHere,
        addPartitions: notHere,
        alterTopicConfig: notHere,
        deleteTopic: notHere,
      },
      schemas: undefined,
    },
    ...over,
  };
}

/** Nobody shares the topics, and what is declared is live already. */
function aGate({ kind, metadata }: EventService): BusAvailable['gate'] {
  const name = `${kind} ${keyOf(metadata)}`;
  const self = { name, live: noUses, wanted: noUses };
  return { self, others: [], retained: new Map(), problems: [], approved: undefined, record: undefined };
}

export function aBusThatIsAway(object: EventService, verdict: Verdict): BusUnavailable {
  const { deletingSinceMs, declaresDeletion, remembered } = aBus(object);
  return {
    state: 'unavailable',
    ...(deletingSinceMs === undefined ? {} : { deletingSinceMs }),
    declaresDeletion,
    remembered,
    verdict,
  };
}

export function aTopic(topic: string): LiveTopic {
  return { topic, id: `id-of-${topic}`, partitions: 1, replicas: 1, config: {} };
}

/** Nothing is there yet of the service. */
export function anObserved(object: EventService, over: Partial<Observed> = {}): Observed {
  return {
    object,
    bus: aBus(object),
    deployment: undefined,
    otherDeployment: undefined,
    service: undefined,
    serviceAccount: undefined,
    disruptionBudget: undefined,
    hasForeignBudget: false,
    serviceMonitor: undefined,
    networkPolicy: undefined,
    hasServiceMonitors: true,
    enforcesRestricted: false,
    pods: [],
    configMaps: new Map(),
    missingConfigMaps: [],
    refusals: {},
    isBindingMissing: false,
    ...over,
  };
}

/** What the next reconcile sees after these changes; those that wait are not carried out. */
export function carriedOut(observed: Observed, changes: readonly Change[]): Observed {
  return changes
    .filter(({ waitsFor, risk }) => waitsFor === undefined && risk !== 'DataLoss')
    .reduce(carriedOutOne, observed);
}

function carriedOutOne(observed: Observed, change: Change): Observed {
  switch (change.action) {
    case 'Apply':
      return withChild(observed, change.resource.kind, stored(change.object));
    case 'Delete':
      return withChild(observed, change.resource.kind, undefined);
    case 'AddFinalizer':
    case 'RemoveFinalizer': {
      const finalizers = change.action === 'AddFinalizer' ? [finalizer] : [];
      const { object } = observed;
      return { ...observed, object: { ...object, metadata: { ...object.metadata, finalizers } } };
    }
    case 'CreateTopic':
      return withTopic(observed, aTopic(change.topic));
    default:
      return observed;
  }
}

function withChild(observed: Observed, kind: string, object: KubeObject | undefined): Observed {
  const field = {
    Deployment: 'deployment',
    Service: 'service',
    ServiceAccount: 'serviceAccount',
    PodDisruptionBudget: 'disruptionBudget',
    ServiceMonitor: 'serviceMonitor',
    NetworkPolicy: 'networkPolicy',
  }[kind];
  return field === undefined ? { ...observed, isBindingMissing: false } : { ...observed, [field]: object };
}

function withTopic(observed: Observed, topic: LiveTopic): Observed {
  const { bus } = observed;
  if (bus.state === 'unavailable') return observed;
  const live = new Map([...bus.live, [topic.topic, topic]]);
  return { ...observed, bus: { ...bus, live, topics: { ...bus.topics, live } } };
}

/** As the API server keeps it, with the mark of the last apply. */
function stored(object: KubeObject): KubeObject {
  const { metadata } = object;
  return {
    ...object,
    metadata: {
      ...metadata,
      uid: `uid-of-${object.kind}-${metadata.name}`,
      generation: 1,
      annotations: { ...metadata.annotations, [annotations.lastApplied]: hashOf(object) },
    },
  };
}

/** The Deployment as its controller reports it once all pods are there and ready. */
export function rolledOut(deployment: Deployment): Deployment {
  const replicas = deployment.spec.replicas ?? 1;
  const count = replicas === 0 ? {} : { replicas, updatedReplicas: replicas, readyReplicas: replicas };
  const conditions: readonly Condition[] = [
    { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' },
    { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
  ];
  return { ...deployment, status: { observedGeneration: deployment.metadata.generation ?? 0, ...count, conditions } };
}

function notHere(): Promise<never> {
  return Promise.reject(new Error('a decision calls nothing'));
}
