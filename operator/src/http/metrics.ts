// The read API in numbers.
import { Counter, Histogram, type Registry } from 'prom-client';

export interface ApiMetrics {
  /** `route` as it is declared, never the path as it was asked for. */
  observe(request: { readonly route: string; readonly code: number; readonly seconds: number }): void;
}

export function createApiMetrics(registry: Registry): ApiMetrics {
  const registers = [registry];
  const requests = new Counter({
    registers,
    name: 'sluice_api_requests_total',
    help: 'Requests to the read API, by route and status code',
    labelNames: ['route', 'code'],
  });
  const seconds = new Histogram({
    registers,
    name: 'sluice_api_request_duration_seconds',
    help: 'Time until the read API answered, by route',
    labelNames: ['route'],
    buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30],
  });
  return {
    observe: ({ route, code, seconds: taken }) => {
      requests.inc({ route, code: String(code) });
      seconds.observe({ route }, taken);
    },
  };
}
