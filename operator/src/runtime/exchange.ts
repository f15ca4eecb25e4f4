// One request and its whole answer, on undici's lowest level: the runtime sends thousands, and a stream for each costs
// more than the rest of it.
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

/** An answer that stops coming in its middle is given up after this. */
const bodyTimeoutMs = 60_000;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * Rejects with what went wrong on the way, with the signal's reason, or with `refusal`'s error. `refusal` is asked at
 * the moment the request would be put on its connection, which may be long after it was made: the connection had to be
 * opened, or the process was suspended. When it gives an error, nothing is sent.
 */
export function exchange(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  { signal, refusal }: { readonly signal?: AbortSignal | undefined; readonly refusal?: () => Error | undefined },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let connection: Dispatcher.DispatchController | undefined;
    let status = 0;
    let headers: IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    const onAbort = () => {
      const reason = reasonOf(signal);
      connection?.abort(reason);
      reject(reason);
    };
    if (signal?.aborted) {
      onAbort();
      return;
    }
    signal?.addEventListener('abort', onAbort, { once: true });
    const settle = (how: () => void) => {
      signal?.removeEventListener('abort', onAbort);
      how();
    };
    dispatcher.dispatch(
      { bodyTimeout: bodyTimeoutMs, ...options },
      {
        onRequestStart: (controller) => {
          connection = controller;
          const error = signal?.aborted ? reasonOf(signal) : refusal?.();
          if (error) controller.abort(error);
        },
        onResponseStart: (_, statusCode, responseHeaders) => {
          status = statusCode;
          headers = responseHeaders;
        },
        onResponseData: (_, chunk) => void chunks.push(chunk),
        onResponseEnd: () => settle(() => resolve({ status, headers, body: textOf(chunks) })),
        onResponseError: (_, error) => settle(() => reject(error)),
      },
    );
  });
}

function textOf(chunks: readonly Buffer[]): string {
  const [only] = chunks;
  return only && chunks.length === 1 ? only.toString('utf8') : Buffer.concat(chunks).toString('utf8');
}

function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('the request was given up', { cause: reason });
}
