// Kafka and KafkaNodePool to a running broker, as Strimzi's cluster operator does it with one node.
import { randomBytes } from 'node:crypto';
import { SluiceError } from '../../../operator/src/errors.ts';
import {
  ApiError,
  annotationsChanged,
  anyOf,
  applyIfChanged,
  type Client,
  type ControllerOptions,
  controllerReference,
  generationChanged,
  isAlreadyExists,
  type KubeObject,
  labelsChanged,
  type ReconcileContext,
  type ReconcileOutcome,
  type Resource,
  watchOf,
} from '../../../operator/src/runtime/index.ts';
import type { Brokers } from './broker.ts';
import { decideCluster, kafkaVersion } from './cluster-decide.ts';
import { type Desired, desiredOf, labelsOf, listenersOf, namesOf, poolStatusOf } from './cluster-desired.ts';
import { operatorLogin, operatorPort } from './cluster-settings.ts';
import { notReady, paused, ready, type StrimziCondition, statusToWrite } from './conditions.ts';
import { membersOf, report } from './entity-parts.ts';
import {
  clusterOf,
  configMaps,
  isPaused,
  type Kafka,
  type KafkaNodePool,
  type KafkaStatus,
  kafkas,
  nodePools,
  pods,
  type StatefulSet,
  secrets,
  services,
  statefulSets,
} from './resources.ts';

export interface ClusterParts {
  readonly brokers: Brokers;
  /** Image of cluster/images/kafka. */
  readonly kafkaImage: string;
}

/** Between two looks at a cluster that is starting, ms; readiness comes by the watch, the broker's answer does not. */
const startingMs = 1_000;
/** Between two looks at one that runs: a pod that was started again may have another address. */
const runningMs = 15_000;
const creating = notReady('Creating', 'Kafka cluster is being deployed');

export function clusterController({ brokers, kafkaImage }: ClusterParts): ControllerOptions<Kafka> {
  return {
    name: 'kafka',
    for: kafkas,
    predicate: anyOf(generationChanged, annotationsChanged, labelsChanged),
    owns: [statefulSets],
    watches: [
      watchOf({
        resource: nodePools,
        predicate: generationChanged,
        map: (pool) => [{ namespace: pool.metadata.namespace, name: clusterOf(pool) ?? '' }],
      }),
    ],
    reads: [configMapsOfClusters, servicesOfClusters],
    reconcile: async (key, context) => {
      const kafka = context.cache.get(kafkas, key);
      // What was made for it has it as owner, and goes with it.
      if (!kafka || kafka.metadata.deletionTimestamp !== undefined) {
        await brokers.remove(key);
        return undefined;
      }
      if (isPaused(kafka)) {
        await report(context.client, kafkas, kafka, { ...kafka.status, conditions: [paused] });
        return undefined;
      }
      const pools = membersOf(context.cache, nodePools, key);
      const decided = decideCluster(kafka, pools);
      if ('condition' in decided) {
        await say(kafka, decided.condition, context.client);
        return undefined;
      }
      return bringAbout(kafka, decided.pool, { brokers, kafkaImage }, context);
    },
  };
}

const selector = 'app.kubernetes.io/managed-by=strimzi-stand-in';
const configMapsOfClusters = { ...configMaps, labelSelector: selector };
const servicesOfClusters = { ...services, labelSelector: selector };

async function bringAbout(
  kafka: Kafka,
  pool: KafkaNodePool,
  { brokers, kafkaImage }: ClusterParts,
  context: ReconcileContext,
): Promise<ReconcileOutcome> {
  const { client, logger } = context;
  if (kafka.status === undefined) logger.info({}, 'deploying a development broker');
  const password = await loginPassword(kafka, pool, client);
  let nodes: StatefulSet;
  try {
    nodes = await applyAll(kafka, desiredOf(kafka, pool, kafkaImage), context);
  } catch (error) {
    // What the API server will not have, such as another storage, is said in its own words.
    if (!(error instanceof ApiError) || error.retry !== 'terminal') throw error;
    await say(kafka, notReady('InvalidResourceException', error.message), client);
    return { requeueAfterMs: runningMs };
  }
  const address = isReady(nodes) ? await addressOf(kafka, pool, client) : undefined;
  const isFirst = kafka.status?.clusterId === undefined;
  if (address === undefined) {
    if (isFirst) await say(kafka, creating, client);
    await reportPool(pool, kafka, undefined, client);
    return { requeueAfterMs: startingMs };
  }
  const sasl = { mechanism: 'PLAIN', username: operatorLogin, password } as const;
  const broker = await brokers.set(kafka.metadata, { bootstrapServers: [`${address}:${operatorPort}`], sasl });
  try {
    const { clusterId } = await broker.kafka.describeCluster();
    await reportPool(pool, kafka, clusterId, client);
    await say(kafka, ready, client, {
      listeners: listenersOf(kafka),
      kafkaNodePools: [{ name: pool.metadata.name }],
      clusterId,
      kafkaVersion,
    });
    return { requeueAfterMs: runningMs };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    logger.info({ err: error }, 'the broker does not answer yet');
    if (isFirst) await say(kafka, creating, client);
    return { requeueAfterMs: startingMs };
  }
}

/** Also what the last status told, since where the cluster is does not change with what is wrong now. */
function say(kafka: Kafka, condition: StrimziCondition, client: Client, more: KafkaStatus = {}): Promise<void> {
  return report(client, kafkas, kafka, { ...kafka.status, ...more, conditions: [condition] });
}

async function reportPool(
  pool: KafkaNodePool,
  kafka: Kafka,
  clusterId: string | undefined,
  client: Client,
): Promise<void> {
  const status = poolStatusOf(pool, kafka.metadata.name, clusterId ?? pool.status?.clusterId);
  const next = statusToWrite(pool.status, status, new Date());
  if (next) await client.updateStatus(nodePools, { ...pool, status: next });
}

async function applyAll(
  kafka: Kafka,
  { settings, services: made, nodes }: Desired,
  { client, cache }: ReconcileContext,
): Promise<StatefulSet> {
  const ownerReferences = [controllerReference(kafkas, kafka)];
  const options = { fieldManager: 'strimzi-stand-in', hashAnnotation: 'strimzi-stand-in/applied' };
  const apply = async <T extends KubeObject>(resource: Resource<T>, object: T) => {
    const owned = { ...object, metadata: { ...object.metadata, ownerReferences } };
    return (await applyIfChanged(client, cache, resource, owned, options)).object;
  };
  await apply(configMapsOfClusters, settings);
  for (const service of made) await apply(servicesOfClusters, service);
  return apply(statefulSets, nodes);
}

/** Made once: the broker and this process both take it from the Secret. */
async function loginPassword(kafka: Kafka, pool: KafkaNodePool, client: Client): Promise<string> {
  const { name: cluster, namespace = '' } = kafka.metadata;
  const { login: name } = namesOf(cluster, pool.metadata.name);
  const found = await client.get(secrets, { namespace, name });
  const known = found?.data?.['password'];
  if (known !== undefined) return Buffer.from(known, 'base64').toString();
  const password = randomBytes(24).toString('hex');
  const metadata = {
    name,
    namespace,
    labels: labelsOf(cluster),
    ownerReferences: [controllerReference(kafkas, kafka)],
  };
  const data = { password: Buffer.from(password).toString('base64') };
  try {
    await client.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, data });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    return loginPassword(kafka, pool, client);
  }
  return password;
}

function isReady({ metadata, status }: StatefulSet): boolean {
  return (
    status?.observedGeneration === metadata.generation &&
    status?.readyReplicas === 1 &&
    status.currentRevision === status.updateRevision
  );
}

/** The pod's own, which is reached from a process on the node as well as from a pod. */
async function addressOf(kafka: Kafka, pool: KafkaNodePool, client: Client): Promise<string | undefined> {
  const { name, namespace } = kafka.metadata;
  const pod = await client.get(pods, { namespace, name: namesOf(name, pool.metadata.name).pod });
  return pod?.status?.podIP;
}
