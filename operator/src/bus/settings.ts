// How clients reach a bus: what goes into bindings and into the tables of jobs. Pure.
import type { EventBus } from '../api/index.ts';

export interface BusClientSettings {
  readonly bootstrapServers: readonly string[];
  readonly securityProtocol: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
  /** Absent: the bus has no registry. */
  readonly registryUrl?: string;
}

/** By the spec of a bus with `kafka.external`; empty `bootstrapServers` for any other. */
export function clientSettingsOf({ spec }: EventBus): BusClientSettings {
  const { external } = spec.kafka;
  const transport = external?.tls ? 'SSL' : 'PLAINTEXT';
  return {
    bootstrapServers: external?.bootstrapServers ?? [],
    securityProtocol: external?.sasl ? `SASL_${transport === 'SSL' ? 'SSL' : 'PLAINTEXT'}` : transport,
    ...(spec.schemaRegistry ? { registryUrl: spec.schemaRegistry.url } : {}),
  };
}
