// What a consumer of Strimzi 1.2 relies on, as tests that take a kubeconfig: they run against the stand-in, and can be put
// to a real Strimzi as they are. They look at resources and brokers alone, never into an operator.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectKafka, type KafkaAdmin, type KafkaConnection } from '../../../operator/src/kafka/index.ts';
import { Client, type KubeObject, loadKubeConfig, type Resource } from '../../../operator/src/runtime/index.ts';
import { eventually } from '../../../operator/src/runtime/testing/cluster.ts';
import type { StrimziCondition } from './conditions.ts';
import {
  clusterLabel,
  type Kafka,
  type KafkaNodePool,
  type KafkaTopic,
  type KafkaUser,
  kafkas,
  kafkaTopics,
  kafkaUsers,
  managedAnnotation,
  nodePools,
  pauseAnnotation,
  secrets,
  topicFinalizer,
} from './resources.ts';

export interface ContractTarget {
  readonly kubeconfigPath: string;
  /** Where resources are made; it exists. */
  readonly namespace: string;
  /** A change is through after this, ms. */
  readonly withinMs: number;
}

export interface EntityTarget extends ContractTarget {
  /** Name of the Kafka cluster, which runs with one broker, an authorizer and both entity operators. */
  readonly cluster: string;
  /** May do everything on its brokers. */
  readonly kafka: KafkaConnection;
  /** What was changed on the brokers is put right after this, ms. */
  readonly driftWithinMs: number;
}

type Written<T extends KubeObject> = Omit<T, 'metadata' | 'apiVersion' | 'kind' | 'status'>;

/** Resources of one kind in the target's namespace, applied as a user does. */
class Resources<T extends KubeObject & { readonly status?: { readonly conditions?: readonly StrimziCondition[] } }> {
  readonly #client: Client;
  readonly #resource: Resource<T>;
  readonly #target: ContractTarget;
  readonly #labels: Readonly<Record<string, string>>;
  readonly #applied = new Set<string>();

  constructor(resource: Resource<T>, target: ContractTarget, labels: Readonly<Record<string, string>> = {}) {
    this.#client = new Client(loadKubeConfig(target.kubeconfigPath));
    this.#resource = resource;
    this.#target = target;
    this.#labels = labels;
  }

  async apply(name: string, fields: Written<T>, annotations: Readonly<Record<string, string>> = {}): Promise<void> {
    const { namespace } = this.#target;
    this.#applied.add(name);
    const metadata = { name, namespace, annotations, labels: this.#labels };
    const object = { apiVersion: 'kafka.strimzi.io/v1', kind: this.#resource.kind, metadata, ...fields };
    await this.#client.apply<KubeObject>(this.#resource, object, { fieldManager: 'user' });
  }

  get(name: string): Promise<T | undefined> {
    return this.#client.get(this.#resource, { namespace: this.#target.namespace, name });
  }

  /** The status once it is about what was applied last and has exactly this one condition. */
  async said(name: string, condition: Partial<StrimziCondition>): Promise<NonNullable<T['status']>> {
    const look = async () => {
      const { metadata, status } = (await this.get(name)) ?? {};
      return { isAboutLast: observed(status) === metadata?.generation, conditions: status?.conditions };
    };
    const expected = { isAboutLast: true, conditions: [expect.objectContaining(condition)] };
    await expect.poll(look, { timeout: this.#target.withinMs }).toEqual(expected);
    const status = (await this.get(name))?.status;
    if (!status) throw new Error(`${this.#resource.kind} ${name} lost its status`);
    return status;
  }

  async remove(name: string): Promise<void> {
    this.#applied.delete(name);
    await this.#client.delete(this.#resource, { namespace: this.#target.namespace, name });
  }

  /** Whatever a test has left, since topics outlive neither their cluster nor their namespace. */
  async removeAll(): Promise<void> {
    const left = [...this.#applied];
    for (const name of left) await this.remove(name);
    for (const name of left) await this.isGone(name);
  }

  async isGone(name: string): Promise<void> {
    const isGone = async () => (await this.get(name)) === undefined;
    await eventually(`${this.#resource.kind} ${name} is gone`, isGone, this.#target.withinMs);
  }
}

function observed(status: unknown): unknown {
  return typeof status === 'object' && status !== null && 'observedGeneration' in status
    ? status.observedGeneration
    : undefined;
}

const readyCondition = { type: 'Ready', status: 'True' };

export function itServesTopics(target: () => EntityTarget): void {
  describe('a KafkaTopic', () => {
    let topics: Resources<KafkaTopic>;
    let kafka: KafkaAdmin;
    const live = async (topic: string) => (await kafka.describeTopics()).get(topic);
    const partitionsOf = (topic: string) => async () => (await live(topic))?.partitions;

    beforeAll(() => {
      topics = new Resources(kafkaTopics, target(), { [clusterLabel]: target().cluster });
      kafka = connectKafka(target().kafka);
    });
    afterAll(async () => {
      await topics.removeAll();
      await kafka.close();
    });

    it('makes the topic, tells its name and id, and holds a finalizer', async () => {
      const config = { 'retention.ms': 60_000, 'cleanup.policy': 'compact,delete' };
      await topics.apply('made', { spec: { partitions: 2, replicas: 1, config } });
      const { topicId, topicName } = await topics.said('made', readyCondition);
      expect(await live('made')).toEqual({
        topic: 'made',
        id: topicId,
        partitions: 2,
        replicas: 1,
        config: { 'retention.ms': '60000', 'cleanup.policy': 'compact,delete' },
      });
      expect(topicName).toBe('made');
      expect((await topics.get('made'))?.metadata.finalizers).toEqual([topicFinalizer]);
      const [condition] = (await topics.get('made'))?.status?.conditions ?? [];
      expect(condition?.reason).toBeUndefined();
      expect(condition?.lastTransitionTime).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/);
    });

    it('takes the name in Kafka from spec.topicName, and refuses to change it', async () => {
      await topics.apply('named', { spec: { topicName: 'Named_1', partitions: 1, replicas: 1 } });
      expect((await topics.said('named', readyCondition)).topicName).toBe('Named_1');
      await topics.apply('named', { spec: { topicName: 'Named_2', partitions: 1, replicas: 1 } });
      const refused = { type: 'Ready', status: 'False', reason: 'NotSupported' };
      await topics.said('named', { ...refused, message: 'Changing spec.topicName is not supported' });
      expect(await live('Named_2')).toBeUndefined();
    });

    it('adds partitions and refuses to take some away, and heals when they are declared again', async () => {
      await topics.apply('grown', { spec: { partitions: 1, replicas: 1 } });
      const { topicId } = await topics.said('grown', readyCondition);
      await topics.apply('grown', { spec: { partitions: 3, replicas: 1 } });
      expect((await topics.said('grown', readyCondition)).topicId).toBe(topicId);
      await expect.poll(partitionsOf('grown')).toBe(3);
      await topics.apply('grown', { spec: { partitions: 2, replicas: 1 } });
      const message = 'Decreasing partitions not supported';
      await topics.said('grown', { type: 'Ready', status: 'False', reason: 'NotSupported', message });
      expect(await partitionsOf('grown')()).toBe(3);
      await topics.apply('grown', { spec: { partitions: 3, replicas: 1 } });
      await topics.said('grown', readyCondition);
    });

    it('refuses another replication factor, and sets what else is declared', async () => {
      await topics.apply('copied', { spec: { partitions: 2, replicas: 1 } });
      await topics.said('copied', readyCondition);
      await topics.apply('copied', { spec: { partitions: 2, replicas: 2, config: { 'retention.ms': '1000' } } });
      const message = 'Replication factor change not supported, but required for partitions [0, 1]';
      const status = await topics.said('copied', { type: 'Ready', status: 'False', reason: 'NotSupported', message });
      expect(status).not.toHaveProperty('replicasChange');
      expect((await live('copied'))?.config).toEqual({ 'retention.ms': '1000' });
    });

    it('tells what Kafka refuses', async () => {
      await topics.apply('wrong', { spec: { partitions: 1, replicas: 1, config: { 'retention.ms': 'soon' } } });
      await topics.said('wrong', { type: 'Ready', status: 'False', reason: 'KafkaError' });
      await topics.apply('wrong', { spec: { partitions: 1, replicas: 1 } });
      await topics.said('wrong', readyCondition);
    });

    it('lets the older of two resources have the topic', async () => {
      await topics.apply('older', { spec: { partitions: 1, replicas: 1 } });
      await topics.said('older', readyCondition);
      // Ages are told in seconds.
      await expect
        .poll(async () => Date.now() - Date.parse((await topics.get('older'))?.metadata.creationTimestamp ?? ''))
        .toBeGreaterThan(1_000);
      await topics.apply('newer', { spec: { topicName: 'older', partitions: 4, replicas: 1 } });
      const message = `Managed by Ref{namespace='${target().namespace}', name='older'}`;
      await topics.said('newer', { type: 'Ready', status: 'False', reason: 'ResourceConflict', message });
      await topics.remove('newer');
      await topics.isGone('newer');
      expect(await partitionsOf('older')()).toBe(1);
    });

    it('puts right what was changed past it, and drops what nobody declares', async () => {
      const config = { 'retention.ms': '60000' };
      await topics.apply('drifted', { spec: { partitions: 1, replicas: 1, config } });
      await topics.said('drifted', readyCondition);
      await kafka.alterTopicConfig('drifted', { 'retention.ms': '1', 'max.message.bytes': '2000' });
      const settings = async () => (await live('drifted'))?.config;
      await expect.poll(settings, { timeout: target().driftWithinMs }).toEqual(config);
    });

    it('makes a topic anew that was deleted past it, under another id', async () => {
      await topics.apply('recreated', { spec: { partitions: 1, replicas: 1 } });
      const { topicId = '' } = await topics.said('recreated', readyCondition);
      await kafka.deleteTopic('recreated', topicId);
      await expect
        .poll(async () => (await topics.get('recreated'))?.status?.topicId ?? topicId, {
          timeout: target().driftWithinMs,
        })
        .not.toBe(topicId);
      expect((await live('recreated'))?.id).toBe((await topics.get('recreated'))?.status?.topicId);
    });

    it('stands still while it is paused, and is deleted all the same', async () => {
      await topics.apply('held', { spec: { partitions: 1, replicas: 1 } });
      await topics.said('held', readyCondition);
      await topics.apply('held', { spec: { partitions: 2, replicas: 1 } }, { [pauseAnnotation]: 'true' });
      const status = await topics.said('held', { type: 'ReconciliationPaused', status: 'True' });
      expect(status).not.toHaveProperty('topicId');
      expect(await partitionsOf('held')()).toBe(1);
      await topics.remove('held');
      await topics.isGone('held');
      await expect.poll(() => live('held')).toBeUndefined();
    });

    it('is let go of when it is not managed, and leaves its topic', async () => {
      await topics.apply('freed', { spec: { partitions: 1, replicas: 1 } });
      await topics.said('freed', readyCondition);
      await topics.apply('freed', { spec: { partitions: 1, replicas: 1 } }, { [managedAnnotation]: 'false' });
      const status = await topics.said('freed', { type: 'Unmanaged', status: 'True' });
      expect(status).not.toHaveProperty('topicName');
      expect(status).not.toHaveProperty('topicId');
      await topics.remove('freed');
      await topics.isGone('freed');
      expect(await live('freed')).toBeDefined();
    });

    it('takes its topic with it', async () => {
      await topics.apply('dropped', { spec: { partitions: 1, replicas: 1 } });
      await topics.said('dropped', readyCondition);
      await topics.remove('dropped');
      await topics.isGone('dropped');
      await expect.poll(() => live('dropped')).toBeUndefined();
    });
  });
}

export function itServesUsers(target: () => EntityTarget): void {
  describe('a KafkaUser', () => {
    let users: Resources<KafkaUser>;
    let kafka: KafkaAdmin;
    let client: Client;
    const withinMs = () => ({ timeout: target().withinMs });
    const scram = { type: 'scram-sha-512' };
    const rulesFor = async (user: string) => {
      const { acls } = await kafka.describeAccess();
      const own = acls.filter(({ principal }) => principal === `User:${user}`);
      return own.map(({ permission, operation, resource, pattern, name, host }) =>
        [permission, operation, resource, pattern, name, host].join(' '),
      );
    };
    const secretOf = async (name: string) => {
      const secret = await client.get(secrets, { namespace: target().namespace, name });
      const text = (key: string) => Buffer.from(secret?.data?.[key] ?? '', 'base64').toString();
      return (
        secret && { password: text('password'), jaas: text('sasl.jaas.config'), keys: Object.keys(secret.data ?? {}) }
      );
    };
    const topicsSeenBy = async (username: string, password: string) => {
      const sasl = { mechanism: 'SCRAM-SHA-512', username, password } as const;
      const own = connectKafka({ ...target().kafka, sasl });
      try {
        return [...(await own.topicNames())];
      } finally {
        await own.close();
      }
    };

    beforeAll(async () => {
      users = new Resources(kafkaUsers, target(), { [clusterLabel]: target().cluster });
      client = new Client(loadKubeConfig(target().kubeconfigPath));
      kafka = connectKafka(target().kafka);
      const topics = ['seen', 'unseen'].map((topic) => ({ topic, partitions: 1, replicas: 1, config: {} }));
      await kafka.createTopics(topics);
    });
    afterAll(async () => {
      await users.removeAll();
      await kafka.close();
    });

    const acl = (operations: readonly string[], resource: { type: string; name?: string; patternType?: string }) => ({
      operations,
      resource,
    });

    it('gets a login in a Secret, and may do exactly what is declared', async () => {
      const acls = [
        acl(['Read', 'Describe'], { type: 'topic', name: 'seen', patternType: 'literal' }),
        acl(['Read'], { type: 'group', name: 'shop.', patternType: 'prefix' }),
        { ...acl(['Write'], { type: 'topic', name: 'unseen' }), type: 'deny', host: '10.0.0.1' },
        acl(['IdempotentWrite'], { type: 'cluster' }),
      ];
      await users.apply('reader', { spec: { authentication: scram, authorization: { type: 'simple', acls } } });
      const { username, secret } = await users.said('reader', readyCondition);
      expect({ username, secret }).toEqual({ username: 'reader', secret: 'reader' });
      expect((await rulesFor('reader')).sort()).toEqual([
        'Allow Describe Topic Literal seen *',
        'Allow IdempotentWrite Cluster Literal kafka-cluster *',
        'Allow Read Group Prefixed shop. *',
        'Allow Read Topic Literal seen *',
        'Deny Write Topic Literal unseen 10.0.0.1',
      ]);
      const login = await secretOf('reader');
      expect(login?.keys.sort()).toEqual(['password', 'sasl.jaas.config']);
      const module = 'org.apache.kafka.common.security.scram.ScramLoginModule';
      expect(login?.jaas).toBe(`${module} required username="reader" password="${login?.password}";`);
      await expect.poll(() => topicsSeenBy('reader', login?.password ?? ''), withinMs()).toEqual(['seen']);
      await expect(topicsSeenBy('reader', 'guessed')).rejects.toThrow();
    });

    it('loses the rules that are not declared any more, those made past it as well', async () => {
      const declare = (...acls: readonly ReturnType<typeof acl>[]) =>
        users.apply('narrowed', { spec: { authentication: scram, authorization: { type: 'simple', acls } } });
      await declare(acl(['Read', 'Write'], { type: 'topic', name: 'seen' }));
      await users.said('narrowed', readyCondition);
      await kafka.grant('narrowed', [{ resource: 'Topic', pattern: 'Literal', name: 'unseen', operation: 'Read' }]);
      await declare(acl(['Read'], { type: 'topic', name: 'seen' }));
      await expect.poll(() => rulesFor('narrowed'), withinMs()).toEqual(['Allow Read Topic Literal seen *']);
    });

    it('keeps its password when its rules change, and gets a new one when its Secret is deleted', async () => {
      await users.apply('keeping', { spec: { authentication: scram } });
      await users.said('keeping', readyCondition);
      const first = await secretOf('keeping');
      const acls = [acl(['Read'], { type: 'topic', name: 'seen' })];
      await users.apply('keeping', { spec: { authentication: scram, authorization: { type: 'simple', acls } } });
      await users.said('keeping', readyCondition);
      await expect.poll(() => rulesFor('keeping'), withinMs()).toHaveLength(1);
      expect(await secretOf('keeping')).toEqual(first);
      await client.delete(secrets, { namespace: target().namespace, name: 'keeping' });
      await expect.poll(() => secretOf('keeping'), { timeout: target().driftWithinMs }).toBeDefined();
      const second = await secretOf('keeping');
      expect(second?.password).not.toBe(first?.password);
      await expect.poll(() => topicsSeenBy('keeping', second?.password ?? ''), withinMs()).toEqual(['seen']);
    });

    it('takes the password that it is told, and says by NotReady what is missing', async () => {
      const { namespace } = target();
      const secretKeyRef = { name: 'chosen', key: 'word' };
      const authentication = { ...scram, password: { valueFrom: { secretKeyRef } } };
      await users.apply('choosing', { spec: { authentication } });
      const missing = { type: 'NotReady', status: 'True', reason: 'InvalidResourceException' };
      await users.said('choosing', missing);
      const choose = async (word: string) => {
        const data = { word: Buffer.from(word).toString('base64') };
        const metadata = { name: 'chosen', namespace };
        await client.apply(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, data }, { fieldManager: 'user' });
      };
      const inDriftMs = { timeout: target().driftWithinMs };
      await choose('chosen-by-hand');
      await expect.poll(async () => (await secretOf('choosing'))?.password, inDriftMs).toBe('chosen-by-hand');
      await users.said('choosing', readyCondition);
      await expect.poll(() => topicsSeenBy('choosing', 'chosen-by-hand'), withinMs()).toEqual([]);

      await choose('chosen-anew');
      await expect.poll(async () => (await secretOf('choosing'))?.password, inDriftMs).toBe('chosen-anew');
      await expect.poll(() => topicsSeenBy('choosing', 'chosen-anew'), withinMs()).toEqual([]);
      await expect(topicsSeenBy('choosing', 'chosen-by-hand')).rejects.toThrow();

      await client.delete(secrets, { namespace, name: 'chosen' });
      await users.said('choosing', { ...missing, message: expect.stringMatching(/chosen.*password/) });
    });

    it('stands still while it is paused', async () => {
      await users.apply('held', { spec: { authentication: scram } }, { [pauseAnnotation]: 'true' });
      await users.said('held', { type: 'ReconciliationPaused', status: 'True' });
      expect((await kafka.describeAccess()).users.has('held')).toBe(false);
    });

    it('takes its login and its rules with it, and owns its Secret', async () => {
      const acls = [acl(['Read'], { type: 'topic', name: 'seen' })];
      await users.apply('leaving', { spec: { authentication: scram, authorization: { type: 'simple', acls } } });
      await users.said('leaving', readyCondition);
      const uid = (await users.get('leaving'))?.metadata.uid;
      const secret = await client.get(secrets, { namespace: target().namespace, name: 'leaving' });
      // The garbage collector's part, which is not there in every control plane.
      expect(secret?.metadata.ownerReferences).toMatchObject([{ kind: 'KafkaUser', uid }]);
      await users.remove('leaving');
      await users.isGone('leaving');
      await expect.poll(() => rulesFor('leaving'), withinMs()).toEqual([]);
      await expect.poll(async () => (await kafka.describeAccess()).users.has('leaving'), withinMs()).toBe(false);
    });
  });
}

/** Needs nodes: pods must run. Leaves the cluster `name`, as the topics' and users' contract needs it. */
export function itServesClusters(target: () => ContractTarget, name: string): void {
  describe('a Kafka with its KafkaNodePool', () => {
    it('runs, and says where', async () => {
      const clusters = new Resources<Kafka>(kafkas, target());
      const pools = new Resources<KafkaNodePool>(nodePools, target(), { [clusterLabel]: name });
      await pools.apply('dual', {
        spec: { replicas: 1, roles: ['controller', 'broker'], storage: { type: 'ephemeral' } },
      });
      const plain = { name: 'plain', port: 9092, type: 'internal', tls: false };
      const guarded = {
        name: 'login',
        port: 9094,
        type: 'internal',
        tls: false,
        authentication: { type: 'scram-sha-512' },
      };
      const config = {
        'offsets.topic.replication.factor': 1,
        'transaction.state.log.replication.factor': 1,
        'transaction.state.log.min.isr': 1,
        'auto.create.topics.enable': false,
      };
      await clusters.apply(name, {
        spec: {
          kafka: { listeners: [plain, guarded], authorization: { type: 'simple' }, config },
          entityOperator: { topicOperator: {}, userOperator: {} },
        },
      });
      const status = await clusters.said(name, readyCondition);
      const host = `${name}-kafka-bootstrap.${target().namespace}.svc`;
      expect(status.listeners).toMatchObject(
        [plain, guarded].map((listener) => ({
          name: listener.name,
          addresses: [{ host, port: listener.port }],
          bootstrapServers: `${host}:${listener.port}`,
        })),
      );
      expect(status.kafkaNodePools).toMatchObject([{ name: 'dual' }]);
      expect(status.clusterId).toMatch(/^[\w-]{22}$/);
      expect(status.kafkaVersion).toMatch(/^\d+\.\d+\.\d+$/);
      const pool = (await pools.get('dual'))?.status;
      expect(pool).toMatchObject({ nodeIds: [0], replicas: 1, clusterId: status.clusterId });
    });

    it('says by NotReady what it cannot run', async () => {
      const clusters = new Resources<Kafka>(kafkas, target());
      const listeners = [{ name: 'plain', port: 9092, type: 'internal', tls: false }];
      await clusters.apply('poolless', { spec: { kafka: { listeners } } });
      await clusters.said('poolless', { type: 'NotReady', status: 'True' });
      await clusters.remove('poolless');
    });
  });
}
