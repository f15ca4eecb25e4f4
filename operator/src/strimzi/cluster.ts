// The cluster that a bus has made: its Kafka and KafkaNodePool resources, as the bus's spec holds them word for word. Pure.
import type { EventBus } from '../api/index.ts';
import { applyOf, type Change } from '../plan/index.ts';
import { keyOf } from '../runtime/index.ts';
import { isChildOf, strimziChild } from './child.ts';
import { type Kafka, type KafkaNodePool, kafkas, nodePools } from './resources.ts';

/** As they are; absent what is not there. */
export interface LiveCluster {
  readonly kafka?: Kafka;
  readonly nodePools: readonly KafkaNodePool[];
}

/** Why the cluster is not this bus's to make; undefined when it is, or when the bus uses one that is there. */
export function creationRefusal(bus: EventBus, live: LiveCluster): string | undefined {
  const { strimzi } = bus.spec.kafka;
  if (!strimzi?.create) return undefined;
  const names = new Set(strimzi.create.nodePools.map(({ name }) => name));
  const named = live.nodePools.filter(({ metadata }) => names.has(metadata.name));
  const foreign = [...(live.kafka ? [live.kafka] : []), ...named].find((object) => !isChildOf(object, bus));
  if (!foreign) return undefined;
  return `${foreign.kind} ${keyOf(foreign.metadata)} is there and EventBus ${bus.metadata.name} did not make it: take kafka.strimzi.create out to use the cluster as it is, or name another in kafka.strimzi.cluster.`;
}

/** Pools first: Strimzi refuses a cluster without any. */
export function clusterChanges(bus: EventBus, live: LiveCluster): readonly Change[] {
  const { strimzi } = bus.spec.kafka;
  if (!strimzi?.create) return [];
  const { cluster, create } = strimzi;
  const pools = create.nodePools.flatMap(({ name, spec }) => {
    const desired: KafkaNodePool = { ...strimziChild(bus, 'KafkaNodePool', name), spec };
    const there = live.nodePools.find(({ metadata }) => metadata.name === desired.metadata.name);
    return applyOf(nodePools, desired, there, toldOf(there));
  });
  const desired: Kafka = { ...strimziChild(bus, 'Kafka', cluster), spec: create.kafka };
  return [...pools, ...applyOf(kafkas, desired, live.kafka, toldOf(live.kafka))];
}

/** Brokers restart for most of what is changed. */
function toldOf(there: Kafka | KafkaNodePool | undefined) {
  return there
    ? ({
        reason: 'the bus describes it otherwise, and Strimzi may restart brokers for it',
        risk: 'Disruptive',
      } as const)
    : ({ reason: 'the bus describes a cluster that is not there' } as const);
}
