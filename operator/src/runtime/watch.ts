// Reads a watch's body: one JSON object a line. A line that is cut or garbled ends the stream with an error, never
// with an event less.
import { ApiError } from './errors.ts';
import type { KubeObject } from './resource.ts';

export interface WatchEvent<T extends KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

const newline = 0x0a;
/** Well above what etcd stores of one object (1.5 MiB), so that a peer that never ends a line cannot fill the memory. */
const maxEventBytes = 16 * 2 ** 20;
const types: ReadonlySet<unknown> = new Set<WatchEvent<KubeObject>['type']>([
  'ADDED',
  'MODIFIED',
  'DELETED',
  'BOOKMARK',
]);

export async function* readWatchEvents<T extends KubeObject>(
  body: AsyncIterable<Buffer>,
): AsyncGenerator<WatchEvent<T>> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const chunk of body) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      rest.push(chunk.subarray(from, end));
      from = end + 1;
      const line = Buffer.concat(rest).toString('utf8');
      rest = [];
      restBytes = 0;
      if (line.trim() !== '') yield parseEvent<T>(line);
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
    restBytes += chunk.length - from;
    if (restBytes > maxEventBytes) {
      throw new ApiError({ status: 0, message: `the watch sent an event of more than ${maxEventBytes} bytes` });
    }
  }
  if (rest.length > 0) throw new ApiError({ status: 0, message: 'the watch broke off in the middle of an event' });
}

function parseEvent<T extends KubeObject>(line: string): WatchEvent<T> {
  let event: { type?: unknown; object?: unknown };
  try {
    event = JSON.parse(line);
  } catch (cause) {
    throw new ApiError({ status: 0, message: 'the watch sent something that is not JSON', cause });
  }
  if (event.type === 'ERROR') throw statusError(event.object);
  if (!isEvent<T>(event)) {
    throw new ApiError({ status: 0, message: `the watch sent what is not an event: ${line.slice(0, 100)}` });
  }
  return event;
}

/** Checked as far as the reflector relies on it; the object's own shape is the API server's promise. */
function isEvent<T extends KubeObject>(event: { type?: unknown; object?: unknown }): event is WatchEvent<T> {
  if (!types.has(event.type)) return false;
  const { metadata } = (event.object ?? {}) as { metadata?: { name?: unknown; resourceVersion?: unknown } };
  // Without a revision the change could not be told from one that is known, and would be let go unseen.
  const hasRevision = typeof metadata?.resourceVersion === 'string' && /^\d+$/.test(metadata.resourceVersion);
  return hasRevision && (event.type === 'BOOKMARK' || typeof metadata.name === 'string');
}

function statusError(status: unknown): ApiError {
  const {
    code = 0,
    reason = '',
    message = '',
  } = (status ?? {}) as { code?: number; reason?: string; message?: string };
  return new ApiError({ status: code, reason, message: `the watch ended: ${message}`, body: status });
}
