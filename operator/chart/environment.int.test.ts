import { expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';
import { type Rendered, render } from './helm.ts';

it("the chart sets the environment that the operator's settings are read from", async () => {
  const objects = await render(
    'watchNamespaces={shop,analytics}',
    'restartOnSecretsIn={analytics}',
    'replicas=1',
    'leaderElection=false',
    'log.level=debug',
    'metrics.port=9090',
    'probes.port=9091',
    'api.port=9092',
    'flink.image=registry.example/flink:1',
    'spark.image=registry.example/spark:1',
    'prometheus.url=http://prometheus.monitoring:9090',
  );
  expect(readConfig(environmentOf(objects))).toEqual({
    namespaces: ['shop', 'analytics'],
    secretNamespaces: ['analytics'],
    leaderElection: false,
    podName: 'metadata.name',
    podNamespace: 'metadata.namespace',
    metricsPort: 9090,
    probePort: 9091,
    apiPort: 9092,
    logLevel: 'debug',
    isInCluster: false,
    flinkImage: 'registry.example/flink:1',
    sparkImage: 'registry.example/spark:1',
    prometheusUrl: 'http://prometheus.monitoring:9090',
  });
});

/** The operator container's environment; a field of the pod is given as its path. */
function environmentOf(objects: readonly Rendered[]): Record<string, string> {
  const deployment = objects.find(({ kind }) => kind === 'Deployment') as unknown as {
    spec: { template: { spec: { containers: { env: Variable[] }[] } } };
  };
  const [container] = deployment.spec.template.spec.containers;
  return Object.fromEntries(
    (container?.env ?? []).map(({ name, value, valueFrom }) => [name, value ?? valueFrom?.fieldRef.fieldPath ?? '']),
  );
}

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef: { readonly fieldPath: string } };
}
