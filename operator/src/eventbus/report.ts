// The status of a bus: what it was found to be. What does not answer keeps what it was known as. Pure.
import type { EventBus, EventBusStatus } from '../api/index.ts';
import { clientSettingsOf } from '../bus/index.ts';
import type { CommonStatus } from '../plan/index.ts';
import { levelName } from '../registry/index.ts';
import type { BusObserved } from './observe.ts';

export function reportEventBus(observed: BusObserved, common: CommonStatus): EventBusStatus {
  const { bus, kafka, registry, endpoint } = observed;
  const { status, spec } = bus;
  const cluster = kafka.state === 'reachable' ? kafka.cluster : undefined;
  const clusterId = cluster?.clusterId ?? status?.clusterId;
  const kafkaVersion = cluster ? cluster.version : status?.kafkaVersion;
  return {
    ...common,
    ...(spec.kafka.external ? externalStatus(observed, spec.kafka.external) : endpointStatus(endpoint, status)),
    ...(clusterId === undefined ? {} : { clusterId }),
    ...(kafkaVersion === undefined ? {} : { kafkaVersion }),
    ...(spec.schemaRegistry ? { registry: registryStatus(spec.schemaRegistry, registry, status) } : {}),
  };
}

/** A Secret that is away for a while takes nothing from clients that trust what it held. */
function externalStatus(
  { bus, authorities }: BusObserved,
  { bootstrapServers, tls }: NonNullable<EventBus['spec']['kafka']['external']>,
): Pick<EventBusStatus, 'bootstrapServers' | 'listener'> {
  const certificates = tls?.caSecretRef ? (authorities ?? bus.status?.listener?.certificates ?? []) : [];
  if (certificates.length === 0) return { bootstrapServers };
  return { bootstrapServers, listener: { securityProtocol: clientSettingsOf(bus).securityProtocol, certificates } };
}

function endpointStatus(
  endpoint: BusObserved['endpoint'],
  former: EventBusStatus | undefined,
): Pick<EventBusStatus, 'bootstrapServers' | 'listener'> {
  const { bootstrapServers, listener } = endpoint ?? former ?? {};
  return { ...(bootstrapServers ? { bootstrapServers } : {}), ...(listener ? { listener } : {}) };
}

function registryStatus(
  { url, compatibility }: NonNullable<BusObserved['bus']['spec']['schemaRegistry']>,
  registry: BusObserved['registry'],
  former: EventBusStatus | undefined,
): NonNullable<EventBusStatus['registry']> {
  const known = former?.registry?.url === url ? former.registry.compatibility : undefined;
  const found = registry.state === 'reachable' ? registry.level : known;
  const level = compatibility === undefined ? found : levelName(compatibility);
  return { url, ...(level === undefined ? {} : { compatibility: level }) };
}
