// Metrics under upstream's names, so that dashboards made for controller-runtime and client-go work.
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface RequestMetrics {
  observe(request: {
    readonly method: string;
    readonly host: string;
    /** HTTP status, or `<error>` when no answer came. */
    readonly code: string;
    readonly seconds: number;
    readonly requestBytes: number;
    /** Zero for watches, whose end is not waited for. */
    readonly responseBytes: number;
  }): void;
  /** The request is sent again, after this answer. */
  retried(request: { readonly method: string; readonly host: string; readonly code: string }): void;
}

// client-go's and controller-runtime's buckets: pkg/metrics/client_go_adapter.go, pkg/internal/controller/metrics.
const requestBuckets = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];
const sizeBuckets = [64, 256, 512, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216];
const reconcileBuckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];
const queueBuckets = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000];

export const reconcileResults = ['success', 'error', 'requeue', 'requeue_after'] as const;
export type ReconcileResult = (typeof reconcileResults)[number];

export type RuntimeMetrics = ReturnType<typeof createRuntimeMetrics>;

/** All of the runtime's metrics on one registry; a manager has one. */
export function createRuntimeMetrics(registry: Registry = new Registry()) {
  const on = { registers: [registry] };
  const requests = new Counter({
    ...on,
    name: 'rest_client_requests_total',
    help: 'HTTP requests to the API server, by status code, method and host',
    labelNames: ['code', 'method', 'host'],
  });
  const requestSeconds = new Histogram({
    ...on,
    name: 'rest_client_request_duration_seconds',
    help: 'Time until the API server answered, by verb and host',
    labelNames: ['verb', 'host'],
    buckets: requestBuckets,
  });
  const sizes = { ...on, labelNames: ['verb', 'host'], buckets: sizeBuckets };
  const requestBytes = new Histogram({
    ...sizes,
    name: 'rest_client_request_size_bytes',
    help: 'Size of a request, by verb and host',
  });
  const responseBytes = new Histogram({
    ...sizes,
    name: 'rest_client_response_size_bytes',
    help: 'Size of an answer, by verb and host; watches are not in it',
  });
  const retries = new Counter({
    ...on,
    name: 'rest_client_request_retries_total',
    help: 'Requests sent again, by the status code of the answer before, verb and host',
    labelNames: ['code', 'verb', 'host'],
  });
  const controller = { ...on, labelNames: ['controller'] };
  const queue = { ...on, labelNames: ['name', 'controller'] };
  const beforeScrape: (() => void)[] = [];
  return {
    registry,
    /** Registers what brings gauges up to date before each scrape. */
    onScrape: (update: () => void) => void beforeScrape.push(update),
    /** All metrics in Prometheus' text format. */
    scrape: () => {
      for (const update of beforeScrape) update();
      return registry.metrics();
    },
    requests: {
      observe: ({ method, host, code, seconds, ...bytes }) => {
        requests.inc({ code, method, host });
        const labels = { verb: method, host };
        requestSeconds.observe(labels, seconds);
        if (bytes.requestBytes > 0) requestBytes.observe(labels, bytes.requestBytes);
        if (bytes.responseBytes > 0) responseBytes.observe(labels, bytes.responseBytes);
      },
      retried: ({ method, host, code }) => retries.inc({ code, verb: method, host }),
    } satisfies RequestMetrics,
    reconciles: new Counter({
      ...on,
      name: 'controller_runtime_reconcile_total',
      help: 'Reconciles, by controller and result',
      labelNames: ['controller', 'result'],
    }),
    reconcileErrors: new Counter({
      ...controller,
      name: 'controller_runtime_reconcile_errors_total',
      help: 'Reconciles that failed',
    }),
    terminalErrors: new Counter({
      ...controller,
      name: 'controller_runtime_terminal_reconcile_errors_total',
      help: 'Reconciles that failed and are not tried again',
    }),
    panics: new Counter({
      ...controller,
      name: 'controller_runtime_reconcile_panics_total',
      help: 'Reconciles that threw what only wrong code throws: a TypeError, a RangeError, no Error at all',
    }),
    reconcileTimeouts: new Counter({
      ...controller,
      name: 'controller_runtime_reconcile_timeouts_total',
      help: 'Reconciles whose time was up',
    }),
    reconcileSeconds: new Histogram({
      ...controller,
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Length of a reconcile',
      buckets: reconcileBuckets,
    }),
    maxConcurrent: new Gauge({
      ...controller,
      name: 'controller_runtime_max_concurrent_reconciles',
      help: 'Workers of the controller',
    }),
    activeWorkers: new Gauge({ ...controller, name: 'controller_runtime_active_workers', help: 'Workers at work' }),
    queueDepth: new Gauge({
      ...on,
      name: 'workqueue_depth',
      help: 'Items that wait',
      labelNames: ['name', 'controller', 'priority'],
    }),
    queueAdds: new Counter({ ...queue, name: 'workqueue_adds_total', help: 'Items added' }),
    queueRetries: new Counter({ ...queue, name: 'workqueue_retries_total', help: 'Items added again after a failure' }),
    queueSeconds: new Histogram({
      ...queue,
      name: 'workqueue_queue_duration_seconds',
      help: 'How long an item waited',
      buckets: queueBuckets,
    }),
    workSeconds: new Histogram({
      ...queue,
      name: 'workqueue_work_duration_seconds',
      help: 'How long an item was worked on',
      buckets: queueBuckets,
    }),
    unfinishedSeconds: new Gauge({
      ...queue,
      name: 'workqueue_unfinished_work_seconds',
      help: 'Time that the items in work have taken so far, summed',
    }),
    longestRunningSeconds: new Gauge({
      ...queue,
      name: 'workqueue_longest_running_processor_seconds',
      help: 'Time that the item longest in work has taken so far',
    }),
    isLeader: new Gauge({
      ...on,
      name: 'leader_election_master_status',
      help: '1 while this process leads',
      labelNames: ['name'],
    }),
    leaderSlowPath: new Counter({
      ...on,
      name: 'leader_election_slowpath_total',
      help: 'Renewals that had to read the Lease again',
      labelNames: ['name'],
    }),
    eventsDropped: new Counter({
      ...on,
      name: 'events_dropped_total',
      help: 'Events that were not sent, because too many waited or the API server refused them',
    }),
    relists: new Counter({
      ...on,
      name: 'reflector_lists_total',
      help: 'Full lists, the first included',
      labelNames: ['resource'],
    }),
    watchFailures: new Counter({
      ...on,
      name: 'reflector_watch_failures_total',
      help: 'Lists and watches that ended by an error and were resumed',
      labelNames: ['resource'],
    }),
  };
}
