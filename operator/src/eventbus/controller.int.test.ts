import {
  type ApiProxy,
  type KafkaServer,
  type RegistryServer,
  startApiProxy,
  startKafka,
  startRegistry,
} from '@sluice/cluster';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventBus } from '../api/index.ts';
import { type ControlPlaneWithKinds, startControlPlaneWithKinds } from '../api/testing/control-plane.ts';
import { anEventBus, type Written } from '../api/v1alpha1/builders.ts';
import { BusConnections, eventBuses, secrets } from '../bus/index.ts';
import { Manager } from '../runtime/index.ts';
import { clientOf, eventually } from '../runtime/testing/cluster.ts';
import { eventBusController } from './controller.ts';

const namespace = 'default';

let controlPlane: ControlPlaneWithKinds;
let kafka: KafkaServer;
let registry: RegistryServer;
/** Between the operator and the API server: what it numbers are the operator's own writes. */
let proxy: ApiProxy;
let manager: Manager;
const stop = new AbortController();
let running: Promise<void>;

beforeAll(async () => {
  [controlPlane, kafka, registry] = await Promise.all([startControlPlaneWithKinds(), startKafka(), startRegistry()]);
  proxy = await startApiProxy(controlPlane.kubeconfigPath);
  manager = new Manager({
    client: clientOf(proxy.kubeconfigPath),
    logger: pino({ level: 'silent' }),
    reportingController: 'sluice.dev/operator',
    instance: 'test',
  });
  const buses = new BusConnections();
  manager.addController(eventBusController({ buses }));
  running = manager.start(stop.signal).finally(() => buses.close());
});
afterAll(async () => {
  stop.abort();
  await running;
  await proxy?.stop();
  await Promise.all([controlPlane?.stop(), kafka?.stop(), registry?.stop()]);
});

/** As a user does; a second time it is an edit. */
async function applyBus(name: string, spec: Written<EventBus['spec']>, annotations = {}): Promise<void> {
  const bus = { ...anEventBus(spec), metadata: { name, namespace, annotations } };
  await controlPlane.client.apply(eventBuses, bus, { fieldManager: 'user' });
}

const working = () => ({
  kafka: { external: { bootstrapServers: kafka.bootstrapServers } },
  schemaRegistry: { url: registry.url },
});

async function busOnce(name: string, what: string, holds: (bus: EventBus) => boolean): Promise<EventBus> {
  let last: EventBus | undefined;
  return eventually(
    `EventBus ${name}: ${what}`,
    async () => {
      last = await controlPlane.client.get(eventBuses, { namespace, name });
      return last && holds(last) && last;
    },
    50_000,
  ).catch((cause: unknown) => {
    throw new Error(`EventBus ${name}: ${what}: ${JSON.stringify(last?.status)}`, { cause });
  });
}

function conditionOf(bus: EventBus, type: string) {
  return bus.status?.conditions?.find((condition) => condition.type === type);
}

const isReady = (bus: EventBus) =>
  conditionOf(bus, 'Ready')?.status === 'True' && bus.status?.observedGeneration === bus.metadata.generation;

function onceReason(name: string, type: string, reason: string): Promise<EventBus> {
  return busOnce(name, `${type} has reason ${reason}`, (bus) => conditionOf(bus, type)?.reason === reason);
}

const isEvent = ({ path }: ApiProxy['writes'][number]) => path.startsWith('/apis/events.k8s.io/');

async function reconciles(): Promise<number> {
  const { values } = await manager.metrics.reconciles.get();
  return values.reduce((sum, { value }) => sum + value, 0);
}

describe('an EventBus', () => {
  it('tells what its broker and its registry are', async () => {
    await applyBus('whole', working());
    const bus = await busOnce('whole', 'is Ready', isReady);
    expect(bus.status).toMatchObject({
      bootstrapServers: kafka.bootstrapServers,
      clusterId: expect.stringMatching(/^[\w-]{22}$/),
      kafkaVersion: '4.3',
      registry: { url: registry.url, compatibility: 'NONE' },
    });
    expect(conditionOf(bus, 'KafkaReachable')).toMatchObject({ status: 'True', reason: 'Reachable' });
    expect(conditionOf(bus, 'RegistryReachable')).toMatchObject({ status: 'True', reason: 'Reachable' });
    expect(conditionOf(bus, 'Stalled')).toMatchObject({ status: 'False' });
  });

  it('names the level that it sets on its subjects', async () => {
    await applyBus('level', { ...working(), schemaRegistry: { url: registry.url, compatibility: 'FullTransitive' } });
    const bus = await busOnce('level', 'is Ready', isReady);
    expect(bus.status?.registry?.compatibility).toBe('FULL_TRANSITIVE');
  });

  it('without a registry needs none', async () => {
    await applyBus('plain', { kafka: working().kafka });
    const bus = await busOnce('plain', 'is Ready', isReady);
    expect(conditionOf(bus, 'RegistryReachable')).toMatchObject({ status: 'True', reason: 'NotRequired' });
    expect(bus.status?.registry).toBeUndefined();
  });

  it('is looked at again without a write while nothing changes', async () => {
    await applyBus('steady', working());
    await busOnce('steady', 'is Ready', isReady);
    // The event that tells of it follows the status; so do those of the buses before.
    const { items } = await controlPlane.client.list(eventBuses, { namespace });
    await eventually('an event told of every bus', () => proxy.writes.filter(isEvent).length >= items.length);
    const before = await reconciles();
    const written = proxy.writes.length;
    await applyBus('steady', working(), { touched: '1' });
    await eventually('it was looked at', async () => (await reconciles()) > before);
    await applyBus('steady', working(), { touched: '2' });
    await eventually('it was looked at again', async () => (await reconciles()) > before + 1);
    expect(proxy.writes.slice(written)).toEqual([]);
  });

  it('whose broker does not answer says so with the address, and heals by itself', async () => {
    await kafka.kill();
    await applyBus('no-broker', working());
    const bus = await onceReason('no-broker', 'KafkaReachable', 'BrokerUnreachable');
    expect(conditionOf(bus, 'KafkaReachable')?.message).toContain(
      `Kafka at ${kafka.bootstrapServers[0]} does not answer`,
    );
    expect(conditionOf(bus, 'Ready')).toMatchObject({ status: 'False', reason: 'BrokerUnreachable' });
    expect(conditionOf(bus, 'Reconciling')).toMatchObject({ status: 'True' });
    expect(conditionOf(bus, 'RegistryReachable')).toMatchObject({ status: 'True' });
    await kafka.start();
    await busOnce('no-broker', 'is Ready', isReady);
  });

  it('whose registry does not answer says so with the address, and heals by itself', async () => {
    await registry.kill();
    await applyBus('no-registry', working());
    const bus = await onceReason('no-registry', 'RegistryReachable', 'RegistryUnreachable');
    expect(conditionOf(bus, 'RegistryReachable')?.message).toContain(`The schema registry at ${registry.url} does not`);
    expect(conditionOf(bus, 'KafkaReachable')).toMatchObject({ status: 'True' });
    expect(conditionOf(bus, 'Ready')).toMatchObject({ status: 'False', reason: 'RegistryUnreachable' });
    await registry.start();
    await busOnce('no-registry', 'is Ready', isReady);
  });

  it('whose Secret is not there names it, and heals when it comes and has its keys', async () => {
    const auth = { secretRef: { name: 'registry-login' } };
    await applyBus('no-secret', { ...working(), schemaRegistry: { url: registry.url, auth } });
    const bus = await onceReason('no-secret', 'Ready', 'SecretNotFound');
    expect(conditionOf(bus, 'Ready')?.message).toContain('Secret default/registry-login');
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'registry-login', namespace } };
    await controlPlane.client.apply(
      secrets,
      { ...secret, stringData: { username: 'sluice' } },
      { fieldManager: 'user' },
    );
    const keyless = await onceReason('no-secret', 'Ready', 'SecretKeyMissing');
    expect(conditionOf(keyless, 'Ready')?.message).toContain('has no key "password"');
    const stringData = { username: 'sluice', password: 'secret' };
    await controlPlane.client.apply(secrets, { ...secret, stringData }, { fieldManager: 'user' });
    await busOnce('no-secret', 'is Ready', isReady);
  });

  it('on a Strimzi cluster says so where Strimzi is not installed, and waits for it', async () => {
    await applyBus('strimzi', { kafka: { strimzi: { cluster: 'shop', listener: 'tls' } } });
    const bus = await onceReason('strimzi', 'Ready', 'KafkaClusterNotFound');
    expect(conditionOf(bus, 'Stalled')).toMatchObject({ status: 'False' });
    expect(conditionOf(bus, 'Ready')?.message).toContain('install Strimzi');
  });

  it('that is paused is not looked at until the annotation goes', async () => {
    await applyBus('paused', working(), { 'sluice.dev/mode': 'Paused' });
    const bus = await onceReason('paused', 'Ready', 'Paused');
    expect(conditionOf(bus, 'Ready')?.status).toBe('Unknown');
    expect(bus.status?.clusterId).toBeUndefined();
    await applyBus('paused', working());
    await busOnce('paused', 'is Ready', isReady);
  });
});
