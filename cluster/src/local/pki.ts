// A certificate authority and what it issues. Made by openssl: Node has no X.509 issuing of its own.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePackages } from '../debian-packages.ts';

const run = promisify(execFile);
const keyOptions = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const validDays = '3650';

/** Paths of a certificate and its key. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface Authority extends KeyPair {
  /** Issues a certificate; the files are called after `name`. With `serverNames` it is a server's as well as a client's. */
  issue(name: string, subject: string, serverNames?: readonly string[]): Promise<KeyPair>;
  /** An RSA key that signs service-account tokens; returns its path. */
  createServiceAccountKey(): Promise<string>;
}

export interface Pki {
  readonly ca: string;
  readonly server: KeyPair;
  readonly admin: KeyPair;
  /** Signs service-account tokens. */
  readonly serviceAccountKey: string;
}

/** Makes a new CA whose files, and those that it issues, are in the directory. */
export async function createAuthority(directory: string): Promise<Authority> {
  const at = (name: string) => join(directory, name);
  const ca = keyPairAt(directory, 'ca');
  await ensurePackages({ openssl: 'openssl' });
  await run('openssl', [
    ...['req', '-x509', ...keyOptions, '-days', validDays, '-subj', '/CN=sluice-local-ca'],
    ...['-keyout', ca.key, '-out', ca.certificate],
  ]);
  return {
    ...ca,
    issue: async (name, subject, serverNames = []) => {
      const pair = keyPairAt(directory, name);
      const request = at(`${name}.csr`);
      writeFileSync(at(`${name}.ext`), extensions(serverNames));
      await run('openssl', ['req', ...keyOptions, '-subj', subject, '-keyout', pair.key, '-out', request]);
      await run('openssl', [
        ...['x509', '-req', '-in', request, '-CA', ca.certificate, '-CAkey', ca.key],
        // Random rather than counted: several certificates may be issued at once.
        ...['-set_serial', `0x${crypto.randomUUID().replaceAll('-', '')}`],
        ...['-days', validDays, '-extfile', at(`${name}.ext`), '-out', pair.certificate],
      ]);
      return pair;
    },
    createServiceAccountKey: async () => {
      const path = serviceAccountKeyAt(directory);
      await run('openssl', ['genrsa', '-out', path, '2048']);
      return path;
    },
  };
}

/** Where `issue` puts what it issues under a name; the CA's own is `ca`. */
export function keyPairAt(directory: string, name: string): KeyPair {
  return { certificate: join(directory, `${name}.crt`), key: join(directory, `${name}.key`) };
}

export function serviceAccountKeyAt(directory: string): string {
  return join(directory, 'service-account.key');
}

/** What an API server and its admin need. */
export async function createPki(directory: string, serverNames: readonly string[]): Promise<Pki> {
  const authority = await createAuthority(directory);
  const [server, admin, serviceAccountKey] = await Promise.all([
    authority.issue('server', '/CN=kube-apiserver', serverNames),
    authority.issue('admin', '/O=system:masters/CN=admin'),
    authority.createServiceAccountKey(),
  ]);
  return { ca: authority.certificate, server, admin, serviceAccountKey };
}

function extensions(serverNames: readonly string[]): string {
  return serverNames.length === 0
    ? 'extendedKeyUsage=clientAuth\n'
    : `extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=${serverNames.join(',')}\n`;
}
