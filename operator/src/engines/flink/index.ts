// What the Flink back end offers.
export { flinkEngine } from './engine.ts';
export { type FlinkDeployment, type FlinkDeploymentStatus, flinkDeployments } from './flink-deployment.ts';
