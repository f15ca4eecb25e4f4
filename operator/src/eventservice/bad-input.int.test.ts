import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secrets } from '../bus/index.ts';
import { eventually } from '../runtime/testing/cluster.ts';
import { services } from './resources/kinds.ts';
import {
  applyBus,
  applyConfigMap,
  applyService,
  condition,
  deploymentOf,
  healMs,
  liveTopics,
  runPods,
  sayOfPods,
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
  // Its pods will have waited long enough when their test comes.
  await applyService(world, 'bound');
  await sayOfPods(world, 'bound', creating);
});
afterAll(() => world?.stop());

const creating = { state: { waiting: { reason: 'ContainerCreating' } } };

/** A broker or a registry that was away is asked again within half a minute. */
const healing = { timeout: 4 * healMs };

/** The Pod Security Standard that the namespace takes pods of; null: any. */
function enforce(level: string | null) {
  return world.call(`/api/v1/namespaces/${namespace}`, {
    method: 'PATCH',
    contentType: 'application/merge-patch+json',
    body: { metadata: { labels: { 'pod-security.kubernetes.io/enforce': level } } },
  });
}

describe('bad input', () => {
  it("is told in the API server's own words, changes nothing, and heals with the next spec", async () => {
    await applyService(world, 'mistyped', {
      ...templateOf('order:1', { restartPolicies: 'Always' }),
      publishes: [{ topic: 'shop.mistyped' }],
    });
    const ready = await condition(world, 'mistyped', 'Ready', { status: 'False', reason: 'TemplateRefused' });
    expect(ready.message).toContain('unknown field "spec.template.spec.restartPolicies"');
    await condition(world, 'mistyped', 'Stalled', { status: 'True' });
    expect(await deploymentOf(world, 'mistyped')).toBeUndefined();
    expect((await liveTopics(world)).has('shop.mistyped')).toBe(false);
    await applyService(world, 'mistyped', templateOf('order:1'));
    await runPods(world, 'mistyped');
  });

  it('of a running service leaves the running version alone', async () => {
    await applyService(world, 'worsened');
    await runPods(world, 'worsened');
    const before = await deploymentOf(world, 'worsened');
    await applyService(
      world,
      'worsened',
      templateOf('order:2', { containers: [{ name: 'Not_A_Name', image: 'order:2' }] }),
    );
    const ready = await condition(world, 'worsened', 'Ready', { status: 'False', reason: 'TemplateRefused' });
    expect(ready.message).toContain('spec.template.spec.containers[0].name');
    await condition(world, 'worsened', 'WorkloadAvailable', { status: 'True' });
    expect((await deploymentOf(world, 'worsened'))?.spec).toEqual(before?.spec);
  });

  it('that only server-side apply refuses is told in its words', async () => {
    const env = [
      { name: 'A', value: '1' },
      { name: 'A', value: '2' },
    ];
    await applyService(world, 'doubled', {
      ...templateOf('order:1', { containers: [{ name: 'order', image: 'order:1', env }] }),
      publishes: [{ topic: 'shop.doubled' }],
    });
    const ready = await condition(world, 'doubled', 'Ready', { status: 'False', reason: 'TemplateRefused' });
    expect(ready.message).toContain('duplicate entries for key [name="A"]');
    expect((await liveTopics(world)).has('shop.doubled')).toBe(false);
  });

  it('in a network policy is told in its words, and changes nothing', async () => {
    await applyService(world, 'mislimited', {
      networkPolicy: { additionalIngress: [{ ports: [{ port: 'no port!' }] }] },
      publishes: [{ topic: 'shop.mislimited' }],
    });
    const ready = await condition(world, 'mislimited', 'Ready', { status: 'False', reason: 'NetworkPolicyRefused' });
    expect(ready.message).toContain('spec.ingress[0].ports[0].port');
    expect(await deploymentOf(world, 'mislimited')).toBeUndefined();
    expect((await liveTopics(world)).has('shop.mislimited')).toBe(false);
  });

  it('by Pod Security names the rule before anything rolls, while the old version serves', async () => {
    await applyService(world, 'privileged');
    await runPods(world, 'privileged');
    const before = await deploymentOf(world, 'privileged');
    await enforce('baseline');
    try {
      await applyService(world, 'privileged', templateOf('order:2', { hostNetwork: true }));
      const ready = await condition(world, 'privileged', 'Ready', { status: 'False', reason: 'TemplateRefused' });
      expect(ready.message).toContain('violates PodSecurity "baseline:latest": host namespaces');
      expect((await deploymentOf(world, 'privileged'))?.spec.template).toEqual(before?.spec.template);
      await condition(world, 'privileged', 'WorkloadAvailable', { status: 'True' });
      // Without pods there is nothing to refuse yet.
      await applyService(world, 'privileged', { ...templateOf('order:2', { hostNetwork: true }), replicas: 0 });
      await condition(world, 'privileged', 'Ready', { status: 'True' });
    } finally {
      await enforce(null);
    }
  });

  it('is none where a namespace that takes restricted pods alone gets them from templates that say nothing', async () => {
    await enforce('restricted');
    try {
      await applyService(world, 'restricted', templateOf('order:1'));
      await runPods(world, 'restricted');
    } finally {
      await enforce(null);
    }
  });

  it('of an image that is not there names pod and image, and heals when it comes', async () => {
    await applyService(world, 'imageless');
    await sayOfPods(world, 'imageless', { state: { waiting: { reason: 'ErrImagePull', message: 'not found' } } });
    const ready = await condition(world, 'imageless', 'Ready', { status: 'False', reason: 'ImageUnavailable' });
    expect(ready.message).toContain('Image docker.io/sluice/order:dev of container order of pod shop/imageless-a-');
    await runPods(world, 'imageless');
  });

  it('of a crashing container tells exit code and last words, and heals when it stays up', async () => {
    await applyService(world, 'crashing');
    const terminated = { exitCode: 3, reason: 'Error', message: 'no brokers' };
    await sayOfPods(world, 'crashing', {
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated },
    });
    const ready = await condition(world, 'crashing', 'Ready', { status: 'False', reason: 'PodsFailing' });
    expect(ready.message).toContain('ended with exit code 3: no brokers');
    await runPods(world, 'crashing');
  });

  it('of a missing ConfigMap names it, and heals when it comes', async () => {
    await applyService(
      world,
      'unconfigured',
      templateOf('order:1', { volumes: [{ name: 'limits', configMap: { name: 'unconfigured-limits' } }] }),
    );
    const ready = await condition(world, 'unconfigured', 'Ready', { status: 'False', reason: 'ConfigMapNotFound' });
    expect(ready.message).toContain('ConfigMap shop/unconfigured-limits');
    await applyConfigMap(world, 'unconfigured-limits', { a: '1' });
    await condition(world, 'unconfigured', 'WorkloadAvailable', { reason: 'PodsNotReady' });
    await runPods(world, 'unconfigured');
  });

  it('of a schema: missing, then no Avro, then right', async () => {
    await applyService(world, 'schemed', {
      publishes: [{ topic: 'shop.schemed', schema: { configMapKeyRef: { name: 'schemed', key: 'a.avsc' } } }],
    });
    const missing = await condition(world, 'schemed', 'Ready', { status: 'False', reason: 'SchemaSourceNotFound' });
    expect(missing.message).toContain('shop/schemed');
    await applyConfigMap(world, 'schemed', { 'a.avsc': '{"type":"recod"}' });
    await condition(world, 'schemed', 'Ready', { status: 'False', reason: 'SchemaInvalid' });
    expect(await deploymentOf(world, 'schemed')).toBeUndefined();
    await applyConfigMap(world, 'schemed', { 'a.avsc': schema });
    await runPods(world, 'schemed');
  });

  it('of a schema that readers cannot read holds the new version back, and the running one runs', async () => {
    const publishing = (inline: string) => ({ publishes: [{ topic: 'shop.evolved', schema: { inline } }] });
    await applyService(world, 'evolved', publishing(schema));
    await runPods(world, 'evolved');
    const before = await deploymentOf(world, 'evolved');
    const changed = JSON.stringify({ type: 'record', name: 'OrderPlaced', fields: [{ name: 'total', type: 'int' }] });
    await applyService(world, 'evolved', { ...publishing(changed), ...templateOf('order:2') });
    await condition(world, 'evolved', 'SchemasCompatible', { status: 'False', reason: 'SchemaIncompatible' });
    await condition(world, 'evolved', 'Ready', { status: 'False', reason: 'SchemaIncompatible' });
    await condition(world, 'evolved', 'WorkloadAvailable', { status: 'True' });
    expect((await deploymentOf(world, 'evolved'))?.spec).toEqual(before?.spec);
    await applyService(world, 'evolved', { ...publishing(schema), ...templateOf('order:2') });
    await runPods(world, 'evolved');
  });

  it("of another namespace's group is refused", async () => {
    await applyService(world, 'grouped', { consumes: [{ topic: 'shop.orders', group: 'bank.payments' }] });
    const ready = await condition(world, 'grouped', 'Ready', { status: 'False', reason: 'GroupNotAllowed' });
    expect(ready.message).toContain('"shop."');
  });

  it('of a topic that nobody makes names it, and heals when somebody does', healing, async () => {
    await applyService(world, 'reader', { consumes: [{ topic: 'shop.later' }] });
    const ready = await condition(world, 'reader', 'TopicsReady', { status: 'False', reason: 'TopicNotFound' });
    expect(ready.message).toContain('shop.later');
    await applyService(world, 'writer', { publishes: [{ topic: 'shop.later' }] });
    await runPods(world, 'reader', healMs);
  });

  it("of a name that is somebody else's leaves that alone, and heals when it is free", healing, async () => {
    const theirs = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'taken', namespace },
      spec: { type: 'ClusterIP', selector: { app: 'theirs' }, ports: [{ port: 80, protocol: 'TCP' }] },
    };
    await world.client.create(services, theirs);
    await applyService(world, 'taken', { service: { ports: [{ port: 80 }] } });
    await condition(world, 'taken', 'Ready', { status: 'False', reason: 'Conflict' });
    expect(await world.client.get(services, theirs.metadata)).toMatchObject({ spec: { selector: { app: 'theirs' } } });
    await world.client.delete(services, theirs.metadata);
    await runPods(world, 'taken', healMs);
  });
});

describe('a binding that somebody deleted', () => {
  it('is written again once pods wait for it', healing, async () => {
    const key = { namespace, name: 'bound-kafka' };
    await world.client.delete(secrets, key);
    await eventually(
      'it is there again',
      async () => {
        await sayOfPods(world, 'bound', creating);
        return (await world.client.get(secrets, key)) !== undefined;
      },
      healMs,
    );
    await runPods(world, 'bound');
  });
});

describe('a registry and a broker that are away', () => {
  const publishing = { publishes: [{ topic: 'shop.registered', schema: { inline: schema } }] };

  it('the registry: no new version with a new schema', healing, async () => {
    await applyService(world, 'steady', { publishes: [{ topic: 'shop.steady' }] });
    await runPods(world, 'steady');
    await world.registry.kill();
    await applyService(world, 'registered', publishing);
    await condition(world, 'registered', 'Ready', { status: 'False', reason: 'RegistryUnreachable' }, healMs);
    expect(await deploymentOf(world, 'registered')).toBeUndefined();
  });

  it('the broker: what needs it is held up, and nobody else disturbed', healing, async () => {
    const before = await deploymentOf(world, 'steady');
    await world.kafka.kill();
    await applyService(world, 'begun', { publishes: [{ topic: 'shop.begun' }] });
    const ready = await condition(world, 'begun', 'Ready', { status: 'False', reason: 'BrokerUnreachable' }, healMs);
    expect(ready.message).toContain(world.kafka.bootstrapServers[0]);
    expect(await deploymentOf(world, 'begun')).toBeUndefined();
    await condition(world, 'steady', 'WorkloadAvailable', { status: 'True' });
    expect((await deploymentOf(world, 'steady'))?.spec).toEqual(before?.spec);
  });

  it('are taken up again by all who wait for them', healing, async () => {
    await Promise.all([world.kafka.start(), world.registry.start()]);
    for (const name of ['begun', 'registered', 'steady']) await runPods(world, name, healMs);
  });
});
