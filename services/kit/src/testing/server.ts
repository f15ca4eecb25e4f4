// The kit's HTTP server without a service around it, to inject requests into.
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { createServer } from '../http/server.ts';
import { createMetrics } from '../metrics.ts';
import { Readiness } from '../readiness.ts';

export function aServer(): { readonly http: FastifyInstance; readonly readiness: Readiness } {
  const readiness = new Readiness();
  const log = pino({ level: 'silent' });
  return {
    http: createServer({ log, metrics: createMetrics('test'), readiness, onScrape: () => undefined }),
    readiness,
  };
}
