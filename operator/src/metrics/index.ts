// What the process registers beside the runtime's metrics.
export { registerResourceMetrics } from './resource-metrics.ts';
export { type RetainedTopics, registerRetainedTopics } from './retained-topics.ts';
