// Certificates of a control plane: one CA, the API server's certificate, the admin's client certificate.
// Made by openssl: Node has no X.509 issuing of its own.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const keyOptions = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const validDays = '3650';

export interface Pki {
  readonly ca: string;
  readonly serverCertificate: string;
  readonly serverKey: string;
  readonly adminCertificate: string;
  readonly adminKey: string;
  /** Signs service-account tokens. */
  readonly serviceAccountKey: string;
}

/** Writes the files into the directory and returns their paths. */
export async function createPki(directory: string, serverNames: readonly string[]): Promise<Pki> {
  const at = (name: string) => join(directory, name);
  await run('openssl', [
    ...['req', '-x509', ...keyOptions, '-days', validDays, '-subj', '/CN=sluice-local-ca'],
    ...['-keyout', at('ca.key'), '-out', at('ca.crt')],
  ]);
  const issue = async (name: string, subject: string, extensions: string) => {
    writeFileSync(at(`${name}.ext`), extensions);
    await run('openssl', [
      'req',
      ...keyOptions,
      '-subj',
      subject,
      '-keyout',
      at(`${name}.key`),
      '-out',
      at(`${name}.csr`),
    ]);
    await run('openssl', [
      ...['x509', '-req', '-in', at(`${name}.csr`), '-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial'],
      ...['-days', validDays, '-extfile', at(`${name}.ext`), '-out', at(`${name}.crt`)],
    ]);
  };
  await issue('server', '/CN=kube-apiserver', `extendedKeyUsage=serverAuth\nsubjectAltName=${serverNames.join(',')}\n`);
  await issue('admin', '/O=system:masters/CN=admin', 'extendedKeyUsage=clientAuth\n');
  await run('openssl', ['genrsa', '-out', at('service-account.key'), '2048']);
  return {
    ca: at('ca.crt'),
    serverCertificate: at('server.crt'),
    serverKey: at('server.key'),
    adminCertificate: at('admin.crt'),
    adminKey: at('admin.key'),
    serviceAccountKey: at('service-account.key'),
  };
}
