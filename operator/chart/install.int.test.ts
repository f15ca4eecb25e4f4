// The chart on a real API server: installed, upgraded, uninstalled and installed again, in this order.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { KubeConfig } from '@kubernetes/client-node';
import { freePorts } from '@sluice/cluster';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type ControlPlaneWithKinds, startControlPlaneWithKinds } from '../src/api/testing/control-plane.ts';
import { minimalEventService } from '../src/api/v1alpha1/builders.ts';
import { Client, Credentials } from '../src/runtime/index.ts';
import { leaseResource } from '../src/runtime/leader-election.ts';
import { leaseStore } from '../src/runtime/lease-store.ts';
import { releaseFinalizers } from '../src/uninstall.ts';
import { chart, helm, type Rendered, render } from './helm.ts';

const logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger };
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const account = 'system:serviceaccount:sluice-system:sluice';
const release = ['sluice', chart, '--namespace', 'sluice-system'];

let controlPlane: ControlPlaneWithKinds;
beforeAll(async () => {
  controlPlane = await startControlPlaneWithKinds({ namespaces: ['shop', 'other'], kinds: [] });
  await controlPlane.call('/api/v1/namespaces', {
    method: 'POST',
    body: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'sluice-system', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    },
  });
});
afterAll(() => controlPlane?.stop());

function helmHere(...flags: readonly string[]): Promise<string> {
  return helm(...flags, '--kubeconfig', controlPlane.kubeconfigPath);
}

const services = '/apis/sluice.dev/v1alpha1/namespaces/shop/eventservices';
const deployment = '/apis/apps/v1/namespaces/sluice-system/deployments/sluice';

/** Whether the operator may do this, by the API server's own judgement. */
async function may(verb: string, group: string, resource: string, where: Where = {}, user = account): Promise<boolean> {
  const [name, subresource] = resource.split('/');
  const { body } = await controlPlane.call('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    method: 'POST',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user, resourceAttributes: { verb, group, resource: name, subresource, ...where } },
    },
  });
  return (body as { status: { allowed: boolean } }).status.allowed;
}

interface Where {
  readonly namespace?: string;
  readonly name?: string;
}

describe('the installed chart', () => {
  it('is accepted whole', async () => {
    await helmHere('install', ...release, '--set', 'busSecrets.shop={admin}');
    expect((await controlPlane.call(deployment)).status).toBe(200);
    await expect.poll(async () => (await controlPlane.call(services)).status, { timeout: 30_000 }).toBe(200);
  });

  it("runs under Pod Security's restricted profile", async () => {
    const { body } = await controlPlane.call(deployment);
    const { template } = (body as { spec: { template: { spec: object } } }).spec;
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'tried', namespace: 'sluice-system' },
      spec: template.spec,
    };
    const create = (spec: object) =>
      controlPlane.call('/api/v1/namespaces/sluice-system/pods?dryRun=All', { method: 'POST', body: { ...pod, spec } });
    expect((await create(template.spec)).status).toBe(201);
    expect((await create({ ...template.spec, securityContext: {} })).status).toBe(403);
  });

  it.each([
    ['watch', 'sluice.dev', 'eventbuses', { namespace: 'shop' }],
    ['patch', 'sluice.dev', 'eventservices', { namespace: 'shop' }],
    ['update', 'sluice.dev', 'streamjobs/status', { namespace: 'shop' }],
    ['update', 'sluice.dev', 'eventservices/finalizers', { namespace: 'shop' }],
    ['create', 'apps', 'deployments', { namespace: 'shop' }],
    ['patch', 'flink.apache.org', 'flinkdeployments', { namespace: 'shop' }],
    ['create', '', 'secrets', { namespace: 'shop' }],
    ['get', '', 'secrets', { namespace: 'shop', name: 'admin' }],
    ['watch', '', 'pods', { namespace: 'shop' }],
    // For dry runs.
    ['create', '', 'pods', { namespace: 'shop' }],
    ['delete', 'policy', 'poddisruptionbudgets', { namespace: 'shop' }],
    ['create', 'events.k8s.io', 'events', { namespace: 'shop' }],
    ['create', 'coordination.k8s.io', 'leases', { namespace: 'sluice-system' }],
    ['update', 'coordination.k8s.io', 'leases', { namespace: 'sluice-system', name: 'sluice' }],
    ['get', '', 'namespaces', { name: 'shop' }],
  ])('lets the operator %s %s/%s at %o', async (verb, group, resource, where) => {
    expect(await may(verb, group, resource, where)).toBe(true);
  });

  it.each([
    ['get', '', 'secrets', { namespace: 'shop', name: 'database' }],
    ['list', '', 'secrets', { namespace: 'shop' }],
    ['update', 'coordination.k8s.io', 'leases', { namespace: 'sluice-system', name: 'other' }],
    ['delete', '', 'pods', { namespace: 'shop' }],
    ['create', '', 'pods/exec', { namespace: 'shop' }],
    ['delete', 'sluice.dev', 'eventbuses', { namespace: 'shop' }],
    ['delete', 'sluice.dev', 'eventservices', { namespace: 'shop' }],
    ['watch', 'sluice.dev', 'eventservices', { namespace: 'other' }],
    ['watch', 'sluice.dev', 'eventservices', {}],
    ['create', 'apps', 'deployments', { namespace: 'sluice-system' }],
    ['create', 'rbac.authorization.k8s.io', 'roles', { namespace: 'shop' }],
    ['list', '', 'namespaces', {}],
    ['get', '', 'namespaces', { name: 'other' }],
    ['get', 'apiextensions.k8s.io', 'customresourcedefinitions', { name: 'eventbuses.sluice.dev' }],
  ])('does not let the operator %s %s/%s at %o', async (verb, group, resource, where) => {
    expect(await may(verb, group, resource, where)).toBe(false);
  });

  it('lets the operator watch its own Lease and take part in the election', async () => {
    const client = new Client(await credentialsOf('sluice'));
    const store = leaseStore(client, { namespace: 'sluice-system', name: 'sluice' });
    const { signal } = new AbortController();
    const metadata = { namespace: 'sluice-system', name: 'sluice' };
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: { holderIdentity: 'first' } };
    const created = await store.create(lease, signal);
    await store.update({ ...created, spec: { holderIdentity: 'second' } }, signal);
    const { items } = await client.list(leaseResource, {
      namespace: 'sluice-system',
      fieldSelector: 'metadata.name=sluice',
    });
    expect(items.map(({ spec }) => spec.holderIdentity)).toEqual(['second']);
  });

  it('changes nothing when it is upgraded to itself', async () => {
    const generation = async () =>
      ((await controlPlane.call(deployment)).body as Rendered & { metadata: { generation: number } }).metadata
        .generation;
    const before = await generation();
    await helmHere('upgrade', ...release, '--reuse-values');
    expect(await generation()).toBe(before);
  });

  it('lets the operator watch all that it has to', async () => {
    await becomesReady();
  });

  it('lets it do so without the features that are off', async () => {
    await helmHere('upgrade', ...release, '--reuse-values', '--set', 'flink.enabled=false');
    expect(await may('list', 'flink.apache.org', 'flinkdeployments', { namespace: 'shop' })).toBe(false);
    await becomesReady();
  });

  it('leaves the kinds and the resources when it is uninstalled, and takes all else away', async () => {
    const service = { ...minimalEventService, metadata: { ...minimalEventService.metadata, finalizers } };
    await controlPlane.call(services, { method: 'POST', body: service });
    // There is no node here to run the hook's Job: this test does, as its service account.
    const [released] = await Promise.all([
      runUninstallJob(),
      helmHere('uninstall', 'sluice', '--namespace', 'sluice-system'),
    ]);
    expect(released).toBe(1);
    const { status, body } = await controlPlane.call(`${services}/order`);
    expect(status).toBe(200);
    expect((body as Rendered).metadata).not.toHaveProperty('finalizers');
    for (const object of (await render()).filter(({ kind }) => kind !== 'CustomResourceDefinition')) {
      const at = pathOf(object);
      await expect.poll(async () => (await controlPlane.call(at)).status, { timeout: 30_000, message: at }).toBe(404);
    }
  });

  it('takes the kinds over that it left when it is installed again', async () => {
    await helmHere('install', ...release);
    expect((await controlPlane.call(`${services}/order`)).status).toBe(200);
  });
});

/** Runs the operator with its own service account's rights, until it has listed all that it watches. */
async function becomesReady(): Promise<void> {
  const [port = 0] = await freePorts(1);
  const kubeconfig = join(mkdtempSync(join(tmpdir(), 'sluice-account-')), 'kubeconfig');
  writeFileSync(kubeconfig, await kubeconfigOf('sluice'), { mode: 0o600 });
  const operator = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      KUBECONFIG: kubeconfig,
      SLUICE_NAMESPACES: 'shop',
      SLUICE_LEADER_ELECTION: 'false',
      SLUICE_LOG_LEVEL: 'warn',
      SLUICE_METRICS_PORT: '0',
      SLUICE_PROBE_PORT: `${port}`,
      SLUICE_API_PORT: '0',
      POD_NAMESPACE: 'sluice-system',
      POD_NAME: 'sluice-0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const log = text(operator.stdout);
  const ended = once(operator, 'exit');
  const isReady = () => fetch(`http://127.0.0.1:${port}/readyz`).then(({ ok }) => ok);
  try {
    await expect.poll(() => isReady().catch(() => false), { timeout: 30_000 }).toBe(true);
  } finally {
    operator.kill('SIGTERM');
    await ended;
    rmSync(dirname(kubeconfig), { recursive: true });
  }
  expect(await log).not.toContain('forbidden');
}

const finalizers = ['sluice.dev/cleanup'];
const job = '/apis/batch/v1/namespaces/sluice-system/jobs/sluice-uninstall';

/** Waits for the hook's Job, does its work with its rights, and reports it complete. Resolves to what was released. */
async function runUninstallJob(): Promise<number> {
  const exists = async () => (await controlPlane.call(job)).status;
  await expect.poll(exists, { timeout: 30_000 }).toBe(200);
  const { body } = await controlPlane.call(job);
  const { template } = (body as { spec: { template: { spec: { serviceAccountName: string } } } }).spec;
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'tried', namespace: 'sluice-system' },
    spec: template.spec,
  };
  const pods = '/api/v1/namespaces/sluice-system/pods?dryRun=All';
  expect((await controlPlane.call(pods, { method: 'POST', body: pod })).status).toBe(201);

  const { serviceAccountName } = template.spec;
  const user = `system:serviceaccount:sluice-system:${serviceAccountName}`;
  expect(await may('delete', 'sluice.dev', 'eventservices', { namespace: 'shop' }, user)).toBe(false);
  const released = await releaseFinalizers(new Client(await credentialsOf(serviceAccountName)), ['shop'], logger);

  const now = new Date().toISOString();
  const done = { status: 'True', lastTransitionTime: now, lastProbeTime: now };
  const conditions = [
    { type: 'SuccessCriteriaMet', ...done },
    { type: 'Complete', ...done },
  ];
  const answer = await controlPlane.call(`${job}/status`, {
    method: 'PATCH',
    contentType: 'application/merge-patch+json',
    body: { status: { startTime: now, completionTime: now, succeeded: 1, conditions } },
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return released;
}

/** What a pod under the service account would have. */
async function credentialsOf(serviceAccount: string): Promise<Credentials> {
  const config = new KubeConfig();
  config.loadFromString(await kubeconfigOf(serviceAccount));
  return new Credentials(config);
}

async function kubeconfigOf(serviceAccount: string): Promise<string> {
  const { body } = await controlPlane.call(`/api/v1/namespaces/sluice-system/serviceaccounts/${serviceAccount}/token`, {
    method: 'POST',
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
  });
  const { token } = (body as { status: { token: string } }).status;
  const admin = parse(readFileSync(controlPlane.kubeconfigPath, 'utf8'));
  return stringify({ ...admin, users: [{ ...admin.users[0], user: { token } }] });
}

function pathOf({ apiVersion, kind, metadata: { name, namespace } }: Rendered): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${root}${namespace ? `/namespaces/${namespace}` : ''}/${kind.toLowerCase()}s/${name}`;
}
