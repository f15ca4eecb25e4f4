import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client } from './client.ts';
import { Credentials } from './credentials.ts';
import { allConfigMaps } from './testing/cluster.ts';

const key = { namespace: 'default', name: 'a' };
const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: key };

let directory: string;
const at = (name: string) => join(directory, name);
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-credentials-'));
  for (const name of ['old', 'new']) {
    const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
    const keyFlags = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-keyout',
      at(`${name}.key`),
    ];
    execFileSync('openssl', ['req', '-x509', ...keyFlags, ...subject, '-out', at(`${name}.crt`)], { stdio: 'ignore' });
  }
  copyFileSync(at('old.crt'), at('ca.crt'));
  writeFileSync(at('token'), 'first\n');
});
afterEach(() => rmSync(directory, { recursive: true }));

/** An API server with one of the certificates, and what it was sent as authorization. */
async function aServer(certificate: 'old' | 'new', port = 0, accepts: (token: string) => boolean = () => true) {
  const tokens: string[] = [];
  const tls = { cert: readFileSync(at(`${certificate}.crt`)), key: readFileSync(at(`${certificate}.key`)) };
  const server = createServer(tls, ({ headers }: IncomingMessage, response) => {
    const token = headers.authorization ?? '';
    tokens.push(token);
    response.writeHead(accepts(token) ? 200 : 401).end(JSON.stringify(configMap));
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    tokens,
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** As a pod's service account has them: files that change. */
function credentialsFor(port: number, refreshMs: number): Credentials {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'in', server: `https://127.0.0.1:${port}`, caFile: at('ca.crt'), skipTLSVerify: false },
    { name: 'in', authProvider: { name: 'tokenFile', config: { tokenFile: at('token') } } },
  );
  return new Credentials(config, { refreshMs });
}

describe('credentials in files', () => {
  it('are read again when their time is up: a rotated token, a new certificate authority', async () => {
    const before = await aServer('old');
    const client = new Client(credentialsFor(before.port, 0));
    expect(await client.get(allConfigMaps, key)).toEqual(configMap);
    writeFileSync(at('token'), 'second\n');
    await client.get(allConfigMaps, key);
    expect(before.tokens).toEqual(['Bearer first', 'Bearer second']);
    await before.stop();

    const after = await aServer('new', before.port);
    await expect(client.create(allConfigMaps, configMap)).rejects.toMatchObject({ status: 0 });
    copyFileSync(at('new.crt'), at('ca.crt'));
    expect(await client.get(allConfigMaps, key)).toEqual(configMap);
    await after.stop();
  });

  it('are kept as long as they are good, and read again at once after a 401', async () => {
    let accepted = 'Bearer first';
    const server = await aServer('old', 0, (token) => token === accepted);
    const client = new Client(credentialsFor(server.port, 60_000));
    await client.get(allConfigMaps, key);
    writeFileSync(at('token'), 'second');
    await client.get(allConfigMaps, key);
    accepted = 'Bearer second';
    await client.get(allConfigMaps, key);
    expect(server.tokens).toEqual(['Bearer first', 'Bearer first', 'Bearer first', 'Bearer second']);
    await server.stop();
  });

  it('are a user and a password where the kubeconfig has them', async () => {
    const server = await aServer('old');
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      { name: 'c', server: `https://127.0.0.1:${server.port}`, caFile: at('ca.crt'), skipTLSVerify: false },
      { name: 'u', username: 'admin', password: 'secret' },
    );
    await new Client(new Credentials(config)).get(allConfigMaps, key);
    expect(server.tokens).toEqual([`Basic ${btoa('admin:secret')}`]);
    await server.stop();
  });
});
