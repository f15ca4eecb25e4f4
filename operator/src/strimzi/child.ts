// What every resource of Strimzi's that Sluice makes begins with. None has an owner: garbage collection must not delete
// what holds records.
import { type EventBus, labels, managedBy } from '../api/index.ts';
import type { KubeObject } from '../runtime/index.ts';
import { clusterLabel } from './resources.ts';

export function strimziChild(
  bus: Pick<EventBus, 'metadata' | 'spec'>,
  kind: 'Kafka' | 'KafkaNodePool' | 'KafkaTopic' | 'KafkaUser',
  name: string,
): KubeObject {
  return { apiVersion: 'kafka.strimzi.io/v1', kind, metadata: childMetadata(bus, name) };
}

export function childMetadata(
  { metadata, spec }: Pick<EventBus, 'metadata' | 'spec'>,
  name: string,
): KubeObject['metadata'] {
  const { cluster } = spec.kafka.strimzi ?? {};
  return {
    name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    labels: {
      [labels.managedBy]: managedBy,
      [labels.bus]: metadata.name,
      ...(cluster === undefined ? {} : { [clusterLabel]: cluster }),
    },
  };
}

/** Whether the bus made it. */
export function isChildOf(object: KubeObject, { metadata }: Pick<EventBus, 'metadata'>): boolean {
  const { labels: found = {}, namespace } = object.metadata;
  return (
    namespace === metadata.namespace && found[labels.managedBy] === managedBy && found[labels.bus] === metadata.name
  );
}
