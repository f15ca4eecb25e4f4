// The read API's HTTP server: finds the route, bounds what a caller may cost, measures, and turns errors into answers.
// It logs who asked for what and never a header or a body.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../runtime/index.ts';
import { type Answer, answerTo, Refused } from './answer.ts';
import { maxBodyBytes, readBody } from './body.ts';
import type { ApiMetrics } from './metrics.ts';

export interface RouteRequest {
  /** Of the path's `:name` parts, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  header(name: string): string | undefined;
  /** Read when it is asked for, so that nobody sends much before it is known who it is. */
  body(): Promise<string>;
  /** Aborts when the time is up, the caller has gone, or the server stops. */
  readonly signal: AbortSignal;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** Such as `/resources/:kind/:namespace/:name`; in metrics as it is here. */
  readonly path: string;
  handle(request: RouteRequest): Promise<Answer>;
}

export interface ServerOptions {
  /** 0 takes a free port. */
  readonly port: number;
  readonly routes: readonly Route[];
  readonly logger: Logger;
  readonly metrics: ApiMetrics;
  readonly limits?: Partial<Limits>;
}

export interface Limits {
  /** From the first byte of a request to its last, ms. */
  readonly requestMs: number;
  /** From its headers to the answer, ms. */
  readonly answerMs: number;
  /** Requests in work at once; what comes beyond is told to come again. */
  readonly inWork: number;
  /** What is in work at a stop has this long, ms. */
  readonly stopMs: number;
}

const defaults: Limits = { requestMs: 10_000, answerMs: 30_000, inWork: 16, stopMs: 5_000 };

export interface RunningServer {
  readonly port: number;
  /** Lets what is in work come to its end within its time, and cuts it then. */
  stop(): Promise<void>;
}

/** Rejects when the port is taken. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const limits = { ...defaults, ...options.limits };
  const stopping = new AbortController();
  let inWork = 0;
  const server = createServer(
    {
      requestTimeout: limits.requestMs,
      headersTimeout: Math.min(limits.requestMs, 5_000),
      connectionsCheckingInterval: Math.min(limits.requestMs, 1_000),
      keepAliveTimeout: 5_000,
    },
    async (request, response) => {
      const startedAt = performance.now();
      const { route, parameters, refusal } = find(options.routes, request);
      inWork += 1;
      try {
        const busy = inWork > limits.inWork ? new Refused(429, 'Too many requests at once: try again soon.') : refusal;
        const answer = await answerWithin(response, stopping.signal, limits.answerMs, async (signal) => {
          if (busy || !route) throw busy;
          return route.handle(requestOf(request, parameters, signal));
        }).catch((error: unknown) => {
          const told = answerTo(error);
          if (told.status >= 500) options.logger.error({ route: route?.path, err: error }, 'a request failed');
          return told;
        });
        send(request, response, answer, !server.listening);
        const seconds = (performance.now() - startedAt) / 1000;
        options.metrics.observe({ route: route?.path ?? 'none', code: answer.status, seconds });
      } finally {
        inWork -= 1;
      }
    },
  );
  server.listen(options.port);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => stopWithin(server, stopping, limits.stopMs),
  };
}

function stopWithin(server: Server, stopping: AbortController, stopMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      stopping.abort(new Refused(503, 'The operator stops: try again.'));
      server.closeAllConnections();
    }, stopMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

async function answerWithin(
  response: ServerResponse,
  stopping: AbortSignal,
  ms: number,
  handle: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Refused(499, 'The caller has gone.')));
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(new Refused(504, `There is no answer within ${ms / 1000} s: try again.`));
  }, ms);
  const signal = AbortSignal.any([gone.signal, late.signal, stopping]);
  const given = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => given.reject(signal.reason), { once: true });
  try {
    return await Promise.race([handle(signal), given.promise]);
  } finally {
    clearTimeout(timer);
  }
}

interface Found {
  readonly route?: Route;
  readonly parameters: Readonly<Record<string, string>>;
  readonly refusal?: Refused;
}

function find(routes: readonly Route[], { method = '', url = '/' }: IncomingMessage): Found {
  const path = url.split('?')[0] ?? '/';
  const at = routes.flatMap((route) => {
    const parameters = match(route.path, path);
    return parameters ? [{ route, parameters }] : [];
  });
  const found = at.find(({ route }) => route.method === method);
  if (found) return found;
  if (at.length === 0) {
    const known = routes.map((route) => `${route.method} ${route.path}`).join(', ');
    return { parameters: {}, refusal: new Refused(404, `There is nothing at this path: ask for ${known}.`) };
  }
  const allowed = at.map(({ route }) => route.method).join(', ');
  return { parameters: {}, refusal: new Refused(405, `This path is asked by ${allowed}.`) };
}

function match(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [at, part] of wanted.entries()) {
    const value = given[at] ?? '';
    if (!part.startsWith(':')) {
      if (part !== value) return undefined;
      continue;
    }
    try {
      parameters[part.slice(1)] = decodeURIComponent(value);
    } catch {
      return undefined;
    }
  }
  return parameters;
}

function requestOf(
  request: IncomingMessage,
  parameters: Readonly<Record<string, string>>,
  signal: AbortSignal,
): RouteRequest {
  return {
    parameters,
    query: new URLSearchParams((request.url ?? '').split('?')[1] ?? ''),
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    body: () => readBody(request),
    signal,
  };
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, body, text }: Answer,
  isStopping: boolean,
): void {
  if (response.headersSent || response.destroyed) return;
  const asText = text !== undefined && wantsText(request);
  response.writeHead(status, {
    'content-type': asText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 429 || status === 503 ? { 'retry-after': '1' } : {}),
    // What is left of a body that was not read would be taken for the next request; a stop waits for idle connections.
    ...(request.complete && !isStopping ? {} : { connection: 'close' }),
  });
  response.end(asText ? text : `${JSON.stringify(body)}\n`);
  if (!request.complete) drain(request);
}

/** A caller that is still writing would see a reset instead of the answer; one that writes on and on is cut. */
function drain(request: IncomingMessage): void {
  let left = maxBodyBytes;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
  request.resume();
}

function wantsText({ headers }: IncomingMessage): boolean {
  const accepted = (headers.accept ?? '').split(',').map((type) => type.split(';')[0]?.trim());
  return accepted.includes('text/plain') && !accepted.includes('application/json');
}
