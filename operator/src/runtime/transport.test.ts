import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Client } from './client.ts';
import { Credentials } from './credentials.ts';
import { NotLeaderError } from './errors.ts';
import { defineResource, type KubeObject } from './resource.ts';
import type { TransportOptions } from './transport.ts';

const things = defineResource<KubeObject>({
  group: 'example.com',
  version: 'v1',
  plural: 'things',
  kind: 'Thing',
  namespaced: true,
});
const key = { namespace: 'shop', name: 'a' };
const thing: KubeObject = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { ...key, resourceVersion: '1' } };

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const status = (code: number, reason: string, headers: Record<string, string> = {}): Answer => {
  const body = JSON.stringify({ kind: 'Status', code, reason, message: `because ${reason}` });
  return (_, response) => response.writeHead(code, headers).end(body);
};
const ok: Answer = (_, response) => response.end(JSON.stringify(thing));

const close: (() => void)[] = [];
afterEach(() => {
  for (const step of close.splice(0)) step();
});

/** A client of a server that gives these answers in turn, the last one for ever. */
async function aClient(answers: readonly Answer[], options: TransportOptions = {}) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    answers[Math.min(requests.length, answers.length) - 1]?.(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  close.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'fake', server: `http://127.0.0.1:${port}/below/`, skipTLSVerify: true },
    { name: 'admin', token: 'secret' },
  );
  return { client: new Client(new Credentials(config), options), requests };
}

describe('the transport', () => {
  it('sends to the path that the server is configured with, with the token', async () => {
    let authorization: string | undefined;
    const { client, requests } = await aClient([
      (request, response) => {
        authorization = request.headers.authorization;
        ok(request, response);
      },
    ]);
    expect(await client.get(things, key)).toEqual(thing);
    expect(requests).toEqual(['GET /below/apis/example.com/v1/namespaces/shop/things/a']);
    expect(authorization).toBe('Bearer secret');
  });

  const again = [
    { what: '429, even of a create', answer: status(429, 'TooManyRequests', { 'retry-after': '0' }), call: 'create' },
    { what: '500 of a read', answer: status(500, 'InternalError'), call: 'get' },
    { what: '503 of an apply', answer: status(503, 'ServiceUnavailable', { 'retry-after': '0' }), call: 'apply' },
    { what: 'a lost connection of a read', answer: (request: IncomingMessage) => request.destroy(), call: 'get' },
  ] as const;
  it.each(again)('tries again after $what', async ({ answer, call }) => {
    const retried = vi.fn();
    const { client, requests } = await aClient([answer, ok], { metrics: { observe: () => {}, retried } });
    await calls[call](client);
    expect(requests).toHaveLength(2);
    expect(retried).toHaveBeenCalledOnce();
  });

  const notAgain = [
    { what: '500 of a create, which may have been done', answer: status(500, 'InternalError'), call: 'create' },
    { what: 'a lost connection of an update', answer: (request: IncomingMessage) => request.destroy(), call: 'update' },
    { what: '409', answer: status(409, 'Conflict'), call: 'apply' },
    { what: '422', answer: status(422, 'Invalid'), call: 'apply' },
    { what: '403', answer: status(403, 'Forbidden'), call: 'get' },
  ] as const;
  it.each(notAgain)('does not try again after $what', async ({ answer, call }) => {
    const { client, requests } = await aClient([answer, ok]);
    await expect(calls[call](client)).rejects.toMatchObject({ name: 'ApiError' });
    expect(requests).toHaveLength(1);
  });

  it('waits as long as the server says', async () => {
    const { client } = await aClient([status(429, 'TooManyRequests', { 'retry-after': '1' }), ok]);
    const startedAt = performance.now();
    await client.get(things, key);
    expect(performance.now() - startedAt).toBeGreaterThan(990);
  });

  it('gives up after five tries, with the last answer', async () => {
    const { client, requests } = await aClient([status(503, 'ServiceUnavailable', { 'retry-after': '0' })]);
    await expect(client.get(things, key)).rejects.toMatchObject({
      status: 503,
      reason: 'ServiceUnavailable',
      retry: 'after',
      retryAfterMs: 0,
      message: 'GET /apis/example.com/v1/namespaces/shop/things/a: 503 because ServiceUnavailable',
      body: { code: 503 },
    });
    expect(requests).toHaveLength(5);
  });

  it('asks for credentials anew after a 401, once', async () => {
    const { client, requests } = await aClient([status(401, 'Unauthorized')]);
    await expect(client.get(things, key)).rejects.toMatchObject({ status: 401 });
    expect(requests).toHaveLength(2);
  });

  it('takes the text of an answer that is not a Status', async () => {
    const { client } = await aClient([(_, response) => response.writeHead(418).end('<h1>teapot</h1>')]);
    await expect(client.get(things, key)).rejects.toMatchObject({
      reason: '',
      message: expect.stringContaining('teapot'),
    });
  });

  it('says so when the answer is not JSON or breaks off', async () => {
    const { client } = await aClient([(_, response) => response.end('{"kind":')]);
    await expect(client.get(things, key)).rejects.toMatchObject({
      status: 0,
      message: expect.stringContaining('JSON'),
    });
    const broken = await aClient([
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{');
        setImmediate(() => response.destroy());
      },
    ]);
    await expect(broken.client.create(things, thing)).rejects.toMatchObject({ status: 0 });
  });

  it('ends a call with its signal, also while it waits to try again', async () => {
    const cut = new AbortController();
    const silent = await aClient([() => cut.abort(new Error('enough'))]);
    const call = silent.client.with({ signal: cut.signal }).get(things, key);
    await expect(call).rejects.toThrow('enough');
    const busy = await aClient([status(429, 'TooManyRequests', { 'retry-after': '60' })]);
    await expect(busy.client.with({ signal: AbortSignal.timeout(50) }).get(things, key)).rejects.toThrow();
  });

  it('begins no write while it may not, but reads, and asks by dry runs, which write nothing', async () => {
    const { client, requests } = await aClient([ok, ok], { mayWrite: () => false });
    await expect(client.apply(things, thing, { fieldManager: 'test' })).rejects.toThrow(NotLeaderError);
    await expect(client.delete(things, key)).rejects.toThrow(NotLeaderError);
    expect(await client.get(things, key)).toEqual(thing);
    expect(await client.create(things, thing, { dryRun: true })).toEqual(thing);
    expect(requests).toHaveLength(2);
  });

  it('asks once more when the connection is there: what was allowed when decided may not be when sent', async () => {
    let asked = 0;
    const { client, requests } = await aClient([ok], { mayWrite: () => ++asked === 1 });
    await expect(client.create(things, thing)).rejects.toThrow(NotLeaderError);
    expect(asked).toBe(2);
    expect(requests).toEqual([]);
    // Nothing is wrong with the connection.
    expect(await client.get(things, key)).toEqual(thing);
  });

  it('counts requests by method and code, and those without an answer', async () => {
    const observed: string[] = [];
    const metrics = {
      observe: ({ method, code }: { method: string; code: string }) => void observed.push(`${method} ${code}`),
      retried: () => {},
    };
    const { client } = await aClient([status(404, 'NotFound'), (request) => request.destroy()], { metrics });
    expect(await client.get(things, key)).toBeUndefined();
    await expect(client.create(things, thing)).rejects.toMatchObject({ status: 0, retry: 'backoff' });
    expect(observed).toEqual(['GET 404', 'POST <error>']);
  });
});

const calls = {
  get: (client: Client) => client.get(things, key),
  create: (client: Client) => client.create(things, thing),
  update: (client: Client) => client.update(things, thing),
  apply: (client: Client) => client.apply(things, thing, { fieldManager: 'test' }),
};
