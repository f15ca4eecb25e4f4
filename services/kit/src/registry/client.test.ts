import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { avroType } from '../avro/schema.ts';
import { createRegistryClient } from './client.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** Answers by path; null is a 404 with a body such as the registry's. */
async function aRegistry(answers: Readonly<Record<string, unknown>>) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const answer = answers[request.url ?? ''];
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/vnd.schemaregistry.v1+json' });
    response.end(JSON.stringify(answer ?? { error_code: 40401, message: 'not found' }));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { asked, client: createRegistryClient(`http://127.0.0.1:${port}`) };
}

const schema = (doc: string) =>
  JSON.stringify({ type: 'record', name: 'A', doc, fields: [{ name: 'a', type: 'int' }] });

test('finds the id of the newest version that means the same, and writes nothing', async () => {
  const { asked, client } = await aRegistry({
    '/subjects/a%2Fb-value/versions': [1, 3, 2],
    '/subjects/a%2Fb-value/versions/1': { id: 10, schema: schema('one') },
    '/subjects/a%2Fb-value/versions/2': { id: 20, schema: schema('two') },
    '/subjects/a%2Fb-value/versions/3': { id: 30, schema: '"string"' },
  });
  expect(await client.findId('a/b-value', avroType(schema('three')))).toBe(20);
  expect(asked.filter((line) => !line.startsWith('GET '))).toEqual([]);
});

test('tells a subject that is missing from a registry that is away', async () => {
  const { client } = await aRegistry({});
  await expect(client.findId('a-value', avroType(schema('one')))).rejects.toMatchObject({
    code: 'SchemaNotRegistered',
  });
  await expect(client.schemaOf(7)).rejects.toMatchObject({ code: 'SchemaUnknown' });
  for (const server of servers) server.close().closeAllConnections();
  await expect(client.findId('a-value', avroType(schema('one')))).rejects.toMatchObject({
    code: 'RegistryUnavailable',
  });
  await expect(client.schemaOf(7)).rejects.toMatchObject({ code: 'RegistryUnavailable' });
});

test('takes an answer that is not what the API promises for a registry that is away', async () => {
  const { client } = await aRegistry({ '/schemas/ids/7': { text: 'x' } });
  await expect(client.schemaOf(7)).rejects.toMatchObject({ code: 'RegistryUnavailable', retry: 'backoff' });
});
