// How every Kafka client of a service reaches the brokers, from what the binding says.
import type { KafkaBinding } from '../bindings.ts';

export type Brokers = KafkaBinding;

/** The part of a client's options that is about the brokers. */
export function brokerOptions({ bootstrapServers, sasl, tls }: Brokers) {
  return {
    bootstrapBrokers: [...bootstrapServers],
    ...(sasl ? { sasl } : {}),
    ...(tls ? { tls: tls.ca === undefined ? {} : { ca: tls.ca }, tlsServerName: true } : {}),
  };
}
