// What the shop and Sluice stand on: Kafka, the registry, the Flink operator and what Flink jobs need.
import { type App, Chart } from 'cdk8s';
import type { Images } from '../images.ts';
import { addFlinkJobs } from './flink-jobs.ts';
import { addFlinkOperator, flinkOperatorNamespace } from './flink-operator.ts';
import { addKafka } from './kafka.ts';
import { addRegistry } from './registry.ts';

/** Where Kafka, the registry and the jobs run; the namespace itself comes from elsewhere, before these charts. */
const namespace = 'shop';

export function addPlatform(app: App, images: Images): void {
  addKafka(new Chart(app, 'platform-kafka', { namespace }), namespace, images);
  addRegistry(new Chart(app, 'platform-registry', { namespace }), namespace, images);
  const flinkOperator = new Chart(app, 'platform-flink-operator', { namespace: flinkOperatorNamespace });
  addFlinkOperator(flinkOperator, [namespace], images);
  addFlinkJobs(new Chart(app, 'platform-flink-jobs', { namespace }));
}
