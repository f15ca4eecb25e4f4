// The shop's EventBus: its Kafka cluster, which it has made, its registry, and how topics are by default.
import type { Construct } from 'constructs';
import { eventBus } from '../sluice/objects.ts';
import { kafkaSpec, nodePools } from './kafka.ts';
import { bus, kafka } from './names.ts';

export function addBus(scope: Construct): void {
  const { cluster, listener } = kafka;
  eventBus(scope, bus.name, {
    kafka: { strimzi: { cluster, listener, create: { kafka: kafkaSpec, nodePools } } },
    schemaRegistry: { url: 'http://registry.shop:8080/apis/ccompat/v7', compatibility: 'FullTransitive' },
    // One broker holds the demo.
    topicDefaults: { partitions: 3, replicas: 1 },
    policy: { topicNames: '^shop[.][a-z0-9.-]+$', maxPartitions: 12 },
  });
}
