// The stand-in as a whole: its settings, its controllers, and where it must not run.
import { pino } from 'pino';
import { type Client, keyOf, type Logger, Manager } from '../../../operator/src/runtime/index.ts';
import { applicationController } from './application-controller.ts';
import { deployments } from './resources.ts';
import { scheduleController } from './schedule-controller.ts';

/** As Kubeflow's chart names its controller, in a release of whatever name. */
const realOperator = /(^|-)spark-operator(-controller)?$/;

export interface StandInOptions {
  readonly client: Client;
  readonly logger?: Logger;
  /** Absent: all. */
  readonly namespaces?: readonly string[];
  /** /healthz and /readyz; 0 takes a free port. Absent: not served. */
  readonly probePort?: number;
}

/** Runs until the signal aborts. Throws before anything is done where the real operator is installed. */
export async function runStandIn(options: StandInOptions, signal: AbortSignal): Promise<void> {
  const { client, logger = pino({ base: null }), namespaces = [], probePort } = options;
  await refuseBesideRealOperator(client);
  logger.info({}, "DEVELOPMENT STAND-IN for Kubeflow's Spark operator, not the operator itself");
  const manager = new Manager({
    client,
    logger,
    reportingController: 'sparkoperator.k8s.io/stand-in',
    instance: 'spark-stand-in',
    namespaces,
    ...(probePort === undefined ? {} : { probePort }),
  });
  manager.addController(applicationController());
  manager.addController(scheduleController());
  await manager.start(signal);
}

/** Two operators on one application would start two drivers. */
async function refuseBesideRealOperator(client: Client): Promise<void> {
  const { items } = await client.list(deployments, {});
  const found = items.find(({ metadata }) => realOperator.test(metadata.name));
  if (!found) return;
  throw new Error(
    `Deployment ${keyOf(found.metadata)} is the real Spark operator: the development stand-in does not run beside it. Delete one of the two.`,
  );
}
