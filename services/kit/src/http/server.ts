// The service's HTTP server: its own routes, and beside them probes and metrics. Fastify, because it validates by JSON
// schema, which TypeBox is; it is the most used of its kind and costs 1 MB.
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import type { Readiness } from '../readiness.ts';
import { answerError } from './errors.ts';

export interface ServerOptions {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  /** Called before each scrape, to bring gauges up to date. */
  readonly onScrape: () => void;
}

const MAX_BODY_BYTES = 256 * 1024;

export function createServer({ log, metrics, readiness, onScrape }: ServerOptions): FastifyInstance {
  const loggerInstance: FastifyBaseLogger = log;
  const server: FastifyInstance = Fastify({
    loggerInstance,
    // One line a request would drown the decisions; the histogram counts requests.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    ajv: { customOptions: { allErrors: true, coerceTypes: false, removeAdditional: false } },
  });
  server.setErrorHandler(answerError);
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const labels = { method: request.method, route, code: String(reply.statusCode) };
    metrics.requestSeconds.observe(labels, reply.elapsedTime / 1000);
  });
  server.get('/healthz', async () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const problems = readiness.problems();
    const isReady = Object.keys(problems).length === 0;
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ok' : 'not ready', problems });
  });
  server.get('/metrics', async (_request, reply) => {
    onScrape();
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  return server;
}
