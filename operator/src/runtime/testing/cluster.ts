// What the runtime's tests against a real API server share.
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '../client.ts';
import { loadKubeConfig } from '../credentials.ts';
import { defineResource, type KubeObject } from '../resource.ts';

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export const allConfigMaps = defineResource<ConfigMap>({
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
});
export const namespaces = defineResource<KubeObject>({
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
});
export const crds = defineResource<KubeObject & { readonly status?: { readonly conditions?: readonly unknown[] } }>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
});

export function clientOf(kubeconfigPath: string): Client {
  return new Client(loadKubeConfig(kubeconfigPath));
}

/** Registers what is done when a test has ended, the last registered first: vitest's `onTestFinished`. */
export type AtEnd = (step: () => Promise<void>) => void;

/** The arguments that create a namespace. */
export function aNamespace(name: string) {
  return [namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }] as const;
}

export function aConfigMap(name: string, data: Record<string, string> = {}, namespace = 'default'): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

/** Waits until `check` gives something else than undefined, false or a throw; throws with `what` when it never does. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await check();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMs / 1000} s`, { cause: last });
    await delay(50);
  }
}

/** Installs a CRD and waits until its collection answers. */
export async function installCrd(client: Client, crd: KubeObject): Promise<void> {
  await client.apply(crds, crd, { fieldManager: 'test' });
  await eventually('the CRD is established', async () => {
    const live = await client.get(crds, crd.metadata);
    return JSON.stringify(live?.status?.conditions ?? []).includes('"NamesAccepted"') && live;
  });
}
