// The stand-in as a whole: its settings, its controllers, and where it must not run.
import { pino } from 'pino';
import type { KafkaConnection } from '../../../operator/src/kafka/index.ts';
import { type Client, keyOf, type Logger, Manager, type ObjectKey } from '../../../operator/src/runtime/index.ts';
import { Brokers } from './broker.ts';
import { clusterController } from './cluster-controller.ts';
import { deployments } from './resources.ts';
import { topicController } from './topic-controller.ts';
import { userController } from './user-controller.ts';

/** Time between two looks at every topic and user (Strimzi: STRIMZI_FULL_RECONCILIATION_INTERVAL_MS). */
const defaultIntervalMs = 120_000;
const realOperator = 'strimzi-cluster-operator';

export interface StandInOptions {
  readonly client: Client;
  readonly logger?: Logger;
  /** Absent: all. */
  readonly namespaces?: readonly string[];
  readonly kafkaImage: string;
  readonly intervalMs?: number;
  /**
   * A broker that is there already: the topics and users of `cluster` are served on it, and no Kafka resource is, as by
   * Strimzi's standalone topic and user operators.
   */
  readonly standalone?: { readonly cluster: ObjectKey; readonly connection: KafkaConnection };
  /** /healthz and /readyz; 0 takes a free port. Absent: not served. */
  readonly probePort?: number;
}

/** Runs until the signal aborts. Throws before anything is done where the real operator is installed. */
export async function runStandIn(options: StandInOptions, signal: AbortSignal): Promise<void> {
  const { client, logger = pino({ base: null }), namespaces = [], kafkaImage, standalone, probePort } = options;
  await refuseBesideRealOperator(client);
  logger.info({ standalone: standalone !== undefined }, 'DEVELOPMENT STAND-IN for the Strimzi operator, not Strimzi');
  const brokers = new Brokers();
  const manager = new Manager({
    client,
    logger,
    reportingController: 'strimzi.io/stand-in',
    instance: 'strimzi-stand-in',
    namespaces,
    ...(probePort === undefined ? {} : { probePort }),
  });
  if (standalone) await brokers.set(standalone.cluster, standalone.connection);
  else manager.addController(clusterController({ brokers, kafkaImage }));
  const parts = { brokers, intervalMs: options.intervalMs ?? defaultIntervalMs };
  manager.addController(topicController(parts));
  manager.addController(userController(parts));
  try {
    await manager.start(signal);
  } finally {
    await brokers.close();
  }
}

/** Two operators on one resource would undo each other's work. */
async function refuseBesideRealOperator(client: Client): Promise<void> {
  const { items } = await client.list(deployments, { fieldSelector: `metadata.name=${realOperator}` });
  const [found] = items;
  if (!found) return;
  throw new Error(
    `Deployment ${keyOf(found.metadata)} is the real Strimzi operator: the development stand-in does not run beside it. Delete one of the two.`,
  );
}
