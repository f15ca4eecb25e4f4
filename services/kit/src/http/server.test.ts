import { Agent, get } from 'node:http';
import { expect, test } from 'vitest';
import { KitError } from '../errors.ts';
import { aServer } from '../testing/server.ts';
import { RequestRefused } from './errors.ts';
import { closeServer } from './server.ts';

test('is alive though it is not ready, and says what it waits for', async () => {
  const { http, readiness } = aServer();
  let joined = false;
  readiness.add('group', () => (joined ? undefined : 'not joined'));
  expect((await http.inject('/healthz')).statusCode).toBe(200);
  const answer = await http.inject('/readyz');
  expect(answer.statusCode).toBe(503);
  expect(answer.json()).toEqual({ status: 'not ready', problems: { group: 'not joined' } });
  joined = true;
  expect((await http.inject('/readyz')).statusCode).toBe(200);
  readiness.stop();
  expect((await http.inject('/readyz')).statusCode).toBe(503);
});

test('counts requests by route, not by path', async () => {
  const { http } = aServer();
  http.get('/things/:id', async () => ({}));
  await http.inject('/things/1');
  await http.inject('/things/2');
  const metrics = (await http.inject('/metrics')).body;
  expect(metrics).toMatch(/http_request_duration_seconds_count{.*route="\/things\/:id",code="200"} 2/);
});

test.each([
  { error: new KitError('PublishFailed', 'away'), status: 503, body: { error: 'Unavailable' } },
  {
    error: new RequestRefused([{ field: 'a', message: 'no' }]),
    status: 400,
    body: { fields: [{ field: 'a', message: 'no' }] },
  },
  { error: new Error('secret'), status: 500, body: { error: 'Internal' } },
])('answers $status to $error.name', async ({ error, status, body }) => {
  const { http } = aServer();
  http.get('/', async () => Promise.reject(error));
  const answer = await http.inject('/');
  expect(answer.statusCode).toBe(status);
  expect(answer.json()).toMatchObject(body);
  expect(answer.headers['retry-after']).toBe(status === 503 ? '2' : undefined);
  expect(answer.body).not.toContain('secret');
});

test('answers 400 to a body that is not JSON', async () => {
  const { http } = aServer();
  http.post('/', async () => ({}));
  const answer = await http.inject({
    method: 'POST',
    url: '/',
    body: '{',
    headers: { 'content-type': 'application/json' },
  });
  expect(answer.statusCode).toBe(400);
});

/** Sends one request after the other over one connection; settles when a fresh one is refused, and tells what failed before. */
async function sendUntilRefused(
  url: string,
): Promise<{ readonly answered: number; readonly failed: readonly string[] }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const failed: string[] = [];
  for (let answered = 0; ; answered += 1) {
    const outcome = await new Promise<'Answered' | 'Refused' | Error>((resolve) => {
      const request = get(url, { agent }, (response) =>
        response
          .resume()
          .on('end', () => resolve(response.statusCode === 200 ? 'Answered' : new Error(`${response.statusCode}`))),
      );
      request.on('error', (error) => resolve(request.reusedSocket ? error : 'Refused'));
    });
    if (outcome === 'Refused') return { answered, failed };
    if (outcome instanceof Error) failed.push(outcome.message);
  }
}

test('answers everything that comes over connections which clients keep, until it has let go of them', async () => {
  const { http, readiness } = aServer();
  const url = `${await http.listen({ host: '127.0.0.1', port: 0 })}/healthz`;
  const clients = [1, 2, 3, 4, 5, 6].map(() => sendUntilRefused(url));
  await expect
    .poll(async () => (await http.inject('/metrics')).body, { interval: 5, timeout: 20_000 })
    .toMatch(/healthz",code="200"} \d\d/);
  readiness.stop();
  await closeServer(http);
  for (const { answered, failed } of await Promise.all(clients)) {
    expect(failed).toEqual([]);
    expect(answered).toBeGreaterThan(0);
  }
}, 30_000);
