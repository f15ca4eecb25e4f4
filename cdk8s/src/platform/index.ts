// What the shop and Sluice stand on: who runs Kafka clusters, the registry, the Flink operator and what Flink jobs need.
import { type App, Chart } from 'cdk8s';
import type { Images } from '../images.ts';
import { kafka, namespace } from '../shop/names.ts';
import { addFlinkJobs } from './flink-jobs.ts';
import { addFlinkOperator, flinkOperatorNamespace } from './flink-operator.ts';
import { addRegistry } from './registry.ts';
import { addStrimziStandIn, standInNamespace } from './strimzi-stand-in.ts';

/** The shop's namespace, where Kafka, the registry and the jobs run, comes from elsewhere, before these charts. */
export function addPlatform(app: App, images: Images): void {
  const standIn = new Chart(app, 'platform-strimzi-stand-in', { namespace: standInNamespace });
  addStrimziStandIn(standIn, [namespace], images);
  addRegistry(new Chart(app, 'platform-registry', { namespace }), kafka.bootstrap, images);
  const flinkOperator = new Chart(app, 'platform-flink-operator', { namespace: flinkOperatorNamespace });
  addFlinkOperator(flinkOperator, [namespace], images);
  addFlinkJobs(new Chart(app, 'platform-flink-jobs', { namespace }));
}
