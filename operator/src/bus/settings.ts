// How clients reach a bus: what goes into bindings and into the tables of jobs. Pure.
import type { EventBus } from '../api/index.ts';

export interface BusClientSettings {
  readonly bootstrapServers: readonly string[];
  readonly securityProtocol: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
  /** PEM of who signs the brokers' certificates; absent: whom the client trusts, or no TLS. */
  readonly authorities?: string;
  /**
   * People give them in a Secret, and renew them there: another one reaches pods as a file and is no reason to replace them.
   * Strimzi's are part of what a version of the pods is.
   */
  readonly areAuthoritiesGiven?: boolean;
  /** Absent: the bus has no registry. */
  readonly registryUrl?: string;
}

/**
 * By the spec of a bus with `kafka.external`, on a Strimzi cluster by what its status says of the listener; by its status,
 * too, whom clients must trust.
 */
export function clientSettingsOf(bus: EventBus): BusClientSettings {
  const { schemaRegistry } = bus.spec;
  return { ...brokersOf(bus), ...(schemaRegistry ? { registryUrl: schemaRegistry.url } : {}) };
}

function brokersOf({ spec, status }: EventBus): Omit<BusClientSettings, 'registryUrl'> {
  const { external } = spec.kafka;
  const { securityProtocol = 'PLAINTEXT', certificates = [] } = status?.listener ?? {};
  const authorities = certificates.length === 0 ? {} : { authorities: certificates.join('\n') };
  if (!external) return { bootstrapServers: status?.bootstrapServers ?? [], securityProtocol, ...authorities };
  const transport = external.tls ? 'SSL' : 'PLAINTEXT';
  return {
    bootstrapServers: external.bootstrapServers,
    securityProtocol: external.sasl ? `SASL_${transport}` : transport,
    ...(external.tls?.caSecretRef && certificates.length > 0 ? { ...authorities, areAuthoritiesGiven: true } : {}),
  };
}
