// Test support: an EventService and all that is made of it, on brokers and registry too, for operators that are killed.
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type KafkaAdministrator,
  type KafkaServer,
  type RegistryServer,
  startKafka,
  startRegistry,
} from '@sluice/cluster';
import { annotations, type EventService, labels } from '../../api/index.ts';
import { type ControlPlaneWithKinds, startControlPlaneWithKinds } from '../../api/testing/control-plane.ts';
import { anEventBus, eventServiceManifest, type Written } from '../../api/v1alpha1/builders.ts';
import { eventBuses, eventServices, secrets } from '../../bus/index.ts';
import { connectKafka, type KafkaAdmin } from '../../kafka/index.ts';
import { connectRegistry } from '../../registry/index.ts';
import type { Client, Resource } from '../../runtime/index.ts';
import type { Beyond, CrashScenario } from '../../runtime/testing/crash-points.ts';
import { readEndState } from '../../runtime/testing/end-state.ts';
import { deployments, disruptionBudgets, serviceAccounts, services } from '../resources/kinds.ts';
import { type ChaosStrimzi, isOfService, operatorUser, platformNamespace, startChaosStrimzi } from './chaos-strimzi.ts';
import { strimziCluster } from './strimzi.ts';
import { readyPods } from './world.ts';

const namespace = 'shop';
const name = 'order';
const key = { namespace, name };
const operatorMain = fileURLToPath(new URL('./chaos-operator.ts', import.meta.url));

/** Hashes with the owner's uid in them; ids that brokers and registry give. */
const volatile = [
  new RegExp(`(?<="(${annotations.lastApplied}|${annotations.bindings})":")[0-9a-f]+`, 'g'),
  /(?<="(id|topicId)":")[\w-]{22}(?=")/g,
  // A number: what is left is JSON still.
  /(?<=")id":\d+,"/g,
];
/** A password comes of the service's uid: so do its hashes, and the name of the ReplicaSet, which is a hash of those. */
const volatileWithLogin = [
  /(?<="(fingerprint|password|sasl\.jaas\.config)":")[^"]+/g,
  // In the template that the Deployment carries as a text, too.
  new RegExp(`(?<=${annotations.configuration}[^0-9a-f]+)[0-9a-f]{8,}`, 'g'),
  new RegExp(`(?<=${name}-a-)[0-9a-z]{6,}`, 'g'),
];

/** A write past the API server, as the operator under test tells of it. */
export function announcement(moment: 'before' | 'after', call: string): string {
  return `/announced/${moment}/${call}`;
}

export interface ChaosWorld {
  /** All but `begin`, `prepare` and `isDone`. */
  readonly base: Omit<CrashScenario, 'begin' | 'isDone'>;
  /** Applies the service as a user would. */
  apply(spec: Written<EventService['spec']>, rotate?: string): Promise<void>;
  remove(): Promise<void>;
  /** Whether the service is as specified, and has no login but the one it has now. The kubelet is played. */
  isReady(): Promise<boolean>;
  /** Whether it is gone with its children. */
  isGone(): Promise<boolean>;
  stop(): Promise<void>;
}

export interface ChaosOptions {
  /** The brokers ask for logins, and services get users of their own. */
  readonly administrator?: KafkaAdministrator;
  /** Topics and users are made by Strimzi; needs `administrator`. */
  readonly isOnStrimzi?: boolean;
}

export async function startChaosWorld({ administrator, isOnStrimzi = false }: ChaosOptions = {}): Promise<ChaosWorld> {
  const [controlPlane, kafka, registry] = await Promise.all([
    startControlPlaneWithKinds({ controllerManager: true, namespaces: [namespace, platformNamespace] }),
    startKafka(administrator ? { administrator } : {}),
    startRegistry(),
  ]);
  const { client, kubeconfigPath } = controlPlane;
  const { bootstrapServers } = kafka;
  const sasl = administrator && ({ mechanism: 'SCRAM-SHA-512', ...administrator } as const);
  const admin = connectKafka({ bootstrapServers, ...(sasl ? { sasl } : {}) });
  const strimzi =
    isOnStrimzi && administrator ? await startChaosStrimzi(controlPlane, kafka, administrator, admin) : undefined;
  await applyBus(controlPlane, kafka, registry, administrator, isOnStrimzi);
  const beyond = beyondOf(client, admin, registry, administrator, strimzi);
  const resources: readonly Resource[] = [eventServices, deployments, services, disruptionBudgets, secrets];
  return {
    base: {
      kubeconfigPath,
      namespace,
      resources,
      volatile: [...volatile, ...(administrator ? volatileWithLogin : [])],
      start: (KUBECONFIG) =>
        spawn(process.execPath, [operatorMain], {
          // It is started a hundred times.
          env: { ...process.env, KUBECONFIG, NODE_COMPILE_CACHE: join(tmpdir(), 'sluice-compile-cache') },
          stdio: ['ignore', 'ignore', 'inherit'],
        }),
      // The bus and the key of passwords are made by whichever round is first.
      counts: ({ path }) =>
        !/\/events(\/|\?|$)|[?&]dryRun=/.test(path) &&
        (!path.includes(`/namespaces/${platformNamespace}/`) || isOfService(path)),
      // An announced write is not sent on: each of its two moments is a point by itself.
      momentsOf: ({ path }) => (path.startsWith('/announced/') ? ['before'] : ['before', 'after']),
      beyond,
    },
    async apply(spec, rotate) {
      const metadata = { ...key, annotations: rotate === undefined ? {} : { [annotations.rotate]: rotate } };
      const bus = { name: 'shop', namespace: platformNamespace };
      await client.apply(eventServices, eventServiceManifest({ ...spec, bus }, metadata), { fieldManager: 'user' });
    },
    remove: async () => void (await client.delete(eventServices, key)),
    async isReady() {
      await readyPods({ client }, name);
      const service = await client.get(eventServices, key);
      const ready = service?.status?.conditions?.find(({ type }) => type === 'Ready');
      const isNew = ready?.observedGeneration === service?.metadata.generation;
      const { rotation, former } = service?.status?.access ?? {};
      const isRotated = administrator === undefined || rotation === service?.metadata.annotations?.[annotations.rotate];
      const isWhole = ready?.status === 'True' && isNew && isRotated && former === undefined;
      return isWhole && (await isRolledOut(client)) && (await strimzi?.isSettled()) !== false;
    },
    async isGone() {
      const left = await Promise.all(resources.map((resource) => client.list(resource, { namespace })));
      const isEmpty = left.every(({ items }) => items.length === 0);
      return isEmpty && !(await client.get(serviceAccounts, key)) && (await strimzi?.isSettled()) !== false;
    },
    async stop() {
      await strimzi?.stop();
      await Promise.all([admin.close(), beyond.close()]);
      await Promise.all([controlPlane.stop(), kafka.stop(), registry.stop()]);
    },
  };
}

async function applyBus(
  { client }: ControlPlaneWithKinds,
  { bootstrapServers }: KafkaServer,
  { url }: RegistryServer,
  administrator: KafkaAdministrator | undefined,
  isOnStrimzi: boolean,
): Promise<void> {
  const login = { name: 'kafka-admin', namespace: platformNamespace };
  if (administrator) {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: login, stringData: { ...administrator } };
    await client.apply(secrets, secret, { fieldManager: 'user' });
  }
  const sasl = administrator && ({ mechanism: 'SCRAM-SHA-512', secretRef: { name: login.name } } as const);
  const bus = anEventBus({
    kafka: isOnStrimzi
      ? { strimzi: { cluster: strimziCluster, listener: 'sasl' } }
      : { external: { bootstrapServers, ...(sasl ? { sasl } : {}) } },
    schemaRegistry: { url, compatibility: 'FullTransitive' },
    topicDefaults: { partitions: 1, replicas: 1 },
    allowedNamespaces: { from: 'All' },
  });
  const metadata = { name: 'shop', namespace: platformNamespace };
  await client.apply(eventBuses, { ...bus, metadata }, { fieldManager: 'user' });
}

/** No pod of a former version is left, and the Deployment's own controller has said so. */
async function isRolledOut(client: Client): Promise<boolean> {
  const { items } = await client.list(deployments, { namespace, labelSelector: `${labels.service}=${name}` });
  return items.every(({ spec, status }) => {
    const wanted = spec.replicas ?? 1;
    return status?.replicas === wanted && status.updatedReplicas === wanted && status.readyReplicas === wanted;
  });
}

function beyondOf(
  client: Client,
  admin: KafkaAdmin,
  { url }: RegistryServer,
  administrator: KafkaAdministrator | undefined,
  strimzi: ChaosStrimzi | undefined,
): Beyond & { close(): Promise<void> } {
  const fromRegistry = connectRegistry({ url });
  const isOurs = (user: string) => user !== administrator?.username && user !== operatorUser;
  return {
    async reset() {
      await client.delete(serviceAccounts, key);
      await strimzi?.reset();
      for (const { topic, id } of (await admin.describeTopics()).values()) await admin.deleteTopic(topic, id);
      for (const subject of await fromRegistry.subjects()) {
        for (const query of ['', '?permanent=true']) {
          await fetch(`${url}/subjects/${subject}${query}`, { method: 'DELETE' });
        }
        await fetch(`${url}/config/${subject}`, { method: 'DELETE' });
      }
      const { users, acls } = await admin.describeAccess();
      const ours = acls.filter(({ principal }) => principal !== `User:${operatorUser}`);
      if (ours.length > 0) await admin.revoke(ours);
      for (const user of users) if (isOurs(user)) await admin.deleteUser(user);
    },
    async read() {
      const topics = [...(await admin.describeTopics()).values()];
      const subjects = [...(await fromRegistry.subjects())].toSorted().map(async (subject) => ({
        subject,
        level: await fromRegistry.compatibilityOf(subject),
        latest: (await fromRegistry.latest(subject))?.schema,
        versions: await (await fetch(`${url}/subjects/${subject}/versions`)).json(),
      }));
      const { users, acls } = await admin.describeAccess();
      // The namespace has another one, which Kubernetes makes anew whenever it is deleted.
      const accounts = await readEndState(client, namespace, [serviceAccounts], volatile);
      return {
        serviceAccounts: accounts.filter((account) => JSON.stringify(account).includes(`"name":"${name}"`)),
        topics: topics.map(({ id: _, ...settings }) => settings).toSorted(byText),
        subjects: await Promise.all(subjects),
        users: [...users].filter(isOurs).toSorted(),
        acls: acls.filter(({ principal }) => principal !== `User:${operatorUser}`).toSorted(byText),
        strimzi: await strimzi?.read(volatile),
      };
    },
    close: () => fromRegistry.close(),
  };
}

function byText(one: unknown, other: unknown): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}
