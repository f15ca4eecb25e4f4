import { once } from 'node:events';
import { createServer, type ListenOptions, type Server } from 'node:net';

/** A server that listens there; undefined where another does already. Rejects for any other reason. */
export async function listening(address: ListenOptions): Promise<Server | undefined> {
  const server = createServer();
  try {
    server.listen(address);
    await once(server, 'listening');
    return server;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined;
    throw error;
  }
}
