// Reads what there is of the cluster that a bus has on Strimzi.
import { type EventBus, reasons } from '../api/index.ts';
import { SluiceError } from '../errors.ts';
import { isForbidden, isNotFound, keyOf, type ReconcileContext } from '../runtime/index.ts';
import {
  assertUserReady,
  creationRefusal,
  type Endpoint,
  endpointOf,
  type KafkaUser,
  kafkas,
  kafkaUsers,
  type LiveCluster,
  nodePools,
  operatorUserName,
} from '../strimzi/index.ts';

export interface StrimziObserved extends LiveCluster {
  /** False: the API server knows no Kafka resources, or Sluice was not granted them. */
  readonly isInstalled: boolean;
  /** The KafkaUser that the operator logs in as. */
  readonly user?: KafkaUser;
}

/** Undefined: the bus is on another cluster. */
export async function observeStrimzi(
  bus: EventBus,
  { cache, client }: Pick<ReconcileContext, 'cache' | 'client'>,
): Promise<StrimziObserved | undefined> {
  const { strimzi } = bus.spec.kafka;
  if (!strimzi) return undefined;
  const { namespace } = bus.metadata;
  const kafka = cache.get(kafkas, { namespace, name: strimzi.cluster });
  const user = cache.get(kafkaUsers, { namespace, name: operatorUserName(bus) });
  const pools = (strimzi.create?.nodePools ?? []).flatMap(
    ({ name }) => cache.get(nodePools, { namespace, name }) ?? [],
  );
  const seen = { nodePools: pools, ...(user ? { user } : {}) };
  if (kafka) return { ...seen, kafka, isInstalled: true };
  try {
    // The cache does not tell a kind that is not installed from one of which there is none, and it may be behind.
    const { items } = await client.list(kafkas, { namespace });
    const live = items.find(({ metadata }) => metadata.name === strimzi.cluster);
    return { ...seen, ...(live ? { kafka: live } : {}), isInstalled: true };
  } catch (error) {
    if (isNotFound(error) || isForbidden(error)) return { ...seen, isInstalled: false };
    throw error;
  }
}

/** Where the brokers are and how one connects. Throws a SluiceError with what is in the way. Pure. */
export function endpointObserved(bus: EventBus, observed: StrimziObserved): Endpoint {
  const { cluster = '', listener = '', create } = bus.spec.kafka.strimzi ?? {};
  const name = `Kafka ${keyOf({ namespace: bus.metadata.namespace, name: cluster })}`;
  if (!observed.isInstalled) {
    const message = `${name} cannot be looked for: the API server knows no kafkas.kafka.strimzi.io/v1, or does not show them to Sluice: install Strimzi, and set strimzi.enabled in the values of Sluice's chart.`;
    throw new SluiceError(reasons.kafkaClusterNotFound, message);
  }
  const refusal = creationRefusal(bus, observed);
  if (refusal !== undefined) throw new SluiceError(reasons.kafkaClusterConflict, refusal, { retry: 'terminal' });
  if (!observed.kafka) {
    throw create
      ? new SluiceError(reasons.kafkaClusterNotReady, `${name} is being made.`)
      : new SluiceError(
          reasons.kafkaClusterNotFound,
          `${name} is not there: create it, or have it made by kafka.strimzi.create.`,
        );
  }
  const endpoint = endpointOf(observed.kafka, listener);
  if (endpoint.listener.securityProtocol.startsWith('SASL_')) assertUserReady(bus, observed.user);
  return endpoint;
}
