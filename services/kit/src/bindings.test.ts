import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { readKafkaBinding, readRegistryBinding } from './bindings.ts';

const roots: string[] = [];
afterEach(async () => {
  for (const root of roots.splice(0)) await rm(root, { recursive: true });
});

async function aRoot(bindings: Readonly<Record<string, Readonly<Record<string, string>>>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'bindings-'));
  roots.push(root);
  for (const [name, entries] of Object.entries(bindings)) {
    await mkdir(join(root, name));
    for (const [entry, text] of Object.entries(entries)) await writeFile(join(root, name, entry), text);
  }
  return root;
}

const kafka = {
  type: 'kafka',
  provider: 'sluice',
  'bootstrap-servers': 'a:9092, b:9092',
  'security-protocol': 'PLAINTEXT',
};

test('finds a binding by its type, whatever its directory is called', async () => {
  const root = await aRoot({ one: { type: 'schema-registry', uri: 'http://r/v7/\n' }, two: kafka, '..data': kafka });
  expect(await readKafkaBinding(root)).toEqual({ bootstrapServers: ['a:9092', 'b:9092'] });
  expect(await readRegistryBinding(root)).toEqual({ uri: 'http://r/v7' });
});

test('takes the login and the authorities along that the brokers ask for', async () => {
  const login = { 'sasl-mechanism': 'SCRAM-SHA-512', username: 'shop.order.a', password: 'secret' };
  const secured = { ...kafka, ...login, 'security-protocol': 'SASL_SSL', 'ca.crt': 'PEM' };
  expect(await readKafkaBinding(await aRoot({ kafka: secured }))).toEqual({
    bootstrapServers: ['a:9092', 'b:9092'],
    sasl: { mechanism: 'SCRAM-SHA-512', username: 'shop.order.a', password: 'secret' },
    tls: { ca: 'PEM' },
  });
});

test.each([
  { name: 'no directory of that type', bindings: { one: { type: 'redis' } }, says: '0 bindings of type kafka' },
  { name: 'two of them', bindings: { one: kafka, two: kafka }, says: '2 bindings of type kafka' },
  {
    name: 'a missing entry',
    bindings: { one: { type: 'kafka', 'security-protocol': 'PLAINTEXT' } },
    says: 'bootstrap-servers',
  },
  {
    name: 'a protocol it does not speak',
    bindings: { one: { ...kafka, 'security-protocol': 'GSSAPI' } },
    says: 'known here are PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL',
  },
  {
    name: 'a mechanism it does not speak',
    bindings: { one: { ...kafka, 'security-protocol': 'SASL_SSL', 'sasl-mechanism': 'GSSAPI' } },
    says: 'sasl-mechanism is GSSAPI',
  },
])('says what is wrong with the bindings: $name', async ({ bindings, says }) => {
  await expect(readKafkaBinding(await aRoot(bindings))).rejects.toThrow(says);
});

test('says when there is nothing mounted', async () => {
  await expect(readKafkaBinding('/nowhere')).rejects.toMatchObject({ code: 'BindingInvalid' });
});
