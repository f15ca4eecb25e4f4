// Sends calls to the API server: credentials, retries, metrics, and the fence before writes. Used by the client alone.
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection, Credentials } from './credentials.ts';
import { ApiError, NotLeaderError } from './errors.ts';
import { type Answer, exchange } from './exchange.ts';
import type { RequestMetrics } from './metrics.ts';

const maxAttempts = 5;
const retryBaseMs = 200;

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** May be sent again after an answer was lost. */
  readonly idempotent: boolean;
}

export interface TransportOptions {
  readonly metrics?: RequestMetrics;
  /** A write is begun only while this holds; else NotLeaderError and nothing is sent. Dry runs write nothing. */
  readonly mayWrite?: () => boolean;
  /** Ends every call that brings no signal of its own. */
  readonly signal?: AbortSignal;
}

export class Transport {
  readonly #credentials: Credentials;
  readonly #options: TransportOptions;

  constructor(credentials: Credentials, options: TransportOptions) {
    this.#credentials = credentials;
    this.#options = options;
  }

  /** The answer's body, parsed. ApiError for every other status than 2xx and when no answer came. */
  async send<R>(call: Call): Promise<R> {
    const { body } = await this.#repeat(call, (connection) => this.#exchange(call, connection));
    try {
      // The API server's answer is trusted to be of the kind that was asked for.
      return JSON.parse(body) as R;
    } catch (cause) {
      throw new ApiError({ status: 0, message: `${call.method} ${call.path}: the answer is not JSON`, cause });
    }
  }

  /** The answer's body as it comes, for watches. Fails as `send` does until the body begins. */
  stream(call: Call): Promise<AsyncIterable<Buffer>> {
    return this.#repeat(call, (connection) => this.#stream(call, connection));
  }

  async #repeat<R>(call: Call, attempt: (connection: Connection) => Promise<R>): Promise<R> {
    const signal = this.#signalOf(call);
    for (let attempts = 1; ; attempts++) {
      const connection = await this.#credentials.connection();
      try {
        return await attempt(connection);
      } catch (error) {
        if (!(error instanceof ApiError) || attempts >= maxAttempts || signal?.aborted) throw error;
        if (error.status === 401 && attempts === 1) {
          this.#credentials.expire();
          continue;
        }
        // 429 says that nothing was done, so that even a create may be sent again.
        const retriable = error.status === 429 || (call.idempotent && (error.status === 0 || error.status >= 500));
        if (!retriable) throw error;
        this.#options.metrics?.retried({ method: call.method, host: connection.host, code: codeOf(error.status) });
        const backoffMs = retryBaseMs * 2 ** (attempts - 1) * (1 + Math.random());
        await delay(error.retryAfterMs ?? backoffMs, undefined, signal ? { signal } : {});
      }
    }
  }

  async #exchange(call: Call, connection: Connection): Promise<Answer> {
    const refused = this.#refusal(call);
    if (refused) throw refused;
    const observe = this.#observer(call, connection);
    const body = call.body === undefined ? null : JSON.stringify(call.body);
    let answer: Answer;
    try {
      answer = await exchange(
        connection.agent,
        { ...requestOf(call, connection), body },
        { signal: this.#signalOf(call), refusal: () => this.#refusal(call) },
      );
    } catch (cause) {
      if (cause instanceof NotLeaderError) throw cause;
      observe({ status: 0, requestBytes: body?.length ?? 0, responseBytes: 0 });
      throw noAnswer(call, connection, cause);
    }
    observe({ status: answer.status, requestBytes: body?.length ?? 0, responseBytes: answer.body.length });
    if (answer.status < 300) return answer;
    throw refusedBy(call, answer.status, answer.headers['retry-after'], answer.body);
  }

  async #stream(call: Call, connection: Connection): Promise<AsyncIterable<Buffer>> {
    const observe = this.#observer(call, connection);
    const signal = this.#signalOf(call);
    try {
      const { statusCode, headers, body } = await connection.agent.request({
        ...requestOf(call, connection),
        ...(signal === undefined ? {} : { signal }),
      });
      observe({ status: statusCode, requestBytes: 0, responseBytes: 0 });
      if (statusCode < 300) return body;
      throw refusedBy(call, statusCode, headers['retry-after'], await body.text());
    } catch (cause) {
      if (cause instanceof ApiError) throw cause;
      observe({ status: 0, requestBytes: 0, responseBytes: 0 });
      throw noAnswer(call, connection, cause);
    }
  }

  #signalOf(call: Call): AbortSignal | undefined {
    return call.signal ?? this.#options.signal;
  }

  #refusal({ method, path, query }: Call): NotLeaderError | undefined {
    const { mayWrite } = this.#options;
    if (method === 'GET' || query?.['dryRun'] !== undefined || mayWrite === undefined || mayWrite()) return undefined;
    return new NotLeaderError(`${method} ${path} was not sent: leadership is not certain`);
  }

  #observer({ method }: Call, { host }: Connection) {
    const startedAt = performance.now();
    return ({ status, ...bytes }: { status: number; requestBytes: number; responseBytes: number }) =>
      this.#options.metrics?.observe({
        ...bytes,
        method,
        host,
        code: codeOf(status),
        seconds: (performance.now() - startedAt) / 1000,
      });
  }
}

/** client-go's spelling of "no answer". */
function codeOf(status: number): string {
  return status === 0 ? '<error>' : String(status);
}

function requestOf(call: Call, { origin, pathPrefix, authorization }: Connection) {
  let query = '';
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) query += `${query === '' ? '?' : '&'}${name}=${encodeURIComponent(value)}`;
  }
  return {
    origin,
    path: `${pathPrefix}${call.path}${query}`,
    method: call.method,
    headers: {
      accept: call.accept ?? 'application/json',
      ...(authorization === undefined ? {} : { authorization }),
      ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
    },
  };
}

function noAnswer({ method, path }: Call, { origin }: Connection, cause: unknown): ApiError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ApiError({ status: 0, message: `${method} ${path}: no answer from ${origin}: ${why}`, cause });
}

function refusedBy(call: Call, status: number, retryAfter: string | string[] | undefined, text: string): ApiError {
  let body: unknown = text;
  try {
    body = JSON.parse(text);
  } catch {
    // A proxy in between answers HTML; the text itself is then the best message.
  }
  const { reason, message } = statusOf(body);
  const seconds = Number(retryAfter);
  return new ApiError({
    status,
    reason: reason ?? '',
    message: `${call.method} ${call.path}: ${status} ${message ?? text.slice(0, 300)}`,
    body,
    retryAfterMs: retryAfter !== undefined && Number.isFinite(seconds) ? seconds * 1000 : undefined,
  });
}

/** What a body says of the failure, if it is a Status object. */
function statusOf(body: unknown): { readonly reason?: string; readonly message?: string } {
  if (typeof body !== 'object' || body === null) return {};
  const { reason, message } = body as { reason?: unknown; message?: unknown };
  return {
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(typeof message === 'string' ? { message } : {}),
  };
}
