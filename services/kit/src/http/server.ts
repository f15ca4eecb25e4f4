// The service's HTTP server: its own routes, and beside them probes and metrics. Fastify, because it validates by JSON
// schema, which TypeBox is; it is the most used of its kind and costs 1 MB.
import { setTimeout as delay } from 'node:timers/promises';
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
/** How long connections are let go before they are closed: as long as clients in use take to send their next request. */
const LETTING_GO_MS = 500;

export function createServer({ log, metrics, readiness, onScrape }: ServerOptions): FastifyInstance {
  const loggerInstance: FastifyBaseLogger = log;
  const server: FastifyInstance = Fastify({
    loggerInstance,
    // One line a request would drown the decisions; the histogram counts requests.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    // A request that comes by a connection still open is answered like any other: a stop is no failure of its sender's.
    return503OnClosing: false,
    ajv: { customOptions: { allErrors: true, coerceTypes: false, removeAdditional: false } },
  });
  server.setErrorHandler(answerError);
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const labels = { method: request.method, route, code: String(reply.statusCode) };
    metrics.requestSeconds.observe(labels, reply.elapsedTime / 1000);
  });
  server.addHook('onSend', async (_request, reply) => {
    if (readiness.isStopping) reply.header('connection', 'close');
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

/**
 * Lets go of the connections, each with its next answer, and then closes the server: a request that is sent just when its
 * connection is closed would be lost. Expects readiness to be stopped. Settles when all that came was answered.
 */
export async function closeServer(server: FastifyInstance): Promise<void> {
  if (server.server.listening) await delay(LETTING_GO_MS);
  await server.close();
}
