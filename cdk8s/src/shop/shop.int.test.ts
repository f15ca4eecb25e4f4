// The shop's manifests against a real API server: every CEL rule of the kinds, strict fields, and Pod Security.
import { App } from 'cdk8s';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import {
  type ControlPlaneWithKinds,
  startControlPlaneWithKinds,
} from '../../../operator/src/api/testing/control-plane.ts';
import { imagesOf } from '../images.ts';
import { synthesize } from '../synthesize.ts';
import { addShop } from './index.ts';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly template?: { readonly spec: object } };
}

const app = new App();
addShop(app, imagesOf());
const manifests: readonly Manifest[] = parseAllDocuments(synthesize(app).get('shop') ?? '').map((document) =>
  document.toJS(),
);
const paths: Readonly<Record<string, string>> = {
  ConfigMap: '/api/v1/namespaces/shop/configmaps',
  EventBus: '/apis/sluice.dev/v1alpha1/namespaces/shop/eventbuses',
  EventService: '/apis/sluice.dev/v1alpha1/namespaces/shop/eventservices',
  StreamJob: '/apis/sluice.dev/v1alpha1/namespaces/shop/streamjobs',
};
const dryRun = '?dryRun=All&fieldValidation=Strict';

let controlPlane: ControlPlaneWithKinds;
beforeAll(async () => {
  controlPlane = await startControlPlaneWithKinds({ controllerManager: true });
});
afterAll(() => controlPlane?.stop());

test.each(manifests.map((manifest) => [`${manifest.kind} ${manifest.metadata.name}`, manifest] as const))(
  'the API server takes %s',
  async (_name, manifest) => {
    const answer = await controlPlane.call(`${paths[manifest.kind]}${dryRun}`, { method: 'POST', body: manifest });
    expect(answer).toMatchObject({ status: 201 });
  },
);

test('the pods of the services keep to the restricted level of Pod Security', async () => {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await controlPlane.call('/api/v1/namespaces/shop', {
    method: 'PATCH',
    contentType: 'application/merge-patch+json',
    body: { metadata: { labels } },
  });
  const account = () => controlPlane.call('/api/v1/namespaces/shop/serviceaccounts/default');
  await expect.poll(async () => (await account()).status, { timeout: 20_000 }).toBe(200);
  const create = (name: string, spec: object | undefined) =>
    controlPlane.call(`/api/v1/namespaces/shop/pods${dryRun}`, {
      method: 'POST',
      body: { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec },
    });
  const services = manifests.filter(({ kind }) => kind === 'EventService');
  expect(services).toHaveLength(2);
  for (const { metadata, spec } of services) {
    expect(await create(metadata.name, spec?.template?.spec)).toMatchObject({ status: 201 });
  }
  const careless = { containers: [{ name: 'careless', image: 'careless' }] };
  expect(await create('careless', careless)).toMatchObject({ status: 403 });
});
