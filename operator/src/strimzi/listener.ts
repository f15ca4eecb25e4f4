// Where clients reach a cluster that Strimzi runs: the listener that a bus names, as the Kafka resource's spec and status
// tell of it. Pure.
import { type EventBus, type EventBusStatus, reasons } from '../api/index.ts';
import { SluiceError } from '../errors.ts';
import { keyOf } from '../runtime/index.ts';
import { readinessOf, wordsOf } from './readiness.ts';
import type { Kafka } from './resources.ts';

/** Of a listener's authentication and of a KafkaUser's. */
export const loginType = 'scram-sha-512';

/** For the status of the bus, where everybody who connects finds it. */
export type Endpoint = Required<Pick<EventBusStatus, 'bootstrapServers' | 'listener'>>;

/** Whether the operator's own login there is a KafkaUser that Sluice makes. */
export function asksForLogin(kafka: Kafka, bus: Pick<EventBus, 'spec'>): boolean {
  const listener = kafka.spec?.kafka?.listeners?.find(({ name }) => name === bus.spec.kafka.strimzi?.listener);
  return listener?.authentication?.type === loginType;
}

/** A former generation's listener serves while Strimzi rolls the brokers. Throws a SluiceError where it cannot be told. */
export function endpointOf(kafka: Kafka, listenerName: string): Endpoint {
  const name = `Kafka ${keyOf(kafka.metadata)}`;
  const readiness = readinessOf(kafka);
  if (readiness.state === 'refused') {
    throw new SluiceError(reasons.kafkaClusterNotReady, `${name} is not ready, Strimzi says: ${wordsOf(readiness)}`);
  }
  const declared = kafka.spec?.kafka?.listeners ?? [];
  const listener = declared.find((each) => each.name === listenerName);
  if (!listener) {
    const names = declared.map((each) => each.name).join(', ');
    const message = `${name} has no listener ${listenerName}: name one of those that it has in kafka.strimzi.listener (${names}).`;
    throw new SluiceError(reasons.listenerNotFound, message, { retry: 'terminal' });
  }
  const authentication = listener.authentication?.type;
  if (authentication !== undefined && authentication !== loginType) {
    const message = `${name}: listener ${listenerName} asks for ${authentication}, and Sluice logs in by ${loginType} alone: name another in kafka.strimzi.listener.`;
    throw new SluiceError(reasons.notSupported, message, { retry: 'terminal' });
  }
  const found = kafka.status?.listeners?.find((each) => each.name === listenerName);
  if (!found?.bootstrapServers) {
    const message = `${name} is being made: Strimzi does not say yet where listener ${listenerName} is.`;
    throw new SluiceError(reasons.kafkaClusterNotReady, message);
  }
  const transport = listener.tls ? 'SSL' : 'PLAINTEXT';
  return {
    bootstrapServers: found.bootstrapServers.split(','),
    listener: {
      securityProtocol: authentication === undefined ? transport : `SASL_${transport}`,
      ...(listener.tls && found.certificates?.length ? { certificates: found.certificates } : {}),
    },
  };
}
