// Test support: the operator's own process parts against a real API server with the Flink operator's real CRD, a real
// broker and registry. What the Flink operator and a kubelet would do is said by the test.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ApiProxy,
  flinkCrdPath,
  type KafkaServer,
  type RegistryServer,
  startApiProxy,
  startKafka,
  startRegistry,
} from '@sluice/cluster';
import { pino } from 'pino';
import { parse } from 'yaml';
import { labels, managedBy, type StreamJob } from '../../api/index.ts';
import { startControlPlaneWithKinds } from '../../api/testing/control-plane.ts';
import { anEventBus, aStreamJob, type Written } from '../../api/v1alpha1/builders.ts';
import { BusConnections, type ConfigMap, configMaps, eventBuses, Passwords, streamJobs } from '../../bus/index.ts';
import { readConfig } from '../../config.ts';
import { type FlinkDeployment, flinkDeployments } from '../../engines/flink/index.ts';
import { engines, type Pod } from '../../engines/index.ts';
import { eventBusController } from '../../eventbus/index.ts';
import { connectKafka, type KafkaAdmin } from '../../kafka/index.ts';
import { avroText, connectRegistry, type RegistryClient } from '../../registry/index.ts';
import { type Client, type KubeObject, Manager } from '../../runtime/index.ts';
import { clientOf, eventually, installCrd } from '../../runtime/testing/cluster.ts';
import { streamJobController } from '../controller.ts';
import { alertSchema, flinkStatus, orderSchema } from './observed.ts';

const namespace = 'shop';
/** A topic is looked for again within a minute, a broker that was away within half of one. */
export const healMs = 100_000;

export interface OperatorOptions {
  /** Of jobs that name none. */
  readonly flinkImage?: string;
  /** How far the operator's clock is ahead. */
  readonly aheadMs?: number;
}

export interface World {
  readonly client: Client;
  readonly kafka: KafkaServer;
  readonly registry: RegistryServer;
  /** The test's own connections, beside the operator's. */
  readonly admin: KafkaAdmin;
  readonly schemas: RegistryClient;
  /** Between the operator and the API server: counts what the operator writes. */
  readonly proxy: ApiProxy;
  startOperator(options?: OperatorOptions): Promise<void>;
  stopOperator(): Promise<void>;
  /** Reconciles of StreamJobs that the operator has finished since it started. */
  reconciles(): Promise<number>;
  stop(): Promise<void>;
}

/** Without the Flink operator's CRD: that is installed by `installFlink`. */
export async function startWorld(): Promise<World> {
  const [controlPlane, kafka, registry] = await Promise.all([
    startControlPlaneWithKinds({ controllerManager: true }),
    startKafka(),
    startRegistry(),
  ]);
  const proxy = await startApiProxy(controlPlane.kubeconfigPath);
  const admin = connectKafka({ bootstrapServers: kafka.bootstrapServers });
  const schemas = connectRegistry({ url: registry.url });
  let operator: Awaited<ReturnType<typeof startOperatorAt>> | undefined;
  const stopOperator = async () => {
    await operator?.stop();
    operator = undefined;
  };
  return {
    client: controlPlane.client,
    kafka,
    registry,
    admin,
    schemas,
    proxy,
    async startOperator(options = {}) {
      operator = await startOperatorAt(proxy.kubeconfigPath, options);
    },
    stopOperator,
    async reconciles() {
      const { values } = (await operator?.manager.metrics.reconciles.get()) ?? { values: [] };
      return values
        .filter(({ labels: { controller } }) => controller === 'streamjob')
        .reduce((sum, { value }) => sum + value, 0);
    },
    async stop() {
      await stopOperator();
      await Promise.all([admin.close(), schemas.close(), proxy.stop()]);
      await Promise.all([controlPlane.stop(), kafka.stop(), registry.stop()]);
    },
  };
}

async function startOperatorAt(kubeconfigPath: string, { flinkImage, aheadMs = 0 }: OperatorOptions) {
  const manager = new Manager({
    client: clientOf(kubeconfigPath),
    logger: pino({ level: process.env['SLUICE_LOG_LEVEL'] ?? 'silent' }),
    reportingController: 'sluice.dev/operator',
    instance: 'test',
    namespaces: [namespace],
  });
  const parts = {
    buses: new BusConnections(),
    passwords: new Passwords({ namespace, name: 'sluice-password-key' }),
    config: readConfig({ SLUICE_FLINK_IMAGE: flinkImage }),
  };
  manager.addController(eventBusController(parts));
  manager.addController(streamJobController(parts, () => new Date(Date.now() + aheadMs)));
  const stop = new AbortController();
  const running = manager.start(stop.signal);
  await eventually('the caches have synced', () => manager.cache.hasAllSynced);
  return {
    manager,
    async stop() {
      stop.abort();
      await running;
      await parts.buses.close();
    },
  };
}

/** The real CRD, as the Flink operator's own API carries it. */
export async function installFlink({ client }: World): Promise<void> {
  const folder = await flinkCrdPath();
  const [file] = readdirSync(folder).filter((name) => name.startsWith('flinkdeployments'));
  if (file === undefined) throw new Error(`${folder} holds no CRD of FlinkDeployment`);
  const crd: KubeObject = parse(readFileSync(join(folder, file), 'utf8'));
  await installCrd(client, crd);
}

/** The bus `shop` at the world's broker and registry. */
export async function applyBus({ client, kafka, registry }: World): Promise<void> {
  const bus = anEventBus({
    kafka: { external: { bootstrapServers: kafka.bootstrapServers } },
    schemaRegistry: { url: registry.url, compatibility: 'FullTransitive' },
    topicDefaults: { partitions: 1, replicas: 1 },
  });
  await client.apply(eventBuses, { ...bus, metadata: { name: 'shop', namespace } }, { fieldManager: 'user' });
}

/** A topic with the schema of orders, made past Sluice. */
export async function makeOrders({ admin, schemas }: World, topic: string): Promise<void> {
  await admin.createTopics([{ topic, partitions: 1, replicas: 1, config: {} }]);
  await schemas.registerSchema(`${topic}-value`, avroText(orderSchema));
}

/** As `kubectl apply` does. Reads `shop.orders` and writes a topic of its own unless the spec says otherwise. */
export async function applyJob(
  { client }: World,
  name: string,
  spec: Written<StreamJob['spec']> = {},
  annotations: Record<string, string> = {},
): Promise<void> {
  const job = aStreamJob({
    program: { sql: 'INSERT INTO alerts SELECT customerId, occurredAt FROM orders' },
    reads: [{ topic: 'shop.orders', as: 'orders', eventTime: { field: 'occurredAt', delay: '5s' } }],
    writes: [{ topic: `shop.${name}`, as: 'alerts', schema: { inline: alertSchema } }],
    ...spec,
  });
  const metadata = { name, namespace, annotations };
  await client.apply(streamJobs, { ...job, metadata }, { fieldManager: 'user' });
}

export function jobNamed({ client }: World, name: string): Promise<StreamJob | undefined> {
  return client.get(streamJobs, { namespace, name });
}

export function deploymentOf({ client }: World, name: string): Promise<FlinkDeployment | undefined> {
  return client.get(flinkDeployments, { namespace, name });
}

export async function scriptsOf({ client }: World, name: string): Promise<readonly ConfigMap[]> {
  const { items } = await client.list(configMaps, { namespace, labelSelector: `${labels.job}=${name}` });
  return items.filter(({ data }) => data?.['job.sql'] !== undefined);
}

/** Plays the Flink operator 1.7: it has taken up the newest spec, and the job is in that state. */
export async function flinkReports(world: World, name: string, jobState: string, over: object = {}): Promise<void> {
  const live = await eventually(`FlinkDeployment ${name} is there`, () => deploymentOf(world, name));
  const key = { namespace, name };
  await world.client.patchMerge(flinkDeployments, key, flinkStatus(live, jobState, over), { subresource: 'status' });
}

/** Plays the Flink operator until the job is Ready: whatever it gets, it runs. */
export async function runJob(world: World, name: string, timeoutMs = 60_000): Promise<void> {
  await eventually(
    `StreamJob ${name} is Ready`,
    async () => {
      const live = await deploymentOf(world, name);
      if (live) await flinkReports(world, name, live.spec.job.state === 'suspended' ? 'SUSPENDED' : 'RUNNING');
      const job = await jobNamed(world, name);
      const ready = job?.status?.conditions?.find(({ type }) => type === 'Ready');
      return ready?.status === 'True' && ready.observedGeneration === job?.metadata.generation;
    },
    timeoutMs,
  ).catch(async (cause: unknown) => {
    throw new Error(`StreamJob ${name} is not Ready: ${JSON.stringify((await jobNamed(world, name))?.status)}`, {
      cause,
    });
  });
}

/** Plays the kubelet: a job manager that runs the newest scripts, its container as given. */
export async function jobManagerSays({ client }: World, deployment: FlinkDeployment, container: object): Promise<void> {
  const { name } = deployment.metadata;
  const [volume] = JSON.stringify(deployment.spec.podTemplate).match(/[a-z-]+-sql-[0-9a-f]{10}/) ?? [''];
  const key = { name: `${name}-manager`, namespace };
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...key,
      labels: { [labels.managedBy]: managedBy, [labels.job]: name, app: name, component: 'jobmanager' },
    },
    spec: {
      // A Pod's own fields, beyond those that are read of it.
      ...{ containers: [{ name: 'flink-main-container', image: 'flink:dev' }] },
      volumes: [{ ...{ name: 'sluice' }, configMap: { name: volume } }],
    },
  };
  const resource = engines.Flink.pods;
  await client.create(resource, pod);
  const containerStatuses = [
    {
      ...{ name: 'flink-main-container', image: 'flink:dev', imageID: '', restartCount: 1, ready: false },
      ...container,
    },
  ];
  await client.patchMerge(resource, key, { status: { containerStatuses } }, { subresource: 'status' });
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
    `${type} of StreamJob ${name} is ${wanted}`,
    async () => {
      const job = await jobNamed(world, name);
      const found = job?.status?.conditions?.find((each) => each.type === type);
      last = job?.status;
      const isNew = found?.observedGeneration === job?.metadata.generation;
      const isStatus = expected.status === undefined || found?.status === expected.status;
      const isReason = expected.reason === undefined || found?.reason === expected.reason;
      return isNew && isStatus && isReason && found;
    },
    timeoutMs,
  ).catch((cause: unknown) => {
    throw new Error(`${type} of StreamJob ${name} is not ${wanted}, its status is ${JSON.stringify(last)}`, { cause });
  });
}
