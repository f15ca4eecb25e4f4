// What the Flink engine offers to the kinds.
export { FlinkSpecError } from './errors.ts';
export type { FlinkDeployment, FlinkDeploymentSpec, FlinkDeploymentStatus } from './flink-deployment.ts';
export type { FlinkJob, FlinkPodResources, FlinkState } from './job.ts';
export { type FlinkJobStatus, flinkJobStatus, type JobState } from './job-status.ts';
export { renderConfigMap, renderFlinkDeployment, type SqlConfigMap } from './render.ts';
export type { BusAddress, TableSpec } from './table.ts';
export { tablesScript } from './tables-script.ts';
