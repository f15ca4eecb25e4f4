// Every metric of a service, on one registry; the names are the same for all services, so one dashboard fits them.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics(service: string) {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const on = { registers: [registry] };
  return {
    registry,
    requestSeconds: new Histogram({
      ...on,
      name: 'http_request_duration_seconds',
      help: 'Time to answer a request, by route',
      labelNames: ['method', 'route', 'code'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    }),
    published: new Counter({
      ...on,
      name: 'events_published_total',
      help: 'Events that the broker acknowledged, or that failed',
      labelNames: ['topic', 'outcome'],
    }),
    handled: new Counter({
      ...on,
      name: 'events_handled_total',
      help: 'Events done with: handled, or set aside as dead letters',
      labelNames: ['topic', 'outcome'],
    }),
    handleFailures: new Counter({
      ...on,
      name: 'event_handle_failures_total',
      help: 'Attempts at handling an event that failed',
      labelNames: ['topic'],
    }),
    partitionsHeld: new Gauge({
      ...on,
      name: 'event_partitions_held',
      help: 'Partitions that an event which cannot be handled holds up',
      labelNames: ['topic'],
    }),
    lag: new Gauge({
      ...on,
      name: 'event_consumer_lag',
      help: 'Events of the partition that are not handled yet',
      labelNames: ['topic', 'partition'],
    }),
    open: new Gauge({
      ...on,
      name: 'service_open',
      help: '1 while the role of the pod lets it work in the background',
    }),
    joined: new Gauge({ ...on, name: 'event_consumer_joined', help: '1 while the service is in its consumer group' }),
  };
}
