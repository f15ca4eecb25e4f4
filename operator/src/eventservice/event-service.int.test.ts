import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { annotations, eventServiceKind, fieldManagers, modes } from '../api/index.ts';
import { eventBuses, eventServices, secrets } from '../bus/index.ts';
import { hashOf } from '../runtime/index.ts';
import { eventually } from '../runtime/testing/cluster.ts';
import {
  deployments,
  disruptionBudgets,
  networkPolicies,
  type Pod,
  pods,
  serviceAccounts,
  serviceMonitors,
  services,
} from './resources/kinds.ts';
import {
  applyBus,
  applyConfigMap,
  applyService,
  condition,
  deploymentOf,
  healMs,
  livePods,
  liveTopics,
  runPods,
  runPodsUntil,
  serviceNamed,
  startWorld,
  templateOf,
  type World,
} from './testing/world.ts';

const namespace = 'shop';
const schema = JSON.stringify({ type: 'record', name: 'OrderPlaced', fields: [{ name: 'id', type: 'string' }] });

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.startOperator();
  await applyBus(world);
});
afterAll(() => world?.stop());

/** Another bus is found within half a minute. */
const healing = { timeout: 4 * healMs };

describe('an applied service', () => {
  it('becomes topics, a registered schema, bindings and a workload, and then Ready', async () => {
    await applyConfigMap(world, 'orders-schemas', { 'order.avsc': schema });
    await applyService(world, 'order', {
      replicas: 2,
      service: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
      publishes: [
        {
          topic: 'shop.orders',
          partitions: 3,
          config: { 'retention.ms': '604800000' },
          schema: { configMapKeyRef: { name: 'orders-schemas', key: 'order.avsc' } },
        },
      ],
      consumes: [{ topic: 'shop.orders', deadLetter: { topic: 'shop.orders.dlq' } }],
    });
    await condition(world, 'order', 'SchemasCompatible', { status: 'True' });
    await condition(world, 'order', 'WorkloadAvailable', { status: 'False' });
    await runPods(world, 'order');

    const topics = await liveTopics(world);
    expect(topics.get('shop.orders')).toMatchObject({ partitions: 3, config: { 'retention.ms': '604800000' } });
    expect(topics.get('shop.orders.dlq')).toMatchObject({ partitions: 3 });
    const subjects = await fetch(`${world.registry.url}/subjects/shop.orders-value/versions/latest`);
    expect(await subjects.json()).toMatchObject({ schema: expect.stringContaining('OrderPlaced') });

    const { client } = world;
    const binding = await client.get(secrets, { namespace, name: 'order-kafka' });
    const text = (key: string) => Buffer.from(binding?.data?.[key] ?? '', 'base64').toString();
    expect(text('type')).toBe('kafka');
    expect(text('bootstrap-servers')).toBe(world.kafka.bootstrapServers[0]);
    expect(await client.get(services, { namespace, name: 'order' })).toMatchObject({
      spec: { selector: { 'sluice.dev/service': 'order', 'sluice.dev/colour': 'a' } },
    });
    for (const resource of [deployments, services, serviceAccounts, secrets]) {
      const name = { Deployment: 'order-a', Secret: 'order-kafka' }[resource.kind] ?? 'order';
      const child = await client.get<{ apiVersion: string; kind: string; metadata: { name: string } }>(resource, {
        namespace,
        name,
      });
      expect(child?.metadata, resource.kind).toMatchObject({
        ownerReferences: [{ kind: 'EventService', name: 'order' }],
      });
    }
    expect((await serviceNamed(world, 'order'))?.status).toMatchObject({
      replicas: 2,
      readyReplicas: 2,
      selector: 'sluice.dev/service=order,sluice.dev/colour=a',
      binding: { name: 'order-kafka' },
      release: { phase: 'Stable', active: { colour: 'a' } },
      topics: [{ topic: 'shop.orders', partitions: 3 }, { topic: 'shop.orders.dlq' }],
      subjects: [{ subject: 'shop.orders-value' }],
    });
  });

  it('writes nothing while nothing changes, however often it is looked at', async () => {
    await applyService(world, 'quiet');
    await runPods(world, 'quiet');
    await settled();
    const written = world.proxy.writes.length;
    for (let round = 1; round <= 5; round++) {
      const before = await world.reconciles();
      for (const { metadata } of await livePods(world, 'quiet')) {
        await world.client.patchMerge(pods, metadata, { metadata: { annotations: { round: String(round) } } });
      }
      await eventually('it was looked at again', async () => (await world.reconciles()) > before);
    }
    expect(world.proxy.writes.slice(written)).toEqual([]);
  });

  it('is scaled through its scale subresource without another version', async () => {
    await applyService(world, 'scaled');
    await runPods(world, 'scaled');
    const before = await deploymentOf(world, 'scaled');
    const path = `/apis/sluice.dev/v1alpha1/namespaces/${namespace}/${eventServiceKind.plural}/scaled/scale`;
    const scaled = await world.call(path, {
      method: 'PATCH',
      contentType: 'application/merge-patch+json',
      body: { spec: { replicas: 3 } },
    });
    expect(scaled.status).toBe(200);
    await eventually('it has three pods', async () => (await livePods(world, 'scaled')).length === 3);
    await runPods(world, 'scaled');
    // What an autoscaler reads, and what it wrote is still there after the operator's own writes.
    const selector = 'sluice.dev/service=scaled,sluice.dev/colour=a';
    expect(await world.client.getScale(eventServices, { namespace, name: 'scaled' })).toMatchObject({
      spec: { replicas: 3 },
      status: { replicas: 3, selector },
    });
    expect((await deploymentOf(world, 'scaled'))?.spec.template).toEqual(before?.spec.template);
  });

  it('replaces its pods when a ConfigMap that they use changes, and not when another one does', async () => {
    await applyConfigMap(world, 'tuned-limits', { max: '1' });
    await applyService(
      world,
      'tuned',
      templateOf('order:1', { volumes: [{ name: 'limits', configMap: { name: 'tuned-limits' } }] }),
    );
    await runPods(world, 'tuned');
    const uids = async () => (await livePods(world, 'tuned')).map(({ metadata }) => metadata.uid);
    const before = await uids();
    await applyConfigMap(world, 'tuned-others', { max: '2' });
    await applyConfigMap(world, 'tuned-limits', { max: '2' });
    await runPodsUntil(world, 'tuned', async () => {
      const found = await uids();
      return found.length === 1 && found[0] !== before[0];
    });
    await runPods(world, 'tuned');
  });

  it('replaces its pods when a Secret that they use changes, and shows nothing of it', async () => {
    const secret = (token: string) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'keyed-token', namespace },
      data: { token: Buffer.from(token).toString('base64') },
    });
    const applySecret = (token: string) => world.client.apply(secrets, secret(token), { fieldManager: 'user' });
    await applySecret('first-token');
    await applyService(
      world,
      'keyed',
      templateOf('order:1', { volumes: [{ name: 'token', secret: { secretName: 'keyed-token' } }] }),
    );
    await runPods(world, 'keyed');
    const [before] = await livePods(world, 'keyed');
    await applySecret('second-token');
    // Secrets are not watched: any look sees it, and this brings one about.
    if (before) await world.client.patchMerge(pods, before.metadata, { metadata: { annotations: { look: 'again' } } });
    await runPodsUntil(
      world,
      'keyed',
      (found) => found.length === 1 && found[0]?.metadata.uid !== before?.metadata.uid,
    );
    await runPods(world, 'keyed');
    const written = JSON.stringify([await serviceNamed(world, 'keyed'), await deploymentOf(world, 'keyed')]);
    for (const token of ['first-token', 'second-token']) {
      expect(written).not.toContain(token);
      expect(written).not.toContain(Buffer.from(token).toString('base64'));
    }
  });

  it('has its network limited while it asks for it', async () => {
    const limits = () => world.client.get(networkPolicies, { namespace, name: 'limited' });
    const ports = { service: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] } };
    await applyService(world, 'limited', { ...ports, networkPolicy: { egress: 'Declared' } });
    await runPods(world, 'limited');
    expect(await limits()).toMatchObject({
      metadata: { ownerReferences: [{ kind: 'EventService', name: 'limited' }] },
      spec: { policyTypes: ['Ingress', 'Egress'], ingress: [{ ports: [{ port: 8080, protocol: 'TCP' }] }] },
    });
    await applyService(world, 'limited', ports);
    await eventually('it is open again', async () => (await limits()) === undefined);
  });

  it('has a PodDisruptionBudget while it has several pods, until others bring their own', async () => {
    const budget = () => world.client.get(disruptionBudgets, { namespace, name: 'several-a' });
    const labelled = { template: { ...templateOf('order:1').template, metadata: { labels: { team: 'several' } } } };
    await applyService(world, 'several', { ...labelled, replicas: 2 });
    await runPods(world, 'several');
    expect(await budget()).toMatchObject({
      spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
      metadata: { ownerReferences: [{ kind: 'EventService', name: 'several' }] },
    });
    const theirs = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'theirs', namespace },
      spec: { minAvailable: 1, selector: { matchLabels: { team: 'several' } } },
    };
    await world.client.create(disruptionBudgets, theirs);
    await eventually('ours has given way', async () => (await budget()) === undefined);
    await world.client.delete(disruptionBudgets, theirs.metadata);
    await eventually('ours is back', async () => (await budget()) !== undefined);
    await applyService(world, 'several', { ...labelled, replicas: 2, disruption: { minAvailable: '50%' } });
    await eventually('it is as declared', async () => (await budget())?.spec.minAvailable === '50%');
    expect((await budget())?.spec.maxUnavailable).toBeUndefined();
  });

  it('serves without ServiceMonitors, and has one once that kind is installed', async () => {
    const monitored = (interval: string) => ({
      service: { ports: [{ name: 'http', port: 80 }] },
      monitoring: { port: 'http', interval },
    });
    await applyService(world, 'monitored', monitored('30s'));
    await runPods(world, 'monitored');
    const available = await condition(world, 'monitored', 'WorkloadAvailable', { status: 'True' });
    expect(available.message).toContain('knows no ServiceMonitor');
    await installServiceMonitors();
    await applyService(world, 'monitored', monitored('1m'));
    const key = { namespace, name: 'monitored' };
    const monitor = await eventually('it has one', () => world.client.get(serviceMonitors, key));
    expect(monitor).toMatchObject({
      metadata: { ownerReferences: [{ kind: 'EventService', name: 'monitored' }] },
      spec: { endpoints: [{ port: 'http', path: '/metrics', interval: '1m' }] },
    });
    await runPods(world, 'monitored');
  });

  it('puts back what others change in its children, and makes anew what they delete', async () => {
    await applyService(world, 'repaired', { service: { ports: [{ port: 80 }] } });
    await runPods(world, 'repaired');
    const { client } = world;
    const key = { namespace, name: 'repaired' };
    const patch = { spec: { template: { spec: { containers: [{ name: 'order', image: 'theirs:1' }] } } } };
    await client.patchMerge(deployments, { namespace, name: 'repaired-a' }, patch);
    await client.delete(services, key);
    await eventually('both are as declared', async () => {
      const image = (await deploymentOf(world, 'repaired'))?.spec.template.spec.containers[0]?.['image'];
      return image === 'docker.io/sluice/order:dev' && (await client.get(services, key)) !== undefined;
    });
  });
});

describe('an operator that renders otherwise than the one before', () => {
  it('rolls no pod, and renders anew with the next change by the user', async () => {
    await applyService(world, 'upgraded');
    await runPods(world, 'upgraded');
    await world.stopOperator();
    try {
      await renderAsBefore('upgraded');
      const isOfThatTime = ({ metadata }: Pod) => metadata.labels?.['rendered-by'] === 'former';
      await runPodsUntil(world, 'upgraded', (found) => found.length === 1 && found.every(isOfThatTime));
    } finally {
      // Everything after this test needs it.
      await world.startOperator();
    }
    const uids = async () => (await livePods(world, 'upgraded')).map(({ metadata }) => metadata.uid);
    const before = { live: await deploymentOf(world, 'upgraded'), uids: await uids() };

    await applyService(world, 'upgraded', { replicas: 2 });
    await runPodsUntil(world, 'upgraded', (found) => found.length === 2);
    await runPods(world, 'upgraded');
    expect((await deploymentOf(world, 'upgraded'))?.spec.template).toEqual(before.live?.spec.template);
    expect(await uids()).toEqual(expect.arrayContaining(before.uids));

    await applyService(world, 'upgraded', templateOf('order:2'));
    await runPods(world, 'upgraded');
    const after = await deploymentOf(world, 'upgraded');
    expect(after?.spec.template.metadata?.labels?.['rendered-by']).toBeUndefined();
    expect(await uids()).not.toEqual(expect.arrayContaining(before.uids));
  });

  /** Applies the Deployment as a former release would have, with a label that this one does not know. */
  async function renderAsBefore(name: string): Promise<void> {
    const live = await deploymentOf(world, name);
    const kept = live?.metadata.annotations?.[annotations.template];
    if (!live || kept === undefined) throw new Error(`Deployment ${name}-a keeps no template`);
    const text = kept.replace('"labels":{', '"labels":{"rendered-by":"former",');
    const { labels, ownerReferences = [], annotations: all = {} } = live.metadata;
    const { replicas, selector, revisionHistoryLimit, progressDeadlineSeconds } = live.spec;
    const former = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: live.metadata.name,
        namespace,
        labels: { ...labels },
        ownerReferences,
        annotations: {
          [annotations.template]: text,
          [annotations.bindings]: all[annotations.bindings] ?? '',
          [annotations.lastApplied]: hashOf('as the former release had it'),
        },
      },
      spec: {
        replicas: replicas ?? 1,
        selector,
        revisionHistoryLimit: revisionHistoryLimit ?? 2,
        progressDeadlineSeconds: progressDeadlineSeconds ?? 600,
        template: JSON.parse(text),
      },
    };
    await world.client.apply(deployments, former, { fieldManager: fieldManagers.EventService });
  }
});

describe('modes', () => {
  it('shows under Plan what would be done and does nothing', async () => {
    const publishing = { publishes: [{ topic: 'shop.planned' }] };
    await applyService(world, 'planned', publishing, { [annotations.mode]: modes.plan });
    await condition(world, 'planned', 'Ready', { status: 'False', reason: 'PlanOnly' });
    const plan = (await serviceNamed(world, 'planned'))?.status?.plan;
    expect(plan?.changes.map(({ action, target }) => `${action} ${target}`)).toEqual([
      'CreateTopic topic shop.planned',
      'Apply Secret shop/planned-kafka',
      'Apply Secret shop/planned-schema-registry',
      'Apply ServiceAccount shop/planned',
      'Apply Deployment shop/planned-a',
    ]);
    expect(await deploymentOf(world, 'planned')).toBeUndefined();
    await applyService(world, 'planned', publishing);
    await runPods(world, 'planned');
    expect((await serviceNamed(world, 'planned'))?.status?.plan).toBeUndefined();
  });

  it('does nothing under Paused', async () => {
    await applyService(world, 'paused', {}, { [annotations.mode]: modes.paused });
    await condition(world, 'paused', 'Ready', { status: 'Unknown', reason: 'Paused' });
    expect(await deploymentOf(world, 'paused')).toBeUndefined();
  });
});

describe('deletion', () => {
  it('takes the children along and keeps the topic', async () => {
    await applyService(world, 'retained', {
      publishes: [{ topic: 'shop.retained' }],
      service: { ports: [{ port: 80 }] },
    });
    await runPods(world, 'retained');
    await world.client.delete(eventServices, { namespace, name: 'retained' });
    await eventually(
      'the children are gone',
      async () =>
        (await deploymentOf(world, 'retained')) === undefined &&
        (await world.client.get(services, { namespace, name: 'retained' })) === undefined &&
        (await world.client.get(secrets, { namespace, name: 'retained-kafka' })) === undefined &&
        (await livePods(world, 'retained')).length === 0,
      60_000,
    );
    expect((await liveTopics(world)).has('shop.retained')).toBe(true);
  });

  it('takes an empty topic along where that is declared', async () => {
    await applyService(world, 'deleted', { publishes: [{ topic: 'shop.deleted', deletionPolicy: 'Delete' }] });
    await runPods(world, 'deleted');
    expect((await serviceNamed(world, 'deleted'))?.metadata.finalizers).toEqual(['sluice.dev/cleanup']);
    await world.client.delete(eventServices, { namespace, name: 'deleted' });
    await eventually('it is gone', async () => (await serviceNamed(world, 'deleted')) === undefined);
    expect((await liveTopics(world)).has('shop.deleted')).toBe(false);
  });

  it('of the bus leaves services running, and holds none of them up', healing, async () => {
    await applyService(world, 'orphaned', { publishes: [{ topic: 'shop.orphaned', deletionPolicy: 'Delete' }] });
    await runPods(world, 'orphaned');
    const before = await deploymentOf(world, 'orphaned');
    await world.client.delete(eventBuses, { namespace, name: 'shop' });
    await condition(world, 'orphaned', 'Ready', { status: 'False', reason: 'BusNotFound' });
    await condition(world, 'orphaned', 'WorkloadAvailable', { status: 'True' });
    expect((await deploymentOf(world, 'orphaned'))?.spec).toEqual(before?.spec);
    await world.client.delete(eventServices, { namespace, name: 'orphaned' });
    await eventually('it is gone', async () => (await serviceNamed(world, 'orphaned')) === undefined);
    await applyBus(world);
    await runPods(world, 'order', healMs);
    expect((await liveTopics(world)).has('shop.orphaned')).toBe(true);
  });
});

/** Resolves when the operator has written nothing for a second. */
async function settled(): Promise<void> {
  let count = world.proxy.writes.length;
  let since = performance.now();
  await eventually('the operator is quiet', () => {
    if (world.proxy.writes.length !== count) {
      count = world.proxy.writes.length;
      since = performance.now();
    }
    return performance.now() - since > 1_000;
  });
}

/** The Prometheus Operator's kind, without its schema. */
async function installServiceMonitors(): Promise<void> {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const { group, version, plural, kind } = serviceMonitors;
  const created = await world.call('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    method: 'POST',
    body: {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural, kind },
        versions: [{ name: version, served: true, storage: true, schema }],
      },
    },
  });
  expect(created.status).toBe(201);
  const path = `/apis/${group}/${version}/namespaces/${namespace}/${plural}`;
  await eventually('the kind is served', async () => (await world.call(path)).status === 200);
}
