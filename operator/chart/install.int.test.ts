// The chart on a real API server: installed, upgraded, uninstalled and installed again, in this order.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlPlaneWithKinds, startControlPlaneWithKinds } from '../src/api/testing/control-plane.ts';
import { minimalEventService } from '../src/api/v1alpha1/builders.ts';
import { chart, helm, type Rendered, render } from './helm.ts';

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
async function may(verb: string, group: string, resource: string, where: Where = {}): Promise<boolean> {
  const [name, subresource] = resource.split('/');
  const { body } = await controlPlane.call('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    method: 'POST',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user: account, resourceAttributes: { verb, group, resource: name, subresource, ...where } },
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
    await helmHere(
      'install',
      ...release,
      '--set',
      'podDisruptionBudget.enabled=true',
      '--set',
      'busSecrets.shop={admin}',
    );
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
    ['create', 'events.k8s.io', 'events', { namespace: 'shop' }],
    ['update', 'coordination.k8s.io', 'leases', { namespace: 'sluice-system' }],
    ['get', '', 'namespaces', { name: 'shop' }],
  ])('lets the operator %s %s/%s at %o', async (verb, group, resource, where) => {
    expect(await may(verb, group, resource, where)).toBe(true);
  });

  it.each([
    ['get', '', 'secrets', { namespace: 'shop', name: 'database' }],
    ['list', '', 'secrets', { namespace: 'shop' }],
    ['create', '', 'pods', { namespace: 'shop' }],
    ['create', '', 'pods/exec', { namespace: 'shop' }],
    ['patch', 'sluice.dev', 'eventbuses', { namespace: 'shop' }],
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

  it('changes nothing when it is upgraded to itself', async () => {
    const generation = async () =>
      ((await controlPlane.call(deployment)).body as Rendered & { metadata: { generation: number } }).metadata
        .generation;
    const before = await generation();
    await helmHere('upgrade', ...release, '--reuse-values');
    expect(await generation()).toBe(before);
  });

  it('leaves the kinds and the resources when it is uninstalled, and takes all else away', async () => {
    await controlPlane.call(services, { method: 'POST', body: minimalEventService });
    await helmHere('uninstall', 'sluice', '--namespace', 'sluice-system');
    expect((await controlPlane.call(`${services}/order`)).status).toBe(200);
    for (const { apiVersion, kind, metadata } of (await render()).filter(
      (object) => object.kind !== 'CustomResourceDefinition',
    )) {
      const at = pathOf(apiVersion, kind, metadata);
      await expect.poll(async () => (await controlPlane.call(at)).status, { timeout: 30_000, message: at }).toBe(404);
    }
  });

  it('takes the kinds over that it left when it is installed again', async () => {
    await helmHere('install', ...release);
    expect((await controlPlane.call(`${services}/order`)).status).toBe(200);
  });
});

function pathOf(apiVersion: string, kind: string, { name, namespace }: Rendered['metadata']): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${root}${namespace ? `/namespaces/${namespace}` : ''}/${kind.toLowerCase()}s/${name}`;
}
