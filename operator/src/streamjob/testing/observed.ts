// Test support: what a reconcile sees of a job, the world after a Plan was carried out in it, and a Flink operator that
// reports what the test says.
import { annotations, finalizer, type StreamJob } from '../../api/index.ts';
import { anEventBus, aStreamJob, type Written } from '../../api/v1alpha1/builders.ts';
import type { BusAvailable, BusUnavailable } from '../../bus/index.ts';
import { engines } from '../../engines/index.ts';
import type { LiveTopic } from '../../kafka/index.ts';
import type { Change, Verdict } from '../../plan/index.ts';
import { avroText, noUses } from '../../registry/index.ts';
import { hashOf, type KubeObject, keyOf } from '../../runtime/index.ts';
import type { EngineObserved, EngineResource, Observed } from '../observe.ts';

const registryUrl = 'http://registry.shop:8080/apis/ccompat/v7';

const occurredAt = { name: 'occurredAt', type: { type: 'long', logicalType: 'timestamp-millis' } };

export function aSchema(name: string, fields: readonly object[]): string {
  return JSON.stringify({ type: 'record', name, namespace: 'shop', fields });
}

export const orderSchema = aSchema('OrderPlaced', [
  { name: 'orderId', type: 'string' },
  { name: 'customerId', type: 'string' },
  { name: 'total', type: { type: 'bytes', logicalType: 'decimal', precision: 10, scale: 2 } },
  occurredAt,
]);
export const alertSchema = aSchema('FraudSuspected', [{ name: 'customerId', type: 'string' }, occurredAt]);

/** A job that counts on `shop.orders` being there and declares `shop.fraud-alerts`. */
export function aJob(spec: Written<StreamJob['spec']> = {}, around: Parameters<typeof aStreamJob>[1] = {}): StreamJob {
  const defaults: Written<StreamJob['spec']> = {
    program: { sql: 'INSERT INTO alerts SELECT customerId, occurredAt FROM orders WHERE total > 1000' },
    reads: [{ topic: 'shop.orders', as: 'orders', eventTime: { field: 'occurredAt', delay: '5s' } }],
    writes: [{ topic: 'shop.fraud-alerts', as: 'alerts', schema: { inline: alertSchema } }],
  };
  return aStreamJob({ ...defaults, ...spec }, around);
}

/** A bus where every topic is there, the read ones with the schema of orders, the written ones' schemas registered. */
export function aBus(object: StreamJob, over: Partial<BusAvailable> = {}): BusAvailable {
  const reads = object.spec.reads ?? [];
  const writes = object.spec.writes ?? [];
  const live = new Map([...reads, ...writes].map(({ topic }) => [topic, aTopic(topic)]));
  const remembered = { topics: object.status?.topics ?? [], subjects: object.status?.subjects ?? [], users: [] };
  const { deletionTimestamp } = object.metadata;
  const declared = writes.flatMap(({ topic, schema }) =>
    schema?.inline === undefined
      ? []
      : [
          {
            topic,
            subject: `${topic}-value`,
            source: { state: 'found' as const, ...avroText(schema.inline), from: 'StreamJob shop/fraud' },
          },
        ],
  );
  return {
    state: 'available',
    ...(deletionTimestamp === undefined ? {} : { deletingSinceMs: Date.parse(deletionTimestamp) }),
    declaresDeletion: writes.some(({ deletionPolicy }) => deletionPolicy === 'Delete'),
    remembered,
    bus: anEventBus({ schemaRegistry: { url: registryUrl } }),
    topics: {
      busName: 'shop',
      limits: {},
      declared: writes,
      read: reads.map(({ topic }) => topic),
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
      declared,
      registry: { state: 'available', url: registryUrl },
      subjects: new Map(declared.map(({ subject }, at) => [subject, { registered: { id: at + 1, version: 1 } }])),
      remembered: remembered.subjects,
      level: undefined,
      approved: undefined,
    },
    gate: aGate(object),
    forbiddenReads: new Map(),
    readSchemas: new Map(reads.map(({ topic }) => [topic, { state: 'found', id: 7, version: 1, schema: orderSchema }])),
    live,
    groups: { describeGroups: notHere, committedOffsets: notHere, logEnds: notHere },
    ports: {
      topics: { createTopics: notHere, addPartitions: notHere, alterTopicConfig: notHere, deleteTopic: notHere },
      schemas: undefined,
    },
    ...over,
  };
}

/** Nobody shares the topics, and what is declared is live already. */
function aGate({ kind, metadata }: StreamJob): BusAvailable['gate'] {
  const name = `${kind} ${keyOf(metadata)}`;
  const self = { name, live: noUses, wanted: noUses };
  return { self, others: [], retained: new Map(), problems: [], approved: undefined, record: undefined };
}

export function aBusThatIsAway(object: StreamJob, verdict: Verdict): BusUnavailable {
  const { declaresDeletion, remembered, deletingSinceMs } = aBus(object);
  return {
    state: 'unavailable',
    declaresDeletion,
    remembered,
    verdict,
    ...(deletingSinceMs === undefined ? {} : { deletingSinceMs }),
  };
}

export function aTopic(topic: string): LiveTopic {
  return { topic, id: `id-of-${topic}`, partitions: 1, replicas: 1, config: {} };
}

/** Flink is installed and nothing is there yet of the job. */
export function anObserved(object: StreamJob = aJob(), over: Partial<Observed> = {}): Observed {
  return {
    object,
    bus: aBus(object),
    engine: anEngine(),
    image: 'docker.io/sluice/flink:dev',
    isSecretMissing: false,
    ...over,
  };
}

export function anEngine(over: Partial<EngineObserved> = {}): EngineObserved {
  return { backEnd: engines.Flink, isInstalled: true, pods: [], configMaps: [], ...over };
}

/** With a new spec, the generation raised. */
export function withSpec(observed: Observed, spec: Written<StreamJob['spec']>): Observed {
  const generation = (observed.object.metadata.generation ?? 0) + 1;
  const { status, metadata } = observed.object;
  const object = aJob(spec, { metadata: { ...metadata, generation }, ...(status === undefined ? {} : { status }) });
  return { ...observed, object, bus: aBus(object) };
}

/** What the next reconcile sees after these changes; those that wait are not carried out. */
export function carriedOut(observed: Observed, changes: readonly Change[]): Observed {
  return changes
    .filter(({ waitsFor, risk }) => waitsFor === undefined && risk !== 'DataLoss')
    .reduce(carriedOutOne, observed);
}

function carriedOutOne(observed: Observed, change: Change): Observed {
  const { engine, object } = observed;
  switch (change.action) {
    case 'Apply': {
      if (change.resource.kind === 'Secret') return { ...observed, isSecretMissing: false };
      if (change.resource.kind === engine.backEnd.resource.kind) {
        return { ...observed, engine: { ...engine, live: stored(withSpecOf(change.object), engine.live) } };
      }
      const others = engine.configMaps.filter(({ metadata }) => metadata.name !== change.object.metadata.name);
      return { ...observed, engine: { ...engine, configMaps: [...others, stored(change.object, undefined)] } };
    }
    case 'Delete': {
      if (change.resource.kind === engine.backEnd.resource.kind) {
        return { ...observed, engine: { ...engine, live: undefined } };
      }
      const left = engine.configMaps.filter(({ metadata }) => metadata.name !== change.key.name);
      return { ...observed, engine: { ...engine, configMaps: left } };
    }
    case 'AddFinalizer':
    case 'RemoveFinalizer': {
      const finalizers = change.action === 'AddFinalizer' ? [finalizer] : [];
      return { ...observed, object: { ...object, metadata: { ...object.metadata, finalizers } } };
    }
    case 'CreateTopic':
      return withBus(observed, { topic: { ...aTopic(change.topic), partitions: change.partitions ?? 1 } });
    case 'AddPartitions':
      return withBus(observed, { topic: { ...aTopic(change.topic), partitions: change.to } });
    case 'RegisterSchema':
      return withBus(observed, { subject: change.subject });
    default:
      return observed;
  }
}

function withBus(observed: Observed, made: { readonly topic?: LiveTopic; readonly subject?: string }): Observed {
  const { bus } = observed;
  if (bus.state === 'unavailable') return observed;
  const live = made.topic ? new Map([...bus.live, [made.topic.topic, made.topic]]) : bus.live;
  const subjects = new Map(bus.schemas.subjects);
  if (made.subject !== undefined) subjects.set(made.subject, { registered: { id: 1, version: 1 } });
  return {
    ...observed,
    bus: { ...bus, live, topics: { ...bus.topics, live }, schemas: { ...bus.schemas, subjects } },
  };
}

/** As the API server keeps it, with the mark of the last apply; another spec is another generation. */
function stored<T extends KubeObject>(object: T, former: EngineResource | undefined): T {
  const { metadata } = object;
  const spec = 'spec' in object ? object.spec : undefined;
  const isSame = former !== undefined && hashOf(former.spec) === hashOf(spec);
  const status = former && 'status' in former ? { status: former.status } : {};
  return {
    ...object,
    ...status,
    metadata: {
      ...metadata,
      uid: `uid-of-${object.kind}-${metadata.name}`,
      generation: (former?.metadata.generation ?? 0) + (isSame ? 0 : 1),
      annotations: { ...metadata.annotations, [annotations.lastApplied]: hashOf(object) },
    },
  };
}

function withSpecOf(object: KubeObject): EngineResource {
  return { ...object, spec: 'spec' in object ? object.spec : undefined };
}

/** The FlinkDeployment as operator 1.7 reports it once it has taken up the newest spec, with the job in that state. */
export function reported(observed: Observed, jobState = 'RUNNING', over: object = {}): Observed {
  const { engine } = observed;
  if (!engine.live) throw new Error('there is no FlinkDeployment to report on');
  return { ...observed, engine: { ...engine, live: { ...engine.live, ...flinkStatus(engine.live, jobState, over) } } };
}

export function flinkStatus(live: KubeObject, jobState = 'RUNNING', over: object = {}) {
  const isSuspended = jobState === 'SUSPENDED';
  return {
    status: {
      jobManagerDeploymentStatus: isSuspended ? 'MISSING' : 'READY',
      lifecycleState: isSuspended ? 'SUSPENDED' : 'STABLE',
      jobStatus: { state: isSuspended ? 'FINISHED' : jobState, jobId: 'a1', startTime: '1700000000000' },
      reconciliationStatus: {
        state: 'DEPLOYED',
        reconciliationTimestamp: 1,
        lastReconciledSpec: JSON.stringify({
          resource_metadata: { metadata: { generation: live.metadata.generation } },
        }),
      },
      ...over,
    },
  };
}

function notHere(): Promise<never> {
  return Promise.reject(new Error('a decision calls nothing'));
}
