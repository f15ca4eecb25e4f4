// The manager's small HTTP server for probes and metrics.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves GET on the given paths, everything else is 404. Rejects when the port is taken. `port` 0: a free one. */
export async function startHttpServer(
  port: number,
  routes: Readonly<Record<string, () => HttpAnswer | Promise<HttpAnswer>>>,
): Promise<HttpServer> {
  const server = createServer(async (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const route = request.method === 'GET' && Object.hasOwn(routes, path) ? routes[path] : undefined;
    try {
      const { status, contentType, body } = (await route?.()) ?? text(404, `${path}: not found`);
      response.writeHead(status, { 'content-type': contentType }).end(body);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  server.listen(port);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function text(status: number, body: string): HttpAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${body}\n` };
}
