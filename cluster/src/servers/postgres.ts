// A real PostgreSQL for tests: Debian's, on a loopback port, its data in a folder of its own.
import { execFile } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePackages } from '../debian-packages.ts';
import { freePorts } from '../local/ports.ts';
import { type Server, startServer } from './server.ts';

export interface PostgresServer extends Server {
  /** Names the one database, and its user, who needs no password. */
  readonly url: string;
}

const run = promisify(execFile);
const binaries = '/usr/lib/postgresql/15/bin';
/** It refuses to run as root; the package makes this user. */
const user = 'postgres';
const asUser = [`--reuid=${user}`, `--regid=${user}`, '--clear-groups'];

/** About 2 s once the package is there. */
export async function startPostgres(): Promise<PostgresServer> {
  await ensurePostgres();
  const [port = 0] = await freePorts(1);
  const data = (directory: string) => join(directory, 'data');
  const server = await startServer({
    name: 'postgres',
    command: 'setpriv',
    flags: (directory) => [
      ...asUser,
      // Again, because a process that changes its user loses what was set before.
      ...['--pdeathsig', 'KILL', join(binaries, 'postgres')],
      ...['-D', data(directory), '-p', String(port), '-h', '127.0.0.1', '-k', ''],
      // What a process that was killed has written, the kernel has still.
      ...['-c', 'fsync=off', '-c', 'max_connections=60'],
    ],
    prepare: async (directory) => {
      chmodSync(directory, 0o711);
      await run('install', ['-d', '-m', '0700', '-o', user, '-g', user, data(directory)]);
      const flags = ['-D', data(directory), '--auth=trust', `--username=${user}`, '--encoding=UTF8', '--no-sync'];
      await run('setpriv', [...asUser, join(binaries, 'initdb'), ...flags], { cwd: '/' });
    },
    isReady: () =>
      run(join(binaries, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)]).then(
        () => true,
        () => false,
      ),
  });
  return { ...server, url: `postgres://${user}@127.0.0.1:${port}/postgres` };
}

/** Has Debian's PostgreSQL on this machine. */
export function ensurePostgres(): Promise<void> {
  return ensurePackages({ 'postgresql-15': join(binaries, 'postgres') });
}
