import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Agent, request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from './control-plane.ts';

const started: ControlPlane[] = [];
async function aControlPlane(options?: ControlPlaneOptions): Promise<ControlPlane> {
  const controlPlane = await startControlPlane(options);
  started.push(controlPlane);
  return controlPlane;
}
afterEach(async () => {
  for (const controlPlane of started.splice(0)) await controlPlane.stop();
});

/** Calls the API server with the kubeconfig's own credentials. */
async function call(controlPlane: ControlPlane, path: string, body?: unknown) {
  const config = parse(readFileSync(controlPlane.kubeconfigPath, 'utf8'));
  const decode = (text: string) => Buffer.from(text, 'base64');
  const agent = new Agent({
    connect: {
      ca: decode(config.clusters[0].cluster['certificate-authority-data']),
      cert: decode(config.users[0].user['client-certificate-data']),
      key: decode(config.users[0].user['client-key-data']),
    },
  });
  try {
    const response = await request(`${controlPlane.url}${path}`, {
      dispatcher: agent,
      ...(body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const json = await response.body.json();
    return { status: response.statusCode, body: json as { metadata?: { name?: string }; gitVersion?: string } };
  } finally {
    await agent.close();
  }
}

const aConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept' } };
const configMaps = '/api/v1/namespaces/default/configmaps';

describe('startControlPlane', () => {
  it('gives a real Kubernetes that answers to its kubeconfig and to nobody else', async () => {
    const controlPlane = await aControlPlane();
    expect((await call(controlPlane, '/version')).body.gitVersion).toBe('v1.34.3');
    const stranger = new Agent({ connect: { rejectUnauthorized: false } });
    const answer = await request(`${controlPlane.url}/version`, { dispatcher: stranger });
    await answer.body.dump();
    await stranger.close();
    expect(answer.statusCode).toBe(401);
  });

  it('runs two at once that know nothing of each other', async () => {
    const [first, second] = await Promise.all([aControlPlane(), aControlPlane()]);
    expect((await call(first, configMaps, aConfigMap)).status).toBe(201);
    expect((await call(second, `${configMaps}/kept`)).status).toBe(404);
  });

  it('keeps its data when the API server is killed and started again', async () => {
    const controlPlane = await aControlPlane();
    await call(controlPlane, configMaps, aConfigMap);
    await controlPlane.killApiServer();
    await expect(call(controlPlane, '/version')).rejects.toThrow();
    await controlPlane.startApiServer();
    expect((await call(controlPlane, `${configMaps}/kept`)).body.metadata?.name).toBe('kept');
  });

  it('makes the default service account when the controller manager runs', async () => {
    const controlPlane = await aControlPlane({ controllerManager: true });
    await expect
      .poll(async () => (await call(controlPlane, '/api/v1/namespaces/default/serviceaccounts/default')).status, {
        timeout: 30_000,
      })
      .toBe(200);
  });

  it('leaves no process and no file behind', async () => {
    const controlPlane = await startControlPlane();
    await controlPlane.stop();
    expect(existsSync(dirname(controlPlane.kubeconfigPath))).toBe(false);
    await expect(call(controlPlane, '/version')).rejects.toThrow();
  });
});
