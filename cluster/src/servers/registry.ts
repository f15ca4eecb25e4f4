// A real schema registry for tests: Apicurio with Confluent's API on a loopback port, its data in a file.
import { join } from 'node:path';
import { freePorts } from '../local/ports.ts';
import { java25, registryApplication } from './artifacts.ts';
import { type Server, startServer } from './server.ts';

export interface RegistryServer extends Server {
  /** Base URL of the Confluent-compatible API. */
  readonly url: string;
}

/** About 5 s once it was fetched. The global compatibility level is NONE, as Apicurio has it. */
export async function startRegistry(): Promise<RegistryServer> {
  const java = await java25();
  const application = await registryApplication();
  const [port = 0, managementPort = 0] = await freePorts(2);
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  const server = await startServer({
    name: 'registry',
    command: java,
    environment: {
      QUARKUS_HTTP_HOST: '127.0.0.1',
      QUARKUS_HTTP_PORT: String(port),
      QUARKUS_MANAGEMENT_HOST: '127.0.0.1',
      QUARKUS_MANAGEMENT_PORT: String(managementPort),
    },
    flags: (directory) => [
      ...['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
      // In a file, so that a registry that was killed knows its schemas when it comes back.
      `-Dapicurio.datasource.url=jdbc:h2:file:${join(directory, 'registry')};DB_CLOSE_ON_EXIT=FALSE`,
      ...['-jar', join(application, 'quarkus-run.jar')],
    ],
    isReady: async () => {
      try {
        return (await fetch(`${url}/subjects`, { signal: AbortSignal.timeout(2_000) })).ok;
      } catch {
        return false;
      }
    },
  });
  return { ...server, url };
}
