// Free loopback ports for servers of tests.
import { once } from 'node:events';
import { createServer } from 'node:net';

/** As many different free ports as asked for; all are held until all are known, so that none is given twice. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  return Promise.all(
    servers.map(async (server) => {
      const address = server.address();
      server.close();
      await once(server, 'close');
      if (address === null || typeof address === 'string') throw new Error('a listening TCP server has no port');
      return address.port;
    }),
  );
}
