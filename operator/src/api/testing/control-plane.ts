// Test support: a real API server that knows the three kinds.
import { startControlPlane } from '@sluice/cluster';
import { request } from 'undici';
import { type Client, loadKubeConfig } from '../../runtime/index.ts';
import { clientOf, installCrd, namespaces } from '../../runtime/testing/cluster.ts';
import { customResourceDefinitionOf } from '../generate/crd.ts';
import { type Kind, kinds } from '../v1alpha1/kinds.ts';

export interface ControlPlaneWithKinds {
  readonly kubeconfigPath: string;
  readonly client: Client;
  /** One call as it is, for what the client has no verb for. Returns status and parsed body, whatever the status. */
  call(path: string, options?: CallOptions): Promise<{ readonly status: number; readonly body: unknown }>;
  stop(): Promise<void>;
}

export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: unknown;
}

export interface ControlPlaneWithKindsOptions {
  /** Made beside `default`. Default: shop. */
  readonly namespaces?: readonly string[];
  /** Default: all three. */
  readonly kinds?: readonly Kind[];
  readonly controllerManager?: boolean;
}

/** Starts it with the CRDs established and the namespaces made. */
export async function startControlPlaneWithKinds(
  options: ControlPlaneWithKindsOptions = {},
): Promise<ControlPlaneWithKinds> {
  const { namespaces: names = ['shop'], kinds: installed = kinds, ...rest } = options;
  const { kubeconfigPath, stop } = await startControlPlane(rest);
  const client = clientOf(kubeconfigPath);
  const credentials = loadKubeConfig(kubeconfigPath);
  try {
    for (const name of names) {
      await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    }
    for (const kind of installed) await installCrd(client, customResourceDefinitionOf(kind));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    kubeconfigPath,
    client,
    async call(path, { method = 'GET', accept = 'application/json', contentType = 'application/json', body } = {}) {
      const { server, agent } = await credentials.connection();
      const response = await request(`${server}${path}`, {
        dispatcher: agent,
        method,
        headers: { accept, ...(body === undefined ? {} : { 'content-type': contentType }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.statusCode, body: await response.body.json() };
    },
    async stop() {
      await credentials.close();
      await stop();
    },
  };
}
