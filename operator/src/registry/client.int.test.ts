import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { type RegistryServer, startRegistry } from '@sluice/cluster';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SluiceError } from '../errors.ts';
import type { RegistryClient } from './client.ts';
import { connectRegistry } from './confluent.ts';
import { observeSubject } from './observe-subject.ts';
import { avroText } from './schema.ts';

const record = (...fields: object[]) =>
  avroText(JSON.stringify({ type: 'record', name: 'Order', namespace: 'shop', fields }));
const id = { name: 'id', type: 'string' };
const total = { name: 'total', type: 'long' };
const note = { name: 'note', type: ['null', 'string'], default: null };

interface Answer {
  readonly status: number;
  readonly body: string;
  /** The connection stays open, and nothing more comes. */
  readonly isCut?: boolean;
}

async function failureOf(call: Promise<unknown>): Promise<SluiceError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SluiceError)) throw new Error(`expected a SluiceError, got ${error}`);
  return error;
}

describe('a real registry', () => {
  let server: RegistryServer;
  let registry: RegistryClient;

  beforeAll(async () => {
    server = await startRegistry();
    registry = connectRegistry({ url: server.url });
  });
  afterAll(async () => {
    await registry?.close();
    await server?.stop();
  });

  it('knows nothing of a subject that was never registered', async () => {
    expect(await registry.subjects()).toEqual(new Set());
    expect(await registry.latest('nobody-value')).toBeUndefined();
    expect(await registry.lookup('nobody-value', record(id))).toBeUndefined();
    expect(await registry.compatibilityOf('nobody-value')).toBeUndefined();
    expect(await registry.check('nobody-value', record(id))).toMatchObject({ isCompatible: true });
  });

  it('registers a schema once, whoever asks again', async () => {
    const first = await registry.registerSchema('once-value', record(id));
    expect(await registry.registerSchema('once-value', record(id))).toBe(first);
    expect(await registry.latest('once-value')).toMatchObject({ subject: 'once-value', id: first, version: 1 });
    expect(await registry.subjects()).toContain('once-value');
  });

  it('finds the version that a schema is, and none for another one', async () => {
    await registry.registerSchema('lookup-value', record(id));
    await registry.registerSchema('lookup-value', record(id, note));
    expect(await registry.lookup('lookup-value', record(id))).toMatchObject({ version: 1 });
    expect(await registry.lookup('lookup-value', record(id, note))).toMatchObject({ version: 2 });
    expect(await registry.lookup('lookup-value', record(id, total))).toBeUndefined();
  });

  it('judges a schema by the level of its subject, registering nothing', async () => {
    await registry.registerSchema('check-value', record(id));
    await registry.setCompatibility('check-value', 'FULL_TRANSITIVE');
    expect(await registry.compatibilityOf('check-value')).toBe('FULL_TRANSITIVE');
    expect(await registry.check('check-value', record(id, total))).toMatchObject({ isCompatible: false });
    expect(await registry.check('check-value', record(id, note))).toMatchObject({ isCompatible: true });
    expect(await registry.latest('check-value')).toMatchObject({ version: 1 });
  });

  it('judges against every version that a transitive level demands', async () => {
    await registry.registerSchema('transitive-value', record(id, { ...note, name: 'a' }));
    await registry.registerSchema('transitive-value', record(id));
    await registry.setCompatibility('transitive-value', 'BACKWARD_TRANSITIVE');
    // Readable beside version 2, not beside version 1, where `a` was a text.
    const retyped = record(id, { name: 'a', type: 'long', default: 0 });
    expect(await registry.check('transitive-value', retyped)).toMatchObject({ isCompatible: false });
  });

  it('refuses to register what is incompatible', async () => {
    await registry.registerSchema('refuse-value', record(id));
    await registry.setCompatibility('refuse-value', 'FULL');
    const failure = await failureOf(registry.registerSchema('refuse-value', record(id, total)));
    expect(failure).toMatchObject({ reason: 'SchemaIncompatible', retry: 'terminal' });
  });

  it('refuses what is no schema', async () => {
    const failure = await failureOf(registry.registerSchema('invalid-value', avroText('{"type": "recrod"}')));
    expect(failure).toMatchObject({ reason: 'SchemaInvalid', retry: 'terminal' });
  });

  it('tells its global level', async () => {
    expect(await registry.globalCompatibility()).toBe('NONE');
  });

  describe('of other languages', () => {
    const proto = 'syntax = "proto3";\npackage shop;\nmessage Order { string id = 1; }\n';
    const object = (type: string) => JSON.stringify({ type: 'object', properties: { id: { type } }, required: ['id'] });
    const cases = [
      { format: 'Protobuf', text: proto, same: `// Orders.\n${proto}`, broken: proto.replace('string id', 'int64 id') },
      { format: 'JsonSchema', text: object('string'), same: ` ${object('string')}`, broken: object('integer') },
    ] as const;
    it.each(cases)('takes and judges $format', async ({ format, text, same, broken }) => {
      const subject = `${format}-value`;
      const as = (schema: string) => ({ format, text: schema, references: [] });
      const registered = await registry.registerSchema(subject, as(text));
      await registry.setCompatibility(subject, 'BACKWARD');
      expect(await registry.latest(subject)).toMatchObject({ id: registered, format, schema: text });
      expect(await registry.schemaById(registered)).toMatchObject({ format, schema: text });
      expect(await registry.lookup(subject, as(same))).toMatchObject({ id: registered, version: 1 });
      expect(await registry.check(subject, as(broken))).toMatchObject({ isCompatible: false });
    });

    it('refuses what is no Protobuf, where it has what to compare it with', async () => {
      const schema = { format: 'Protobuf', text: 'message {', references: [] } as const;
      await registry.registerSchema('broken-value', { ...schema, text: proto });
      await registry.setCompatibility('broken-value', 'FULL');
      const failure = await failureOf(registry.check('broken-value', schema));
      expect(failure).toMatchObject({ reason: 'SchemaInvalid', retry: 'terminal' });
    });
  });

  it('holds references, and tells who references a version', async () => {
    const money = JSON.stringify({ type: 'record', name: 'Money', namespace: 'shop', fields: [total] });
    await registry.registerSchema('money-value', avroText(money));
    const reference = { name: 'shop.Money', subject: 'money-value', version: 1 };
    const priced = { ...record({ name: 'price', type: 'Money' }), references: [reference] };
    const registered = await registry.registerSchema('priced-value', priced);
    expect(await registry.version('priced-value', 1)).toMatchObject({ id: registered, references: [reference] });
    expect(await registry.lookup('priced-value', priced)).toMatchObject({ version: 1 });
    expect(await registry.lookup('priced-value', { ...priced, references: [{ ...reference, version: 2 }] })).toBe(
      undefined,
    );
    expect(await registry.referencedBy('money-value', 1)).toEqual([registered]);
    expect(await registry.referencedBy('priced-value', 1)).toEqual([]);
    // What is checked again with the next version of a schema: the first is read with what it references.
    const question = { subject: 'priced-value', isThere: true, level: 'FULL', isApproved: false } as const;
    const grown = { ...record({ name: 'price', type: 'Money' }, total), references: [reference] };
    expect(await observeSubject({ ...question, schema: grown }, registry)).toMatchObject({
      findings: [{ at: { path: 'Order.total', rule: 'MissingDefault' } }],
    });
    await failureOf(registry.deleteSubject('money-value'));
    expect(await registry.latest('money-value')).toMatchObject({ version: 1 });
  });

  it('deletes a subject softly: its schema can still be read by its id, and comes back under it', async () => {
    const registered = await registry.registerSchema('softly-value', record(note));
    await registry.deleteSubject('softly-value');
    expect(await registry.versions('softly-value')).toEqual([]);
    expect(await registry.schemaById(registered)).toMatchObject({ schema: record(note).text });
    expect(await registry.registerSchema('softly-value', record(note))).toBe(registered);
    expect(await registry.latest('softly-value')).toMatchObject({ version: 2 });
  });

  it('deletes a subject', async () => {
    await registry.registerSchema('delete-value', record(id));
    await registry.deleteSubject('delete-value');
    expect(await registry.latest('delete-value')).toBeUndefined();
    expect(await registry.subjects()).not.toContain('delete-value');
  });
});

describe('a registry that misbehaves', () => {
  let server: Server | undefined;
  const seen: { method: string | undefined; url: string | undefined; headers: IncomingHttpHeaders }[] = [];

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    seen.length = 0;
  });

  /** `answer` undefined: it never answers. */
  async function misbehaving(...answers: readonly (Answer | undefined)[]): Promise<string> {
    server = createServer((request, response) => {
      const answer = answers[Math.min(seen.length, answers.length - 1)];
      seen.push({ method: request.method, url: request.url, headers: request.headers });
      if (!answer) return;
      response.writeHead(answer.status).write(answer.body);
      if (!answer.isCut) response.end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server?.once('listening', resolve));
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/api`;
  }

  const cases = [
    { what: 'nobody listens', answers: 'nobody', reason: 'RegistryUnreachable', says: /does not answer/ },
    { what: 'it never answers', answers: [undefined], reason: 'RegistryUnreachable', says: /does not answer/ },
    {
      what: 'it refuses the login',
      answers: [{ status: 401, body: '{"error_code":40101,"message":"Unauthorized"}' }],
      reason: 'RegistryRefusedCredentials',
      says: /401 Unauthorized.*schemaRegistry\.auth/,
    },
    {
      what: 'it fails',
      answers: [{ status: 500, body: '{"error_code":50001,"message":"store timeout"}' }],
      reason: 'RegistryFailed',
      says: /answered 500: store timeout/,
    },
    {
      what: 'it takes the login for another one',
      answers: [{ status: 403, body: '{"error_code":40301,"message":"Forbidden"}' }],
      reason: 'RegistryRefusedCredentials',
      says: /403 Forbidden/,
    },
    {
      what: 'it finds a schema incompatible',
      answers: [{ status: 409, body: '{"error_code":409,"message":"Incompatible artifact"}' }],
      reason: 'SchemaIncompatible',
      says: /as incompatible: Incompatible artifact/,
    },
    {
      what: 'it takes a schema for none, and quotes a megabyte of it',
      answers: [{ status: 422, body: `{"error_code":42201,"message":"${'x'.repeat(1_000_000)}"}` }],
      reason: 'SchemaInvalid',
      says: /^.{50,200}: x{1000}…$/,
    },
    {
      what: 'it begins to answer and does not end',
      answers: [{ status: 200, body: '{"compatibilityLevel":', isCut: true }],
      reason: 'RegistryUnreachable',
      says: /does not answer/,
    },
    {
      what: 'it answers more than a registry has to say',
      answers: [{ status: 200, body: `"${'x'.repeat(17 * 1024 * 1024)}"` }],
      reason: 'RegistryUnreachable',
      says: /its answer is longer than/,
    },
    {
      what: 'a proxy answers HTML',
      answers: [{ status: 200, body: '<html>Welcome</html>' }],
      reason: 'RegistryFailed',
      says: /something else than Confluent's API does: <html>/,
    },
  ] as const;
  for (const { what, answers, reason, says } of cases) {
    it(`is an error with a reason where ${what}, within 10 s`, async () => {
      const url = answers === 'nobody' ? 'http://127.0.0.1:1/api' : await misbehaving(...answers);
      const registry = connectRegistry({ url });
      const startedAt = performance.now();
      const failure = await failureOf(registry.globalCompatibility());
      await registry.close();
      expect(failure.reason).toBe(reason);
      expect(failure.message).toContain(url);
      expect(failure.message).toMatch(says);
      expect(performance.now() - startedAt).toBeLessThan(10_000);
    });
  }

  it('is asked once for what never changes', async () => {
    const registered = '{"subject":"a-value","id":7,"version":1,"schema":"\\"string\\""}';
    const url = await misbehaving({ status: 200, body: '[1]' }, { status: 200, body: registered });
    const registry = connectRegistry({ url });
    expect(await registry.versions('a-value')).toMatchObject([{ id: 7, format: 'Avro', references: [] }]);
    expect(await registry.version('a-value', 1)).toMatchObject({ id: 7 });
    expect(await registry.schemaById(7)).toMatchObject({ schema: '"string"' });
    expect(await registry.schemaById(7)).toMatchObject({ schema: '"string"' });
    expect(seen.map(({ url: asked }) => asked)).toEqual([
      '/api/subjects/a-value/versions',
      '/api/subjects/a-value/versions/1',
      '/api/schemas/ids/7',
    ]);
    await registry.close();
  });

  it('is asked a second time when it fails once', async () => {
    const url = await misbehaving({ status: 503, body: '' }, { status: 200, body: '["a-value"]' });
    const registry = connectRegistry({ url });
    expect(await registry.subjects()).toEqual(new Set(['a-value']));
    expect(seen).toHaveLength(2);
    await registry.close();
  });

  it('is given the login of the bus, and subjects escaped', async () => {
    const url = await misbehaving({ status: 404, body: '{"error_code":40401,"message":"Subject not found."}' });
    const basic = connectRegistry({ url, auth: { username: 'sluice', password: 'secret' } });
    const bearer = connectRegistry({ url, auth: { token: 'abc' } });
    await basic.latest('a/b-value');
    await bearer.latest('c-value');
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Basic c2x1aWNlOnNlY3JldA==', 'Bearer abc']);
    expect(seen[0]?.url).toBe('/api/subjects/a%2Fb-value/versions/latest');
    await basic.close();
    await bearer.close();
  });
});
