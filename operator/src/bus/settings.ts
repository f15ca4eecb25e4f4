// How clients reach a bus: what goes into bindings and into the tables of jobs. Pure.
import type { EventBus } from '../api/index.ts';

export interface BusClientSettings {
  readonly bootstrapServers: readonly string[];
  readonly securityProtocol: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
  /** PEM of who signs the brokers' certificates; absent: whom the client trusts, or no TLS. */
  readonly authorities?: string;
  /** Absent: the bus has no registry. */
  readonly registryUrl?: string;
}

/** By the spec of a bus with `kafka.external`; on a Strimzi cluster by what its status says of the listener. */
export function clientSettingsOf(bus: EventBus): BusClientSettings {
  const { schemaRegistry } = bus.spec;
  return { ...brokersOf(bus), ...(schemaRegistry ? { registryUrl: schemaRegistry.url } : {}) };
}

function brokersOf({ spec, status }: EventBus): Omit<BusClientSettings, 'registryUrl'> {
  const { external } = spec.kafka;
  if (!external) {
    const { securityProtocol = 'PLAINTEXT', certificates = [] } = status?.listener ?? {};
    return {
      bootstrapServers: status?.bootstrapServers ?? [],
      securityProtocol,
      ...(certificates.length === 0 ? {} : { authorities: certificates.join('\n') }),
    };
  }
  const transport = external.tls ? 'SSL' : 'PLAINTEXT';
  return {
    bootstrapServers: external.bootstrapServers,
    securityProtocol: external.sasl ? `SASL_${transport}` : transport,
  };
}
