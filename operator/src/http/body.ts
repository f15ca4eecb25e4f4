// A request's body, read up to a limit.
import type { IncomingMessage } from 'node:http';
import { Refused } from './answer.ts';

/** Twice what etcd would take of one object is no manifest. */
export const maxBodyBytes = 2 ** 20;

/** Rejects with a Refused once the body is longer than allowed; no more of it is then read. */
export async function readBody(request: IncomingMessage): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunksOf(request)) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Ends with the consumer and leaves the connection open: the refusal is still to be written to it. */
function chunksOf(request: IncomingMessage): AsyncIterable<Buffer> {
  return request.iterator({ destroyOnReturn: false });
}

function tooLarge(): Refused {
  return new Refused(413, `The body is larger than ${maxBodyBytes / 2 ** 20} MiB: send one manifest at a time.`);
}
