// The status of a bus: what it was found to be. What does not answer keeps what it was known as. Pure.
import type { EventBusStatus } from '../api/index.ts';
import type { CommonStatus } from '../plan/index.ts';
import { levelName } from '../registry/index.ts';
import type { BusObserved } from './observe.ts';

export function reportEventBus({ bus, kafka, registry, endpoint }: BusObserved, common: CommonStatus): EventBusStatus {
  const { status, spec } = bus;
  const cluster = kafka.state === 'reachable' ? kafka.cluster : undefined;
  const clusterId = cluster?.clusterId ?? status?.clusterId;
  const kafkaVersion = cluster ? cluster.version : status?.kafkaVersion;
  return {
    ...common,
    ...(spec.kafka.external
      ? { bootstrapServers: spec.kafka.external.bootstrapServers }
      : endpointStatus(endpoint, status)),
    ...(clusterId === undefined ? {} : { clusterId }),
    ...(kafkaVersion === undefined ? {} : { kafkaVersion }),
    ...(spec.schemaRegistry ? { registry: registryStatus(spec.schemaRegistry, registry, status) } : {}),
  };
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
