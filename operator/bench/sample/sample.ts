// A controller of the most common make: one custom resource becomes a ConfigMap, a Service and a Deployment, and its
// status says when they are there. The runtime's tests and its benchmark run it; reference-go is the same in Go.
import {
  applyIfChanged,
  type ControllerOptions,
  controllerReference,
  defineResource,
  generationChanged,
  type KubeObject,
} from '../../src/runtime/index.ts';

export interface Sample extends KubeObject {
  readonly spec: { readonly replicas: number; readonly message: string };
  readonly status?: { readonly observedGeneration: number; readonly ready: boolean };
}

interface Child extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: unknown;
}

export const samples = defineResource<Sample>({
  group: 'bench.sluice.dev',
  version: 'v1',
  plural: 'samples',
  kind: 'Sample',
  namespaced: true,
});
export const configMaps = defineResource<Child>({
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
  labelSelector: 'app.kubernetes.io/managed-by=sample',
});
export const services = defineResource<Child>({
  group: '',
  version: 'v1',
  plural: 'services',
  kind: 'Service',
  namespaced: true,
  labelSelector: 'app.kubernetes.io/managed-by=sample',
});
export const deployments = defineResource<Child>({
  group: 'apps',
  version: 'v1',
  plural: 'deployments',
  kind: 'Deployment',
  namespaced: true,
  labelSelector: 'app.kubernetes.io/managed-by=sample',
});

export const sampleCrd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'samples.bench.sluice.dev' },
  spec: {
    group: samples.group,
    scope: 'Namespaced',
    names: { plural: samples.plural, singular: 'sample', kind: samples.kind, listKind: 'SampleList' },
    versions: [
      {
        name: samples.version,
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            required: ['spec'],
            properties: {
              spec: {
                type: 'object',
                required: ['replicas', 'message'],
                properties: { replicas: { type: 'integer', minimum: 0 }, message: { type: 'string' } },
              },
              status: {
                type: 'object',
                properties: { observedGeneration: { type: 'integer', format: 'int64' }, ready: { type: 'boolean' } },
              },
            },
          },
        },
      },
    ],
  },
};

/** `writer` goes into each ConfigMap, so that the object itself tells which replica wrote it. */
export function sampleController(options: { readonly writer: string; readonly concurrency: number }) {
  return {
    name: 'sample',
    for: samples,
    predicate: generationChanged,
    owns: [configMaps, services, deployments],
    concurrency: options.concurrency,
    reconcile: async (key, { client, cache }) => {
      const sample = cache.get(samples, key);
      if (!sample || sample.metadata.deletionTimestamp) return undefined;
      const apply = { fieldManager: 'sample', hashAnnotation: 'bench.sluice.dev/last-applied' };
      await applyIfChanged(client, cache, configMaps, configMapFor(sample, options.writer), apply);
      await applyIfChanged(client, cache, services, serviceFor(sample), apply);
      await applyIfChanged(client, cache, deployments, deploymentFor(sample), apply);
      const status = { observedGeneration: sample.metadata.generation ?? 0, ready: true };
      if (sample.status?.observedGeneration !== status.observedGeneration || !sample.status.ready) {
        await client.updateStatus(samples, { ...sample, status });
      }
      return undefined;
    },
  } satisfies ControllerOptions<Sample>;
}

function childOf(sample: Sample) {
  const { name, namespace = '' } = sample.metadata;
  const labels = { 'app.kubernetes.io/managed-by': 'sample', 'app.kubernetes.io/name': name };
  return { name, namespace, labels, ownerReferences: [controllerReference(samples, sample)] };
}

function configMapFor(sample: Sample, writer: string): Child {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: childOf(sample),
    data: { message: sample.spec.message, writer },
  };
}

function serviceFor(sample: Sample): Child {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: childOf(sample),
    spec: {
      selector: { 'app.kubernetes.io/name': sample.metadata.name },
      ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }],
    },
  };
}

function deploymentFor(sample: Sample): Child {
  const labels = { 'app.kubernetes.io/name': sample.metadata.name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: childOf(sample),
    spec: {
      replicas: sample.spec.replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: 'main',
              image: 'example.com/sample:1',
              env: [{ name: 'MESSAGE', value: sample.spec.message }],
              ports: [{ name: 'http', containerPort: 8080 }],
              resources: { requests: { cpu: '100m', memory: '128Mi' } },
            },
          ],
        },
      },
    },
  };
}
