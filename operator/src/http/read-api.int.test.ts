// The read API against a real API server, with callers of different rights. There is no node and no reconcile: what the
// API says rests on the caches alone.
import { networkInterfaces } from 'node:os';
import { type KafkaServer, startKafka } from '@sluice/cluster';
import { pino } from 'pino';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type ControlPlaneWithKinds, startControlPlaneWithKinds } from '../api/testing/control-plane.ts';
import { eventBusManifest, eventServiceManifest, type Manifest, streamJobManifest } from '../api/v1alpha1/builders.ts';
import { BusConnections, eventBuses, eventServices, Passwords, streamJobs } from '../bus/index.ts';
import { readConfig } from '../config.ts';
import { eventBusController } from '../eventbus/index.ts';
import { eventServiceController } from '../eventservice/index.ts';
import { type KubeObject, loadKubeConfig, Manager, type Resource } from '../runtime/index.ts';
import { clientOf, eventually } from '../runtime/testing/cluster.ts';
import { streamJobController } from '../streamjob/index.ts';
import { type ReadApi, startReadApi } from './read-api.ts';

let controlPlane: ControlPlaneWithKinds;
let kafka: KafkaServer;
let api: ReadApi;
let manager: Manager;
const logLines: string[] = [];
const ends: (() => Promise<unknown>)[] = [];
const tokens: Record<string, string> = {};

beforeAll(async () => {
  [controlPlane, kafka] = await Promise.all([
    startControlPlaneWithKinds({ namespaces: ['shop', 'billing'] }),
    startKafka(),
  ]);
  ends.push(() => Promise.all([controlPlane.stop(), kafka.stop()]));
  for (const name of ['developer', 'patcher', 'reader', 'stranger', 'revoked']) tokens[name] = await aToken(name);
  await grant('developer', ['get', 'list', 'create', 'patch']);
  await grant('patcher', ['get', 'patch']);
  await grant('reader', ['get', 'list']);
  await controlPlane.call(`${serviceAccounts}/revoked`, { method: 'DELETE' });
  const { bootstrapServers } = kafka;
  const topicDefaults = { partitions: 1, replicas: 1 };
  await apply(eventBuses, eventBusManifest({ kafka: { external: { bootstrapServers } }, topicDefaults }));
  await apply(eventServices, aService('order', { publishes: [{ topic: 'shop.orders', partitions: 3 }] }));
  await apply(eventServices, eventServiceManifest({ bus: { name: 'gone' } }, { name: 'bill', namespace: 'billing' }));
  await apply(streamJobs, streamJobManifest());
  await startAll();
}, 120_000);
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

const serviceAccounts = '/api/v1/namespaces/shop/serviceaccounts';
const aService = (name: string, spec: Parameters<typeof eventServiceManifest>[0] = {}) =>
  eventServiceManifest(spec, { name, namespace: 'shop' });

/** Every controller declares what it reads; the bus's alone works, so that services stay as they were written. */
async function startAll() {
  const credentials = loadKubeConfig(controlPlane.kubeconfigPath);
  const logger = pino({}, { write: (line: string) => void logLines.push(line) });
  manager = new Manager({
    client: clientOf(controlPlane.kubeconfigPath),
    logger,
    reportingController: 'test',
    instance: 'test',
  });
  const buses = new BusConnections();
  const config = { ...readConfig({}), apiPort: 0 };
  const passwordKey = { namespace: 'default', name: 'sluice-password-key' };
  const parts = { buses, passwords: new Passwords(passwordKey), config };
  const idle = { reconcile: async () => undefined };
  manager.addController(eventBusController(parts));
  manager.addController({ ...eventServiceController(parts), ...idle });
  manager.addController({ ...streamJobController(parts), ...idle });
  const stop = new AbortController();
  api = await startReadApi({ manager, credentials, buses, passwordKey, config, logger });
  const running = manager.start(stop.signal);
  ends.push(async () => {
    await api.stop();
    stop.abort();
    await running;
    await buses.close();
  });
  await eventually('the bus is looked at', () => {
    const bus = manager.cache.get(eventBuses, { namespace: 'shop', name: 'shop' });
    return (
      manager.cache.hasAllSynced &&
      bus?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')
    );
  });
}

async function apply(resource: Resource, object: KubeObject) {
  await controlPlane.client.apply(resource, object, { fieldManager: 'user' });
}

async function aToken(name: string): Promise<string> {
  const path = serviceAccounts;
  await controlPlane.call(path, { method: 'POST', body: { metadata: { name } } });
  const { body } = await controlPlane.call(`${path}/${name}/token`, { method: 'POST', body: { spec: {} } });
  return (body as { status: { token: string } }).status.token;
}

async function grant(name: string, verbs: readonly string[]) {
  const path = '/apis/rbac.authorization.k8s.io/v1/namespaces/shop';
  const rules = [{ apiGroups: ['sluice.dev'], resources: ['eventbuses', 'eventservices', 'streamjobs'], verbs }];
  await controlPlane.call(`${path}/roles`, { method: 'POST', body: { metadata: { name }, rules } });
  const subjects = [{ kind: 'ServiceAccount', name, namespace: 'shop' }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name };
  await controlPlane.call(`${path}/rolebindings`, { method: 'POST', body: { metadata: { name }, roleRef, subjects } });
}

function ask(path: string, who: string, options: { body?: string; accept?: string } = {}) {
  return fetch(`http://127.0.0.1:${api.port}${path}`, {
    method: options.body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${tokens[who] ?? who}`, accept: options.accept ?? 'application/json' },
    ...(options.body === undefined ? {} : { body: options.body }),
  });
}

const plan = (manifest: Manifest, who = 'developer', accept?: string) =>
  ask('/plan', who, { body: stringify(manifest), ...(accept ? { accept } : {}) });

async function messageOf(answer: Response): Promise<string> {
  const { error } = (await answer.json()) as { error: { message: string } };
  return error.message;
}

describe('POST /plan', () => {
  it('tells what would be done for a new service, and does nothing', async () => {
    const fresh = aService('fresh', { publishes: [{ topic: 'shop.fresh', partitions: 2 }] });
    const answer = await plan(fresh);
    expect(answer.status).toBe(200);
    const { changes, conditions } = (await answer.json()) as {
      changes: { action: string; target: string }[];
      conditions: object[];
    };
    expect(changes.map(({ action, target }) => `${action} ${target}`)).toEqual(
      expect.arrayContaining(['CreateTopic topic shop.fresh', 'Apply Deployment shop/fresh-a']),
    );
    expect(conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'False', reason: 'PlanOnly' }));
    expect(await controlPlane.client.get(eventServices, fresh.metadata)).toBeUndefined();
    const secrets = await controlPlane.call('/api/v1/namespaces/default/secrets');
    expect(secrets.body).toMatchObject({ items: [] });
    expect((await controlPlane.call('/apis/apps/v1/deployments')).body).toMatchObject({ items: [] });
  });

  it('is text for who asks for text', async () => {
    const answer = await plan(aService('fresh', { publishes: [{ topic: 'shop.fresh' }] }), 'developer', 'text/plain');
    const text = await answer.text();
    expect(text).toMatch(/^Plan of EventService shop\/fresh: \d+ changes/);
    expect(text).toContain('CreateTopic topic shop.fresh');
  });

  it('puts the spec in place of that of the service that is there, what is left out included', async () => {
    const answer = await plan(aService('order', { publishes: [{ topic: 'shop.invoices' }] }));
    const told = JSON.stringify(await answer.json());
    expect(told).toContain('topic shop.invoices');
    expect(told).not.toContain('topic shop.orders');
    const live = await controlPlane.client.get(eventServices, { namespace: 'shop', name: 'order' });
    expect(live?.spec.publishes).toMatchObject([{ topic: 'shop.orders' }]);
  });

  it('tells what is in the way of a job without its engine', async () => {
    const answer = await plan(streamJobManifest({}, { name: 'other' }), 'developer', 'text/plain');
    expect(await answer.text()).toContain('EngineNotInstalled');
  });

  it('answers 422 in the API server’s words where it refuses', async () => {
    const unknown = await plan(aService('order', { replica: 2 } as object));
    expect(unknown.status).toBe(422);
    expect(await messageOf(unknown)).toContain('unknown field "spec.replica"');
    const elsewhere = await plan(aService('order', { bus: { name: 'other' } }));
    expect(elsewhere.status).toBe(422);
    expect(await messageOf(elsewhere)).toContain('spec.bus cannot change');
    const misspelt = await plan({ ...aService('fresh'), sepc: {} } as Manifest);
    expect(await messageOf(misspelt)).toContain('unknown field "sepc"');
    const known = await plan({ ...aService('order'), sepc: {} } as Manifest);
    expect(await messageOf(known)).toContain('unknown field "sepc"');
  });

  it.each([
    { who: 'reader', status: 403, says: 'cannot patch resource "eventservices"' },
    { who: 'stranger', status: 403, says: 'User "system:serviceaccount:shop:stranger" cannot patch' },
    // It may change services and not make one: the dry run is made as the caller, and not as the operator.
    { who: 'patcher', status: 403, says: 'cannot create resource "eventservices"' },
    { who: 'revoked', status: 401, says: 'does not accept this token' },
    { who: 'invented', status: 401, says: 'does not accept this token' },
    { who: 'a.b.c', status: 401, says: 'does not accept this token' },
  ])('of $who is refused with $status', async ({ who, status, says }) => {
    const answer = await plan(aService('fresh'), who);
    expect(answer.status).toBe(status);
    expect(await messageOf(answer)).toContain(says);
  });

  it('in a namespace where the caller may not is refused, whether it is there or not', async () => {
    for (const namespace of ['billing', 'nowhere']) {
      const answer = await plan(eventServiceManifest({}, { name: 'x', namespace }));
      expect(answer.status).toBe(403);
    }
  });

  it.each([
    { what: 'garbage', body: '{"a": [', status: 400 },
    { what: 'another kind', body: 'apiVersion: v1\nkind: Secret\nmetadata: {}', status: 400 },
    { what: 'more than 1 MiB', body: 'x'.repeat(2 ** 20 + 1), status: 413 },
  ])('of $what is refused with $status', async ({ body, status }) => {
    expect((await ask('/plan', 'developer', { body })).status).toBe(status);
  });

  it('without a token is refused before the body is read', async () => {
    const answer = await fetch(`http://127.0.0.1:${api.port}/plan`, { method: 'POST', body: '{' });
    expect(answer.status).toBe(401);
    expect(await messageOf(answer)).toContain('X-Sluice-Token');
  });
});

describe('GET /lineage', () => {
  it('shows who may list what is there, and leaves out other namespaces', async () => {
    const answer = await ask('/lineage', 'reader');
    const lineage = (await answer.json()) as { services: object[]; jobs: object[]; topics: object[] };
    expect(lineage.services).toMatchObject([{ namespace: 'shop', name: 'order', writes: ['shop.orders'] }]);
    expect(lineage.jobs).toMatchObject([{ name: 'fraud', reads: ['shop.orders'] }]);
    expect(lineage.topics).toContainEqual(
      expect.objectContaining({ topic: 'shop.orders', readers: [expect.objectContaining({ name: 'fraud' })] }),
    );
    expect(JSON.stringify(lineage)).not.toContain('billing');
  });

  it('shows nothing to who may list nothing', async () => {
    const answer = await ask('/lineage', 'stranger');
    expect(await answer.json()).toMatchObject({ buses: [], services: [], jobs: [], topics: [] });
  });
});

describe('GET /resources', () => {
  it('shows the status to who may read it', async () => {
    const answer = await ask('/resources/eventbuses/shop/shop', 'reader');
    expect(await answer.json()).toMatchObject({
      kind: 'EventBus',
      status: { conditions: expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'True' })]) },
    });
  });

  it.each([
    { path: '/resources/eventservices/shop/order', who: 'stranger', status: 403 },
    { path: '/resources/eventservices/billing/bill', who: 'reader', status: 403 },
    { path: '/resources/eventservices/shop/nobody', who: 'reader', status: 404 },
    { path: '/resources/secrets/shop/order', who: 'reader', status: 404 },
  ])('answers $who at $path with $status', async ({ path, who, status }) => {
    expect((await ask(path, who)).status).toBe(status);
  });
});

const address = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

// The API server sends nothing to loopback addresses.
describe.skipIf(address === undefined)('through the API server’s service proxy', () => {
  const path = '/api/v1/namespaces/shop/services/sluice-api:api/proxy/resources/eventbuses/shop/shop';
  const post = (to: string, body: object) => controlPlane.call(to, { method: 'POST', body });

  // It sends to addresses of pods alone, so there is one that has this machine's address.
  beforeAll(async () => {
    const name = 'sluice-api';
    const port = { name: 'api', port: api.port };
    const pods = '/api/v1/namespaces/shop/pods';
    const containers = [{ name: 'operator', image: 'docker.io/sluice/operator:dev' }];
    await post(pods, { metadata: { name }, spec: { serviceAccountName: 'reader', containers } });
    const status = { phase: 'Running', podIP: address, podIPs: [{ ip: address }] };
    const contentType = 'application/merge-patch+json';
    await controlPlane.call(`${pods}/${name}/status`, { method: 'PATCH', contentType, body: { status } });
    await post('/api/v1/namespaces/shop/services', { metadata: { name }, spec: { ports: [port] } });
    const targetRef = { kind: 'Pod', namespace: 'shop', name };
    await post('/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices', {
      metadata: { name, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      ports: [port],
      endpoints: [{ addresses: [address], conditions: { ready: true }, targetRef }],
    });
    await post('/api/v1/namespaces/shop/endpoints', {
      metadata: { name },
      subsets: [{ addresses: [{ ip: address, targetRef }], ports: [port] }],
    });
  });

  it('a token in X-Sluice-Token arrives; that in Authorization the API server keeps for itself', async () => {
    const { origin, agent } = await loadKubeConfig(controlPlane.kubeconfigPath).connection();
    const through = async (headers: Record<string, string>) => {
      const { statusCode, body } = await request(`${origin}${path}`, { dispatcher: agent, headers });
      return { statusCode, body: await body.text() };
    };
    await eventually('the API server knows the endpoint', async () => (await through({})).statusCode !== 503);
    const without = await through({ authorization: `Bearer ${tokens['reader']}` });
    expect(without.body).toContain('Send a token');
    expect(without.statusCode).toBe(401);
    const withToken = await through({ 'x-sluice-token': tokens['reader'] ?? '' });
    expect(withToken.statusCode).toBe(200);
    expect(JSON.parse(withToken.body)).toMatchObject({ kind: 'EventBus', name: 'shop' });
  });
});

it('writes no token into the log, and counts by route', async () => {
  expect(logLines.join('')).toContain('"planned"');
  for (const token of Object.values(tokens)) expect(logLines.join('')).not.toContain(token);
  expect(await manager.metrics.scrape()).toMatch(/sluice_api_requests_total\{route="\/plan",code="403"\} [1-9]/);
});
