import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { defineResource, type KubeObject } from '../../runtime/index.ts';
import { type ControlPlaneWithKinds, startControlPlaneWithKinds } from '../testing/control-plane.ts';
import {
  anEventBus,
  anEventService,
  aStreamJob,
  eventBusManifest,
  eventServiceManifest,
  type Manifest,
  minimalEventBus,
  minimalEventService,
  minimalStreamJob,
  streamJobManifest,
} from './builders.ts';
import type { EventService } from './event-service.ts';
import { eventBusKind, eventServiceKind, type KindDescriptor, kinds, streamJobKind } from './index.ts';

let controlPlane: ControlPlaneWithKinds;
beforeAll(async () => {
  controlPlane = await startControlPlaneWithKinds();
});
afterAll(() => controlPlane?.stop());

const dryRun = { fieldManager: 'test', dryRun: true };
const resourceOf = (kind: KindDescriptor) => defineResource<Manifest>(kind);
const services = defineResource<EventService>(eventServiceKind);

/** Creates as `kubectl create --validate=strict` does, without storing. */
async function createStrictly(kind: KindDescriptor, manifest: object) {
  const path = `/apis/sluice.dev/v1alpha1/namespaces/shop/${kind.plural}?dryRun=All&fieldValidation=Strict`;
  const { status, body } = await controlPlane.call(path, { method: 'POST', body: manifest });
  return { status, message: (body as { message?: string }).message };
}

const fullEventBus = `
apiVersion: sluice.dev/v1alpha1
kind: EventBus
metadata: {name: shop, namespace: shop}
spec:
  kafka:
    external:
      bootstrapServers: [kafka.shop:9092]
      tls: {caSecretRef: {name: kafka-ca, key: ca.crt}}
      sasl: {mechanism: SCRAM-SHA-512, secretRef: {name: admin}}
  topicManagement: Direct
  access: {credentials: Managed}
  schemaRegistry:
    url: http://registry.shop:8080/apis/ccompat/v7
    auth: {secretRef: {name: registry}}
    compatibility: FullTransitive
  topicDefaults: {partitions: 6, replicas: 3, config: {min.insync.replicas: "2"}}
  policy: {topicNames: '^[a-z0-9.-]+$', maxPartitions: 64, minReplicas: 1}
  allowedNamespaces: {from: Selector, selector: {matchExpressions: [{key: team, operator: In, values: [shop, analytics]}]}}
`;

const fullEventService = `
apiVersion: sluice.dev/v1alpha1
kind: EventService
metadata: {name: order, namespace: shop}
spec:
  bus: {name: shop}
  replicas: 2
  template:
    metadata: {creationTimestamp: null, labels: {team: orders}, annotations: {note: copied from a Deployment}}
    spec:
      serviceAccountName: order
      containers:
        - name: order
          image: docker.io/sluice/order:dev
          ports: [{name: http, containerPort: 8080}]
          env: [{name: LOG_LEVEL, value: info}]
          resources: {requests: {cpu: 20m}, limits: {memory: 256Mi}}
  service: {type: NodePort, ports: [{name: http, port: 80, targetPort: http, nodePort: 30080}]}
  publishes:
    - topic: shop.orders
      partitions: 6
      config: {retention.ms: "604800000"}
      schema: {format: Avro, configMapKeyRef: {name: orders-schemas, key: order-event.avsc}}
      readers: {from: Named, namespaces: [analytics]}
      drift: Revert
      deletionPolicy: Retain
  consumes:
    - topic: shop.payments
      group: shop.orders
      startFrom: Earliest
      schema: {inline: '{"type": "string"}'}
      deadLetter: {topic: shop.orders.dlq}
  release:
    strategy: BlueGreen
    promotion: Manual
    promote: ""
    roleAware: true
    checks:
      - {name: errors, prometheus: {query: 'rate(errors[1m])', max: 0.1}}
      - {name: smoke, job: {template: {spec: {template: {spec: {containers: []}}}}}}
      - {name: health, http: {path: /healthz, port: 80}}
    previewReplicas: 1
    previewTemplate: {spec: {containers: [{name: order, env: [{name: PREVIEW, value: "true"}]}]}}
    soakSeconds: 60
    deadlineSeconds: 600
    drainSeconds: 30
    keepOldSeconds: 300
    maxLag: 1000
`;

const fullStreamJob = `
apiVersion: sluice.dev/v1alpha1
kind: StreamJob
metadata: {name: fraud, namespace: shop}
spec:
  bus: {name: shop}
  engine: Flink
  program:
    sql: |
      INSERT INTO alerts SELECT customerId FROM orders
  reads: [{topic: shop.orders, as: orders, eventTime: {field: occurredAt, delay: 5s}}]
  writes: [{topic: shop.fraud-alerts, as: alerts, schema: {inline: '"string"'}, partitions: 3}]
  parallelism: 2
  resources: {coordinator: {cpu: 50m, memory: 768Mi}, worker: {cpu: 50m, memory: 1Gi}}
  state:
    storage: {persistentVolumeClaim: flink-state}
    checkpointInterval: 10s
    onUpgrade: Savepoint
    onSavepointFailure: Hold
    restoreFrom: ""
    onDelete: Savepoint
  suspend: false
  engineOptions: {flink: {version: "1.19", image: docker.io/sluice/flink:dev, configuration: {rest.port: "8081"}, podTemplate: {spec: {}}}}
`;

describe('the API server with the three kinds', () => {
  it.each([
    ['the smallest EventBus', eventBusKind, minimalEventBus],
    ['the smallest EventService', eventServiceKind, minimalEventService],
    ['the smallest StreamJob', streamJobKind, minimalStreamJob],
    ['an EventBus with every field', eventBusKind, parse(fullEventBus)],
    ['an EventService with every field', eventServiceKind, parse(fullEventService)],
    ['a StreamJob with every field', streamJobKind, parse(fullStreamJob)],
  ])('accepts %s, unknown fields being errors', async (_, kind, manifest) => {
    expect(await createStrictly(kind, manifest)).toEqual({ status: 201, message: undefined });
  });

  it('fills in the defaults that the builders fill in', async () => {
    const apply = (kind: KindDescriptor, manifest: Manifest) =>
      controlPlane.client.apply(resourceOf(kind), manifest, dryRun);
    const publishes = [{ topic: 'shop.orders' }];
    const ports = [{ port: 80 }];
    expect((await apply(eventBusKind, minimalEventBus)).spec).toEqual(anEventBus().spec);
    expect((await apply(eventServiceKind, eventServiceManifest({ publishes, service: { ports } }))).spec).toEqual(
      anEventService({ publishes, service: { ports } }).spec,
    );
    expect((await apply(streamJobKind, minimalStreamJob)).spec).toEqual(aStreamJob().spec);
  });

  it('drops a field that it does not know, and names it where asked to be strict', async () => {
    const manifest = { ...minimalStreamJob, spec: { ...minimalStreamJob.spec, paralelism: 4 } };
    const stored = await controlPlane.client.create(resourceOf(streamJobKind), manifest, { dryRun: true });
    expect(stored.spec).toEqual(aStreamJob().spec);
    const { status, message } = await createStrictly(streamJobKind, manifest);
    expect(status).toBe(400);
    expect(message).toContain('unknown field "spec.paralelism"');
  });

  it("keeps what a pod template holds, whatever Kubernetes' next version adds to it", async () => {
    const template = { spec: { containers: [{ name: 'order', image: 'order', newField: { deep: 1 } }], newList: [1] } };
    const stored = await controlPlane.client.apply(services, eventServiceOf({ template }), dryRun);
    expect(stored.spec.template).toEqual(template);
  });

  it.each([
    [
      'a list',
      eventServiceKind,
      eventServiceManifest({ publishes: topics(101) }),
      'spec.publishes',
      'at most 100 items',
    ],
    ['a text', streamJobKind, streamJobManifest({ program: { sql: 'a'.repeat(65_537) } }), 'spec.program.sql', '65536'],
    [
      'a map',
      eventBusKind,
      eventBusManifest({ topicDefaults: { config: settings(65) } }),
      'spec.topicDefaults.config',
      'at most 64',
    ],
    ['a number', eventServiceKind, eventServiceManifest({ replicas: 1001 }), 'spec.replicas', '1000'],
    ['an empty text', eventServiceKind, eventServiceManifest({ bus: { name: '' } }), 'spec.bus.name', 'at least 1'],
  ])('refuses %s beyond its bounds, naming the field', async (_, kind, manifest, field, bound) => {
    const { status, message } = await createStrictly(kind, manifest);
    expect(status).toBe(422);
    expect(message).toContain(field);
    expect(message).toContain(bound);
  });

  it('refuses a second entry for the same topic', async () => {
    const publishes = [{ topic: 'shop.orders' }, { topic: 'shop.orders' }];
    expect(await createStrictly(eventServiceKind, eventServiceManifest({ publishes }))).toMatchObject({
      status: 422,
      message: expect.stringContaining('spec.publishes[1]: Duplicate value'),
    });
  });

  it.each(kinds)('shows $descriptor.kind in columns', async ({ descriptor, columns }) => {
    const { body } = await controlPlane.call(`/apis/sluice.dev/v1alpha1/namespaces/shop/${descriptor.plural}`, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    });
    const names = (body as { columnDefinitions: { name: string }[] }).columnDefinitions.map(({ name }) => name);
    expect(names).toEqual(['Name', ...columns.map(({ name }) => name)]);
  });

  it('offers short names and the category sluice', async () => {
    const { body } = await controlPlane.call('/apis/sluice.dev/v1alpha1');
    const { resources } = body as {
      resources: { name: string; kind: string; shortNames?: string[]; categories?: string[] }[];
    };
    for (const { descriptor, shortName } of kinds) {
      expect(resources).toContainEqual(
        expect.objectContaining({ name: descriptor.plural, shortNames: [shortName], categories: ['sluice'] }),
      );
    }
  });

  it('scales an EventService by its scale subresource and tells autoscalers how many pods run', async () => {
    const { client } = controlPlane;
    const created = await client.create(services, eventServiceOf({}, 'scaled'));
    await client.updateStatus(services, {
      ...created,
      status: { replicas: 1, selector: 'sluice.dev/service=scaled,sluice.dev/colour=a' },
    });
    const at = `/apis/sluice.dev/v1alpha1/namespaces/shop/eventservices/scaled/scale`;
    expect((await controlPlane.call(at)).body).toMatchObject({
      spec: { replicas: 1 },
      status: { replicas: 1, selector: 'sluice.dev/service=scaled,sluice.dev/colour=a' },
    });
    await client.patchMerge(services, created.metadata, { spec: { replicas: 3 } }, { subresource: 'scale' });
    expect((await client.get(services, created.metadata))?.spec.replicas).toBe(3);
  });

  it('keeps status apart from spec: neither is written along with the other', async () => {
    const { client } = controlPlane;
    const created = await client.create(services, {
      ...eventServiceOf({}, 'apart'),
      status: { replicas: 7 },
    });
    expect(created.status).toBeUndefined();
    const reported = await client.updateStatus(services, {
      ...created,
      spec: { ...created.spec, replicas: 9 },
      status: { replicas: 1 },
    });
    expect(reported.spec.replicas).toBe(1);
    expect(reported.status?.replicas).toBe(1);
    expect(reported.metadata.generation).toBe(created.metadata.generation);
  });
});

/** As given to the API server: without what the server itself sets. */
function eventServiceOf(spec: Parameters<typeof anEventService>[0], name = 'order'): EventService & KubeObject {
  return { ...anEventService(spec), metadata: { name, namespace: 'shop' } };
}

function topics(count: number) {
  return Array.from({ length: count }, (_, index) => ({ topic: `shop.t${index}` }));
}

function settings(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`setting.${index}`, '1']));
}
