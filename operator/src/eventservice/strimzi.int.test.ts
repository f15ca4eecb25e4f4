// A bus on a cluster that Strimzi runs: Strimzi's real kinds, a real broker with logins and rules, and for the topic and the
// user operator the stand-in. What the cluster operator would say of the Kafka resource is said by the test.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { annotations, type EventBus } from '../api/index.ts';
import { anEventBus } from '../api/v1alpha1/builders.ts';
import { eventBuses, eventServices, secrets } from '../bus/index.ts';
import { connectKafka, type KafkaAdmin } from '../kafka/index.ts';
import { defineResource, type KubeObject } from '../runtime/index.ts';
import { eventually } from '../runtime/testing/cluster.ts';
import { kafkas, kafkaTopics, kafkaUsers, nodePools } from '../strimzi/index.ts';
import { bindingOf, writeAs } from './testing/logins.ts';
import {
  applyKafka,
  connectionAs,
  installStrimziCrds,
  kafkaSpec,
  sayOfKafka,
  startStrimzi,
} from './testing/strimzi.ts';
import {
  applyService,
  condition,
  deploymentOf,
  runPods,
  runPodsUntil,
  serviceNamed,
  startWorld,
  type World,
} from './testing/world.ts';

const namespace = 'shop';
const administrator = { username: 'admin', password: 'admin-secret' };
const user = { fieldManager: 'user' };

let world: World;
let admin: KafkaAdmin;
let stopStrimzi: (() => Promise<void>) | undefined;

beforeAll(async () => {
  world = await startWorld(administrator);
  await installStrimziCrds(world.client);
  const connection = connectionAs(world.kafka, administrator);
  admin = connectKafka(connection);
  stopStrimzi = startStrimzi(world.proxy.kubeconfigPath, namespace, connection);
  await world.startOperator();
});
afterAll(async () => {
  await stopStrimzi?.();
  await admin?.close();
  await world?.stop();
});

const events = defineResource<KubeObject & { readonly reason?: string; readonly note?: string }>({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
});

async function applyBus(name: string, strimzi: object, annotations: Record<string, string> = {}): Promise<void> {
  const bus = anEventBus({ kafka: { strimzi }, topicDefaults: { partitions: 1, replicas: 1 } });
  await world.client.apply(eventBuses, { ...bus, metadata: { name, namespace, annotations } }, user);
}

function busOnce(name: string, reason: string): Promise<EventBus> {
  let last: EventBus | undefined;
  return eventually(`EventBus ${name} is ${reason}`, async () => {
    last = await world.client.get(eventBuses, { namespace, name });
    const ready = last?.status?.conditions?.find(({ type }) => type === 'Ready');
    const isNew = ready?.observedGeneration === last?.metadata.generation;
    return isNew && ready?.reason === reason && last;
  }).catch((cause: unknown) => {
    throw new Error(`EventBus ${name} is not ${reason}: ${JSON.stringify(last?.status)}`, { cause });
  });
}

function messageOf({ status }: EventBus): string | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready')?.message;
}

const liveTopic = async (topic: string) => (await admin.describeTopics([topic])).get(topic);

describe('a bus on Strimzi', () => {
  it('waits for the cluster that it names, says what Strimzi says of it, and follows its listener', async () => {
    await applyBus('shop', { cluster: 'main', listener: 'sasl' });
    expect(messageOf(await busOnce('shop', 'KafkaClusterNotFound'))).toContain('Kafka shop/main is not there');
    await applyKafka(world.client, namespace);
    await busOnce('shop', 'KafkaClusterNotReady');
    await sayOfKafka(world.client, namespace, world.kafka, [
      { type: 'NotReady', status: 'True', reason: 'InvalidResourceException', message: 'No pools.' },
    ]);
    await eventually('Strimzi’s words are in the condition', async () =>
      messageOf(await busOnce('shop', 'KafkaClusterNotReady'))?.includes('InvalidResourceException: No pools.'),
    );
    await sayOfKafka(world.client, namespace, world.kafka);
    const bus = await busOnce('shop', 'Ready');
    expect(bus.status).toMatchObject({
      bootstrapServers: world.kafka.bootstrapServers,
      listener: { securityProtocol: 'SASL_PLAINTEXT' },
      clusterId: expect.stringMatching(/^[\w-]{22}$/),
      kafkaVersion: '4.3',
    });
  });

  it('logs in as a user of its own, with the rules that the documentation lists', async () => {
    const name = 'sluice-operator-shop';
    const own = await world.client.get(kafkaUsers, { namespace, name });
    expect(own?.metadata.ownerReferences).toBeUndefined();
    const { acls } = await admin.describeAccess();
    const rules = acls.filter(({ principal }) => principal === `User:${name}`);
    expect(rules.map(({ resource, operation }) => `${operation} ${resource}`).sort()).toEqual([
      'Alter Topic',
      'AlterConfigs Topic',
      'Create Topic',
      'Delete Topic',
      'Describe Cluster',
      'Describe Group',
      'Describe Topic',
      'DescribeConfigs Cluster',
      'DescribeConfigs Topic',
      'Read Group',
      'Read Topic',
    ]);
  });

  it('on a listener that is not there names those that are', async () => {
    await applyBus('lost', { cluster: 'main', listener: 'tls' });
    expect(messageOf(await busOnce('lost', 'ListenerNotFound'))).toContain('(plain, sasl)');
  });

  it('makes the cluster that it describes, word for word, and leaves it behind', async () => {
    const pool = {
      name: 'all',
      spec: { replicas: 1, roles: ['controller', 'broker'], storage: { type: 'ephemeral' } },
    };
    await applyBus('made', { cluster: 'own', listener: 'sasl', create: { kafka: kafkaSpec, nodePools: [pool] } });
    const madePool = await eventually('the pool is made', () =>
      world.client.get(nodePools, { namespace, name: 'all' }),
    );
    expect(madePool).toMatchObject({ spec: pool.spec, metadata: { labels: { 'strimzi.io/cluster': 'own' } } });
    const made = await eventually('the cluster is made', () => world.client.get(kafkas, { namespace, name: 'own' }));
    expect(made.spec).toMatchObject(kafkaSpec);
    expect([made, madePool].map(({ metadata }) => metadata.ownerReferences)).toEqual([undefined, undefined]);
    await busOnce('made', 'KafkaClusterNotReady');
    await world.client.delete(eventBuses, { namespace, name: 'made' });
    await eventually('the bus is gone', async () => !(await world.client.get(eventBuses, { namespace, name: 'made' })));
    expect(await world.client.get(kafkas, { namespace, name: 'own' })).toBeDefined();
  });

  it('takes its cluster with it where that is declared, but not unasked where it may hold records', async () => {
    const name = 'passing';
    const pool = { replicas: 1, roles: ['controller', 'broker'], storage: { type: 'ephemeral' } };
    const create = { kafka: kafkaSpec, nodePools: [{ name, spec: pool }], deletionPolicy: 'Delete' };
    const kafka = () => world.client.get(kafkas, { namespace, name });
    const isGone = async () => (await world.client.get(eventBuses, { namespace, name })) === undefined;
    await applyBus(name, { cluster: name, listener: 'sasl', create });
    await busOnce(name, 'KafkaClusterNotReady');
    await eventually('the cluster is made', kafka);

    await world.client.delete(eventBuses, { namespace, name });
    await eventually('the bus is gone', isGone);
    expect(await kafka()).toBeDefined();
    const hash = await eventually('an event tells how to approve it', async () => {
      const { items } = await world.client.list(events, { namespace });
      const told = items.find(({ reason }) => reason === 'ClusterRetained');
      return /sluice.dev\/approve: (\w+)/.exec(told?.note ?? '')?.[1];
    });

    await applyBus(name, { cluster: name, listener: 'sasl', create }, { [annotations.approve]: hash });
    await busOnce(name, 'KafkaClusterNotReady');
    await world.client.delete(eventBuses, { namespace, name });
    await eventually('the bus is gone', isGone);
    expect([await kafka(), await world.client.get(nodePools, { namespace, name })]).toEqual([undefined, undefined]);
  });

  it('makes no cluster over one that somebody else made', async () => {
    const create = { kafka: kafkaSpec, nodePools: [{ name: 'more', spec: {} }] };
    await applyBus('greedy', { cluster: 'main', listener: 'sasl', create });
    expect(messageOf(await busOnce('greedy', 'KafkaClusterConflict'))).toContain('Kafka shop/main');
    expect(await world.client.get(nodePools, { namespace, name: 'more' })).toBeUndefined();
  });
});

describe('a service on a bus on Strimzi', () => {
  const topic = 'Shop.Orders_1';
  const kafkaTopic = async (name = topic) =>
    (await world.client.list(kafkaTopics, { namespace })).items.find(({ spec }) => spec?.topicName === name);

  it('gets its topics by KafkaTopics that nobody owns, and goes live when they are there', async () => {
    await applyService(world, 'order', { publishes: [{ topic, partitions: 1, config: { 'retention.ms': '600000' } }] });
    await condition(world, 'order', 'TopicsReady', { status: 'True', reason: 'InSync' });
    expect(await liveTopic(topic)).toMatchObject({ partitions: 1, config: { 'retention.ms': '600000' } });
    const written = await kafkaTopic();
    expect(written?.metadata.name).toMatch(/^shop-orders-1-[0-9a-f]{16}$/);
    expect(written?.metadata.ownerReferences).toBeUndefined();
    await eventually('its Deployment is there', () => deploymentOf(world, 'order'));
    expect((await serviceNamed(world, 'order'))?.status?.topics).toMatchObject([{ topic, partitions: 1 }]);
  });

  it('gets more partitions and other settings by the KafkaTopic', async () => {
    await applyService(world, 'order', {
      publishes: [{ topic, partitions: 3, config: { 'cleanup.policy': 'compact' } }],
    });
    await eventually('Kafka has it', async () => {
      const live = await liveTopic(topic);
      return live?.partitions === 3 && live.config['cleanup.policy'] === 'compact' && live;
    });
    await condition(world, 'order', 'TopicsReady', { status: 'True', reason: 'InSync' });
    expect((await kafkaTopic())?.spec).toMatchObject({ partitions: 3, config: { 'cleanup.policy': 'compact' } });
    expect((await liveTopic(topic))?.config).toEqual({ 'cleanup.policy': 'compact' });
  });

  it('hears why Strimzi cannot have a topic as it is declared, and does not go live', async () => {
    await applyService(world, 'wide', { publishes: [{ topic: 'shop.wide', replicas: 7 }] });
    const refused = await condition(world, 'wide', 'TopicsReady', { status: 'False', reason: 'TopicRefused' });
    expect(refused.message).toMatch(/^KafkaTopic shop\/shop.wide: Strimzi's topic operator says: KafkaError: /);
    expect(await deploymentOf(world, 'wide')).toBeUndefined();
    await applyService(world, 'wide', { publishes: [{ topic: 'shop.wide', replicas: 1 }] });
    await condition(world, 'wide', 'TopicsReady', { status: 'True' });
  });

  it('is refused fewer partitions than a topic has, and no KafkaTopic is written', async () => {
    await admin.createTopics([{ topic: 'shop.old', partitions: 3, replicas: 1, config: {} }]);
    await applyService(world, 'old', { publishes: [{ topic: 'shop.old', partitions: 2 }] });
    await condition(world, 'old', 'TopicsReady', { status: 'False', reason: 'PartitionsCannotShrink' });
    expect(await kafkaTopic('shop.old')).toBeUndefined();
  });

  it('takes a topic over that was there before: the KafkaTopic says what the topic had', async () => {
    const config = { 'retention.ms': '700000', 'segment.ms': '800000' };
    await admin.createTopics([{ topic: 'shop.legacy', partitions: 2, replicas: 1, config }]);
    await applyService(world, 'legacy', {
      publishes: [{ topic: 'shop.legacy', partitions: 4, config: { 'retention.ms': '700000' } }],
    });
    await condition(world, 'legacy', 'TopicsReady', { status: 'True' });
    expect(await liveTopic('shop.legacy')).toMatchObject({ partitions: 4, config });
  });

  it('that is deleted leaves its topic and KafkaTopic, but for those that it declared to go', async () => {
    await applyService(world, 'brief', {
      publishes: [{ topic: 'shop.kept' }, { topic: 'shop.going', deletionPolicy: 'Delete' }],
    });
    await condition(world, 'brief', 'TopicsReady', { status: 'True' });
    await world.client.delete(eventServices, { namespace, name: 'brief' });
    await eventually('the topic is gone', async () => !(await liveTopic('shop.going')));
    await eventually('its KafkaTopic is gone', async () => !(await kafkaTopic('shop.going')));
    expect(await liveTopic('shop.kept')).toBeDefined();
    expect(await kafkaTopic('shop.kept')).toBeDefined();
  });
});

describe("a service's login on a bus on Strimzi", () => {
  const userOf = (name: string) => world.client.get(kafkaUsers, { namespace, name });
  const passwordOf = (user: string) => world.client.get(secrets, { namespace, name: `${user}-password` });
  const rulesFor = async (user: string) => {
    const { acls } = await admin.describeAccess();
    const own = acls.filter(({ principal }) => principal === `User:${user}`);
    return own.map(({ permission, operation, resource, name }) => [permission, operation, resource, name].join(' '));
  };
  const isOnBrokers = async (user: string) => (await admin.describeAccess()).users.has(user);

  beforeAll(async () => {
    await admin.createTopics([{ topic: 'foreign', partitions: 1, replicas: 1, config: {} }]);
  });

  it('is a KafkaUser that nobody owns, and lets it write what it publishes and nothing else', async () => {
    await applyService(world, 'writer', { publishes: [{ topic: 'shop.written' }, { topic: 'shop.given-up' }] });
    await runPods(world, 'writer');
    await condition(world, 'writer', 'AccessGranted', { status: 'True', reason: 'InSync' });
    const user = 'shop.writer.a';
    const made = await userOf(user);
    expect(made?.metadata.ownerReferences).toBeUndefined();
    expect(made?.metadata.labels).toMatchObject({ 'sluice.dev/service': 'writer', 'strimzi.io/cluster': 'main' });
    expect((await rulesFor(user)).sort()).toEqual([
      'Allow Write Topic shop.given-up',
      'Allow Write Topic shop.written',
    ]);
    const binding = await bindingOf(world, 'writer');
    expect(binding).toMatchObject({ 'security-protocol': 'SASL_PLAINTEXT', username: user });
    await writeAs(world, binding, 'shop.written');
    await expect(writeAs(world, binding, 'foreign')).rejects.toThrow();
    expect(JSON.stringify([made, await serviceNamed(world, 'writer')])).not.toContain(binding['password']);
  });

  it('loses what is declared no more', async () => {
    const binding = await bindingOf(world, 'writer');
    await writeAs(world, binding, 'shop.given-up');
    await applyService(world, 'writer', { publishes: [{ topic: 'shop.written' }] });
    await eventually('the rule is gone', async () => (await rulesFor('shop.writer.a')).length === 1);
    await expect(writeAs(world, binding, 'shop.given-up')).rejects.toThrow();
    await writeAs(world, binding, 'shop.written');
    await condition(world, 'writer', 'Ready', { status: 'True' });
    expect((await serviceNamed(world, 'writer'))?.status?.conditions?.map(({ type }) => type)).not.toContain(
      'AccessNotEnforced',
    );
  });

  it('comes back when the Secret with its password was deleted, and is the same', async () => {
    const before = await passwordOf('shop.writer.a');
    await world.client.delete(secrets, { namespace, name: 'shop.writer.a-password' });
    const after = await eventually('the Secret is back', () => passwordOf('shop.writer.a'));
    expect(after.data).toEqual(before?.data);
    await writeAs(world, await bindingOf(world, 'writer'), 'shop.written');
  });

  it('is written no more once it is as declared, by an operator that was started anew as well', async () => {
    await condition(world, 'writer', 'Ready', { status: 'True' });
    await world.stopOperator();
    const before = (await userOf('shop.writer.a'))?.metadata.resourceVersion;
    const written = world.proxy.writes.length;
    await world.startOperator();
    await eventually('it was looked at', async () => (await world.reconciles()) > 0);
    await condition(world, 'writer', 'Ready', { status: 'True' });
    const paths = world.proxy.writes.slice(written).map(({ method, path }) => `${method} ${path}`);
    expect(paths.filter((path) => /kafkausers|secrets/.test(path))).toEqual([]);
    expect((await userOf('shop.writer.a'))?.metadata.resourceVersion).toBe(before);
  });

  it('changes to the other principal when that is asked for, and the former goes', async () => {
    const before = await bindingOf(world, 'writer');
    const asked = { metadata: { annotations: { [annotations.rotate]: 'once' } } };
    await world.client.patchMerge(eventServices, { namespace, name: 'writer' }, asked);
    await eventually('the Secret has the new login', async () => {
      const { username } = await bindingOf(world, 'writer');
      return username !== before['username'];
    });
    await writeAs(world, before, 'shop.written');
    await writeAs(world, await bindingOf(world, 'writer'), 'shop.written');
    await runPodsUntil(world, 'writer', async () => !(await isOnBrokers('shop.writer.a')));
    await expect(writeAs(world, before, 'shop.written')).rejects.toThrow();
    expect([await userOf('shop.writer.a'), await passwordOf('shop.writer.a')]).toEqual([undefined, undefined]);
    expect(await rulesFor('shop.writer.a')).toEqual([]);
    await runPods(world, 'writer');
    expect((await serviceNamed(world, 'writer'))?.status?.access).toMatchObject({ user: 'shop.writer.b', epoch: 1 });
  });

  it('goes with the service', async () => {
    await world.client.delete(eventServices, { namespace, name: 'writer' });
    await eventually('the service is gone', async () => (await serviceNamed(world, 'writer')) === undefined);
    expect([await userOf('shop.writer.b'), await passwordOf('shop.writer.b')]).toEqual([undefined, undefined]);
    await eventually('the user is gone', async () => !(await isOnBrokers('shop.writer.b')));
  });

  it('is not made over a KafkaUser of somebody else, which is named', async () => {
    const metadata = { name: 'shop.taken.a', namespace, labels: { 'strimzi.io/cluster': 'main' } };
    const spec = { authentication: { type: 'scram-sha-512' } };
    await world.client.create(kafkaUsers, { apiVersion: 'kafka.strimzi.io/v1', kind: 'KafkaUser', metadata, spec });
    await applyService(world, 'taken', { publishes: [{ topic: 'shop.taken' }] });
    const refused = await condition(world, 'taken', 'AccessGranted', { status: 'False', reason: 'Conflict' });
    expect(refused.message).toContain('KafkaUser shop/shop.taken.a');
    expect(await deploymentOf(world, 'taken')).toBeUndefined();
    await world.client.delete(kafkaUsers, metadata);
    await condition(world, 'taken', 'AccessGranted', { status: 'True' });
  });
});
