// Test support: the operator's own process parts against a real API server, broker and registry. There is no node, so
// what a kubelet would say of pods is said by the test.
import {
  type ApiProxy,
  type KafkaAdministrator,
  type KafkaServer,
  type RegistryServer,
  startApiProxy,
  startKafka,
  startRegistry,
} from '@sluice/cluster';
import { pino } from 'pino';
import { type EventService, labels } from '../../api/index.ts';
import { type ControlPlaneWithKinds, startControlPlaneWithKinds } from '../../api/testing/control-plane.ts';
import { anEventBus, anEventService, type Written } from '../../api/v1alpha1/builders.ts';
import { BusConnections, configMaps, eventBuses, eventServices, Passwords, secrets } from '../../bus/index.ts';
import { eventBusController } from '../../eventbus/index.ts';
import { connectKafka, type LiveTopics } from '../../kafka/index.ts';
import { type Client, isNotFound, Manager } from '../../runtime/index.ts';
import { clientOf, eventually } from '../../runtime/testing/cluster.ts';
import { eventServiceController } from '../controller.ts';
import {
  type Condition,
  type ContainerStatus,
  type Deployment,
  deployments,
  type Pod,
  pods,
} from '../resources/kinds.ts';

const namespace = 'shop';
/** A broker that was away is asked again after half a minute. */
export const healMs = 100_000;

export interface World {
  readonly client: Client;
  readonly call: ControlPlaneWithKinds['call'];
  readonly kafka: KafkaServer;
  readonly administrator: KafkaAdministrator | undefined;
  readonly registry: RegistryServer;
  /** Between the operator and the API server: counts what the operator writes. */
  readonly proxy: ApiProxy;
  /** Changes that the operator carried out, in its own words, the first one first. */
  readonly carriedOut: readonly string[];
  startOperator(): Promise<void>;
  stopOperator(): Promise<void>;
  /** Reconciles of EventServices that the operator has finished since it started. */
  reconciles(): Promise<number>;
  stop(): Promise<void>;
}

/** `administrator`: the broker asks for logins, and the bus logs the operator in with this one. */
export async function startWorld(administrator?: KafkaAdministrator): Promise<World> {
  const [controlPlane, kafka, registry] = await Promise.all([
    startControlPlaneWithKinds({ controllerManager: true }),
    startKafka(administrator ? { administrator } : {}),
    startRegistry(),
  ]);
  const proxy = await startApiProxy(controlPlane.kubeconfigPath);
  const carriedOut: string[] = [];
  let operator: { readonly manager: Manager; stop(): Promise<void> } | undefined;
  const startOperator = async () => {
    operator = await startOperatorAt(proxy.kubeconfigPath, carriedOut);
  };
  const stopOperator = async () => {
    await operator?.stop();
    operator = undefined;
  };
  return {
    client: controlPlane.client,
    call: controlPlane.call,
    kafka,
    administrator,
    registry,
    proxy,
    carriedOut,
    startOperator,
    stopOperator,
    async reconciles() {
      const { values } = (await operator?.manager.metrics.reconciles.get()) ?? { values: [] };
      return values
        .filter(({ labels: { controller } }) => controller === 'eventservice')
        .reduce((sum, { value }) => sum + value, 0);
    },
    async stop() {
      await stopOperator();
      await proxy.stop();
      await Promise.all([controlPlane.stop(), kafka.stop(), registry.stop()]);
    },
  };
}

async function startOperatorAt(kubeconfigPath: string, carriedOut: string[]) {
  const manager = new Manager({
    client: clientOf(kubeconfigPath),
    logger: auditedBy(carriedOut),
    reportingController: 'sluice.dev/operator',
    instance: 'test',
    namespaces: [namespace],
  });
  const buses = new BusConnections();
  manager.addController(eventBusController({ buses }));
  const passwords = new Passwords({ namespace, name: 'sluice-password-key' });
  manager.addController(eventServiceController({ buses, passwords, config: { secretNamespaces: [namespace] } }));
  const stop = new AbortController();
  const running = manager.start(stop.signal);
  await eventually('the caches have synced', () => manager.cache.hasAllSynced);
  return {
    manager,
    async stop() {
      stop.abort();
      await running;
      await buses.close();
    },
  };
}

/** A log that keeps what is told of changes; SLUICE_LOG_LEVEL shows it all. */
function auditedBy(carriedOut: string[]) {
  const level = process.env['SLUICE_LOG_LEVEL'];
  return pino(
    { level: level ?? 'info' },
    {
      write(line: string) {
        const { action, msg }: { readonly action?: string; readonly msg?: string } = JSON.parse(line);
        if (action !== undefined && msg !== undefined) carriedOut.push(msg);
        if (level !== undefined) process.stdout.write(line);
      },
    },
  );
}

/** The bus `shop` at the world's broker and registry. */
export async function applyBus({ client, kafka, administrator, registry }: World): Promise<void> {
  const sasl = administrator && ({ mechanism: 'SCRAM-SHA-512', secretRef: { name: 'kafka-admin' } } as const);
  if (administrator) {
    const metadata = { name: 'kafka-admin', namespace };
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { ...administrator } };
    await client.apply(secrets, secret, { fieldManager: 'user' });
  }
  const bus = anEventBus({
    kafka: { external: { bootstrapServers: kafka.bootstrapServers, ...(sasl ? { sasl } : {}) } },
    schemaRegistry: { url: registry.url, compatibility: 'FullTransitive' },
    topicDefaults: { partitions: 1, replicas: 1 },
  });
  await client.apply(eventBuses, { ...bus, metadata: { name: 'shop', namespace } }, { fieldManager: 'user' });
}

/** What is on the brokers, as somebody else sees it. */
export async function liveTopics({ kafka: { bootstrapServers } }: World): Promise<LiveTopics> {
  const kafka = connectKafka({ bootstrapServers });
  try {
    return await kafka.describeTopics();
  } finally {
    await kafka.close();
  }
}

/** One container of that image; `more`: further fields of the pod's spec. */
export function templateOf(image: string, more: Record<string, unknown> = {}) {
  return { template: { spec: { containers: [{ name: 'order', image }], ...more } } };
}

/** As `kubectl apply` does: what was applied before and is not any more goes. */
export async function applyService(
  { client }: World,
  name: string,
  spec: Written<EventService['spec']> = {},
  annotations: Record<string, string> = {},
): Promise<void> {
  const metadata = { name, namespace, annotations };
  await client.apply(eventServices, { ...anEventService(spec), metadata }, { fieldManager: 'user' });
}

export async function applyConfigMap({ client }: World, name: string, data: Record<string, string>): Promise<void> {
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
  await client.apply(configMaps, configMap, { fieldManager: 'user' });
}

export function serviceNamed({ client }: World, name: string): Promise<EventService | undefined> {
  return client.get(eventServices, { namespace, name });
}

export function deploymentOf({ client }: World, name: string): Promise<Deployment | undefined> {
  return client.get(deployments, { namespace, name: `${name}-a` });
}

/** The condition once it is as expected of the newest generation. */
export function condition(
  world: World,
  name: string,
  type: string,
  expected: { readonly status?: string; readonly reason?: string },
  timeoutMs?: number,
) {
  const wanted = JSON.stringify(expected);
  let last: unknown;
  return eventually(
    `${type} of EventService ${name} is ${wanted}`,
    async () => {
      const service = await serviceNamed(world, name);
      const found = service?.status?.conditions?.find((each) => each.type === type);
      last = service?.status;
      const isNew = found?.observedGeneration === service?.metadata.generation;
      const isStatus = expected.status === undefined || found?.status === expected.status;
      const isReason = expected.reason === undefined || found?.reason === expected.reason;
      return isNew && isStatus && isReason && found;
    },
    timeoutMs,
  ).catch((cause: unknown) => {
    throw new Error(`${type} of EventService ${name} is not ${wanted}, its status is ${JSON.stringify(last)}`, {
      cause,
    });
  });
}

export async function livePods({ client }: Pick<World, 'client'>, name: string): Promise<readonly Pod[]> {
  const { items } = await client.list(pods, { namespace, labelSelector: `${labels.service}=${name}` });
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/** Plays the kubelet until the service is Ready: every pod that comes runs and is ready. */
export async function runPods(world: World, name: string, timeoutMs = 60_000): Promise<void> {
  let last: unknown;
  await runPodsUntil(
    world,
    name,
    async () => {
      const service = await serviceNamed(world, name);
      last = service?.status;
      const ready = service?.status?.conditions?.find(({ type }) => type === 'Ready');
      return ready?.status === 'True' && ready.observedGeneration === service?.metadata.generation;
    },
    timeoutMs,
  ).catch((cause: unknown) => {
    throw new Error(`EventService ${name} is not Ready: ${JSON.stringify(last)}`, { cause });
  });
}

/** The same, until `isDone`. */
export async function runPodsUntil(
  world: World,
  name: string,
  isDone: (pods: readonly Pod[]) => Promise<boolean> | boolean,
  timeoutMs = 60_000,
): Promise<void> {
  await eventually(
    `the pods of EventService ${name} are as they should be`,
    async () => isDone(await readyPods(world, name)),
    timeoutMs,
  );
}

/** Plays the kubelet once: every pod of the service that is there runs and is ready. */
export async function readyPods(world: Pick<World, 'client'>, name: string): Promise<readonly Pod[]> {
  const found = await livePods(world, name);
  for (const pod of found) if (!isReady(pod)) await setPodStatus(world, pod, { ready: true, state: {} });
  return found;
}

/** Says of every pod of the service what a kubelet would; resolves once there is one. */
export async function sayOfPods(world: World, name: string, container: Partial<ContainerStatus>): Promise<void> {
  await eventually(`EventService ${name} has a pod`, async () => {
    const found = await livePods(world, name);
    for (const pod of found) await setPodStatus(world, pod, container);
    return found.length > 0;
  });
}

export async function setPodStatus(
  { client }: Pick<World, 'client'>,
  pod: Pod,
  container: Partial<ContainerStatus>,
  podIP?: string,
): Promise<void> {
  const status = container.ready ? 'True' : 'False';
  const lastTransitionTime = new Date().toISOString();
  const conditions = ['Ready', 'ContainersReady', 'PodScheduled', 'Initialized'].map(
    (type): Condition & { lastTransitionTime: string } => ({
      type,
      status: type.endsWith('eady') ? status : 'True',
      lastTransitionTime,
    }),
  );
  const image = 'docker.io/sluice/order:dev';
  const containerStatuses = [{ name: 'order', image, imageID: '', restartCount: 0, ready: false, ...container }];
  const phase = container.ready ? 'Running' : 'Pending';
  try {
    await client.patchMerge(
      pods,
      pod.metadata,
      { status: { phase, conditions, containerStatuses, ...(podIP ? { podIP, podIPs: [{ ip: podIP }] } : {}) } },
      { subresource: 'status' },
    );
  } catch (error) {
    // Its ReplicaSet was quicker.
    if (!isNotFound(error)) throw error;
  }
}

export function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}
