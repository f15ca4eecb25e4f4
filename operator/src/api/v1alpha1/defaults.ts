// Defaults that depend on other fields or on the object's name, so the schema cannot hold them. Pure.
import type { EventBus, EventBusSpec } from './event-bus.ts';
import type { EventService } from './event-service.ts';
import type { StreamJob, StreamJobSpec } from './stream-job.ts';

export function topicManagementOf(bus: EventBusSpec): 'Strimzi' | 'Direct' {
  return bus.topicManagement ?? (bus.kafka.strimzi ? 'Strimzi' : 'Direct');
}

/**
 * `None`: brokers ask nobody who they are, so there are no principals to make. What a Strimzi cluster asks is known once
 * its listener was found.
 */
export function credentialsOf({ spec, status }: Pick<EventBus, 'spec' | 'status'>): 'Managed' | 'Provided' | 'None' {
  if (spec.access) return spec.access.credentials;
  const { external, strimzi } = spec.kafka;
  if (strimzi) return status?.listener?.securityProtocol.startsWith('SASL_') ? 'Managed' : 'None';
  return external?.sasl || external?.tls?.clientSecretRef ? 'Managed' : 'None';
}

/**
 * Whether Sluice makes the principals of services and jobs: SCRAM-SHA-512 alone, which the brokers of a bus that the
 * operator logs in to by that are known to have. On a Strimzi cluster no other login is used.
 */
export function makesPrincipalsOn(bus: Pick<EventBus, 'spec' | 'status'>): boolean {
  if (credentialsOf(bus) !== 'Managed') return false;
  const { external } = bus.spec.kafka;
  if (external) return external.sasl?.mechanism === 'SCRAM-SHA-512';
  return bus.status?.listener?.securityProtocol.startsWith('SASL_') ?? false;
}

/** The bus's namespace: the resource's own where the reference names none. */
export function busKeyOf(resource: EventService | StreamJob): { readonly namespace: string; readonly name: string } {
  const { name, namespace } = resource.spec.bus;
  return { namespace: namespace ?? resource.metadata.namespace ?? '', name };
}

/** The consumer group of an EventService's entry, or of a StreamJob. */
export function groupOf(
  resource: { readonly metadata: { readonly name: string; readonly namespace?: string } },
  entry: { readonly group?: string } = {},
): string {
  return entry.group ?? `${groupPrefixOf(resource.metadata.namespace ?? '')}${resource.metadata.name}`;
}

/**
 * What a group must begin with, unless the bus's policy says otherwise. CEL sees an object's name but not its namespace,
 * so this is judged by the operator and not at admission.
 */
export function groupPrefixOf(namespace: string): string {
  return `${namespace}.`;
}

export function onUpgradeOf(job: StreamJobSpec): 'Savepoint' | 'LastCheckpoint' | 'Discard' {
  return job.state?.onUpgrade ?? (job.engine === 'Flink' ? 'Savepoint' : 'LastCheckpoint');
}

export function runtimeModeOf({ runtimeMode, schedule }: StreamJobSpec): 'Streaming' | 'Batch' {
  return runtimeMode ?? (schedule ? 'Batch' : 'Streaming');
}

export function onDeleteOf(job: StreamJobSpec): 'Savepoint' | 'Nothing' {
  return job.state?.onDelete ?? (job.engine === 'Flink' && job.state?.storage ? 'Savepoint' : 'Nothing');
}
