import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Refused } from './answer.ts';
import { maxBodyBytes } from './body.ts';
import { createApiMetrics } from './metrics.ts';
import { type Limits, type Route, startServer } from './server.ts';

async function aServer(handle: Route['handle'], limits: Partial<Limits> = {}) {
  const lines: string[] = [];
  const registry = new Registry();
  const server = await startServer({
    port: 0,
    routes: [{ method: 'POST', path: '/things/:name', handle }],
    logger: pino({}, { write: (line: string) => void lines.push(line) }),
    metrics: createApiMetrics(registry),
    limits: { stopMs: 200, ...limits },
  });
  onTestFinished(server.stop);
  const url = `http://127.0.0.1:${server.port}`;
  return { ...server, url, lines, registry };
}

const post = (body: string) => ({ method: 'POST', body });
const echo: Route['handle'] = async ({ parameters, body }) => ({
  status: 200,
  body: { ...parameters, body: await body() },
  text: 'as text\n',
});
const never = () => new Promise<never>(() => {});

describe('the server', () => {
  it('answers JSON, or text to who asks for text', async () => {
    const { url } = await aServer(echo);
    const json = await fetch(`${url}/things/a%20b?x=1`, post('hello'));
    expect(await json.json()).toEqual({ name: 'a b', body: 'hello' });
    expect(json.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const asText = await fetch(`${url}/things/a`, { ...post(''), headers: { accept: 'text/plain' } });
    expect(await asText.text()).toBe('as text\n');
  });

  it('answers 404 and 405 with what would do, and counts paths that are none as one', async () => {
    const { url, registry } = await aServer(echo);
    expect((await fetch(`${url}/things`, post(''))).status).toBe(404);
    expect((await fetch(`${url}/things/%E0%A4%A`, post(''))).status).toBe(404);
    const wrong = await fetch(`${url}/things/a`);
    expect(wrong.status).toBe(405);
    expect(await wrong.json()).toEqual({ error: { status: 405, message: 'This path is asked by POST.' } });
    const metrics = await registry.metrics();
    expect(metrics).toContain('sluice_api_requests_total{route="none",code="404"} 2');
  });

  it('refuses a body over the limit, told or not told beforehand', async () => {
    const { url } = await aServer(echo);
    const told = await fetch(`${url}/things/a`, post('x'.repeat(maxBodyBytes + 1)));
    expect(told.status).toBe(413);
    const chunks = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(64 * 1024));
        sent += 64 * 1024;
        if (sent > maxBodyBytes) controller.close();
      },
    });
    let sent = 0;
    const streamed = await fetch(`${url}/things/a`, { method: 'POST', body: chunks, duplex: 'half' });
    expect(streamed.status).toBe(413);
    expect(await streamed.text()).toContain('larger than 1 MiB');
    const exact = await fetch(`${url}/things/a`, post('x'.repeat(maxBodyBytes)));
    expect(exact.status).toBe(200);
  });

  it('gives up a body that does not come to its end', async () => {
    const { port } = await aServer(echo, { requestMs: 300 });
    const socket = connect(port, '127.0.0.1');
    socket.write('POST /things/a HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('answers 504 when there is no answer in time, and lets the route know', async () => {
    const aborted = Promise.withResolvers<void>();
    const { url } = await aServer(
      ({ signal }) => {
        signal.addEventListener('abort', () => aborted.resolve());
        return never();
      },
      { answerMs: 50 },
    );
    expect((await fetch(`${url}/things/a`, post(''))).status).toBe(504);
    await aborted.promise;
  });

  it('tells who comes beyond the requests that it has in work to come again', async () => {
    const first = Promise.withResolvers<void>();
    const free = Promise.withResolvers<void>();
    const { url } = await aServer(
      async () => {
        first.resolve();
        await free.promise;
        return { status: 200, body: {} };
      },
      { inWork: 1 },
    );
    const working = fetch(`${url}/things/a`, post(''));
    await first.promise;
    const refused = await fetch(`${url}/things/a`, post(''));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    free.resolve();
    expect((await working).status).toBe(200);
    expect((await fetch(`${url}/things/a`, post(''))).status).toBe(200);
  });

  it('says nothing of an error that was not made for the caller, and no header in its log', async () => {
    const { url, lines } = await aServer(async () => {
      throw new Error('password hunter2');
    });
    const answer = await fetch(`${url}/things/a`, { ...post('body'), headers: { 'x-sluice-token': 'told-nowhere' } });
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('hunter2');
    expect(lines.join('')).toContain('a request failed');
    expect(lines.join('')).not.toContain('told-nowhere');
  });

  it('finishes what is in work at a stop, and takes nothing new', async () => {
    const begun = Promise.withResolvers<void>();
    const free = Promise.withResolvers<void>();
    const { url, stop } = await aServer(
      async () => {
        begun.resolve();
        await free.promise;
        return { status: 200, body: {} };
      },
      { stopMs: 10_000 },
    );
    const working = fetch(`${url}/things/a`, post(''));
    await begun.promise;
    const stopped = stop();
    await expect(fetch(`${url}/things/a`, post(''))).rejects.toThrow();
    free.resolve();
    expect((await working).status).toBe(200);
    await stopped;
  });

  it('cuts what is in work when its time at a stop is up', async () => {
    const begun = Promise.withResolvers<void>();
    const { url, stop } = await aServer(
      () => {
        begun.resolve();
        return never();
      },
      { stopMs: 50 },
    );
    const working = fetch(`${url}/things/a`, post('')).catch(() => 'cut');
    await begun.promise;
    await stop();
    await working;
  });

  it('lets the route know when the caller has gone', async () => {
    const gone = Promise.withResolvers<unknown>();
    const begun = Promise.withResolvers<void>();
    const { port } = await aServer(({ signal }) => {
      signal.addEventListener('abort', () => gone.resolve(signal.reason));
      begun.resolve();
      return never();
    });
    const request = httpRequest({ port, host: '127.0.0.1', path: '/things/a', method: 'POST' });
    request.on('error', () => {});
    request.end();
    await begun.promise;
    request.destroy();
    expect(await gone.promise).toBeInstanceOf(Refused);
  });
});
