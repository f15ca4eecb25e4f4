// The shop's EventBus: its Kafka cluster and registry, and how topics are by default.
import type { Construct } from 'constructs';
import { eventBus } from '../sluice/objects.ts';
import { bus } from './names.ts';

export function addBus(scope: Construct): void {
  eventBus(scope, bus.name, {
    kafka: { external: { bootstrapServers: ['kafka.shop:9092'] } },
    topicManagement: 'Direct',
    schemaRegistry: { url: 'http://registry.shop:8080/apis/ccompat/v7', compatibility: 'FullTransitive' },
    // One broker holds the demo.
    topicDefaults: { partitions: 3, replicas: 1 },
    policy: { topicNames: '^shop[.][a-z0-9.-]+$', maxPartitions: 12 },
  });
}
