import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, type KafkaServer, startKafka } from '@sluice/cluster';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KafkaTls } from './admin.ts';
import { connectKafka } from './connect.ts';

let server: KafkaServer;
let directory: string;
let trusting: { readonly ca: string };
let client: Required<KafkaTls>;
let stranger: Required<KafkaTls>;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-tls-'));
  const authority = await createAuthority(directory);
  const [broker, ours, theirs] = await Promise.all([
    authority.issue('broker', '/CN=kafka', ['IP:127.0.0.1', 'DNS:localhost']),
    authority.issue('client', '/CN=sluice'),
    strangerIn(directory),
  ]);
  const read = ({ certificate, key }: typeof broker) => ({
    certificate: readFileSync(certificate, 'utf8'),
    key: readFileSync(key, 'utf8'),
  });
  trusting = { ca: readFileSync(authority.certificate, 'utf8') };
  client = { ...trusting, ...read(ours) };
  stranger = { ...trusting, ...read(theirs) };
  const { certificate, key } = read(broker);
  server = await startKafka({
    settings: {
      'listener.security.protocol.map': 'PLAINTEXT:SSL,CONTROLLER:PLAINTEXT',
      'ssl.client.auth': 'required',
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.certificate.chain': inOneLine(certificate),
      'ssl.keystore.key': inOneLine(key),
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.certificates': inOneLine(trusting.ca),
    },
  });
});
afterAll(async () => {
  await server?.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** A certificate that another authority of the same name issued. */
async function strangerIn(parent: string) {
  const authority = await createAuthority(mkdtempSync(join(parent, 'other-')));
  return authority.issue('client', '/CN=sluice');
}

/** As properties hold it. */
function inOneLine(pem: string): string {
  return pem.trim().replaceAll('\n', '\\n');
}

describe('a broker that asks for a certificate', () => {
  it('is worked with by who shows one of its authority', async () => {
    const admin = connectKafka({ bootstrapServers: server.bootstrapServers, tls: client });
    expect(await admin.describeCluster()).toMatchObject({ brokers: 1 });
    await admin.createTopics([{ topic: 'shop.orders', partitions: 2, replicas: 1, config: {} }]);
    expect((await admin.describeTopics()).get('shop.orders')).toMatchObject({ partitions: 2 });
    await admin.close();
  });

  it.each([
    { what: 'none', tls: () => trusting },
    { what: 'one of another authority', tls: () => stranger },
  ])('sends away who shows $what, and the error says what to check', async ({ tls }) => {
    const admin = connectKafka({ bootstrapServers: server.bootstrapServers, tls: tls() });
    await expect(admin.describeCluster()).rejects.toMatchObject({
      reason: 'BrokerUnreachable',
      message: expect.stringContaining('for a certificate (kafka.external.tls of the EventBus)'),
    });
    await admin.close();
  });

  it('is not trusted by who knows other authorities, and the error says whose word is missing', async () => {
    const admin = connectKafka({ bootstrapServers: server.bootstrapServers, tls: {} });
    await expect(admin.describeCluster()).rejects.toMatchObject({
      reason: 'BrokerUnreachable',
      message: expect.stringContaining('kafka.external.tls.caSecretRef'),
    });
    await admin.close();
  });
});
