import { expect, it } from 'vitest';
import { submissionOf } from './driver.ts';
import type { ApplicationSpec, SparkApplication } from './resources.ts';

const identity = { submissionId: '01234567-89ab', applicationId: 'spark-0123' };

function anApplication(over: Partial<ApplicationSpec> = {}): SparkApplication {
  return {
    apiVersion: 'sparkoperator.k8s.io/v1beta2',
    kind: 'SparkApplication',
    metadata: { name: 'fraud', namespace: 'shop', uid: 'u' },
    spec: {
      type: 'Python',
      image: 'spark:1',
      mainApplicationFile: 'local:///opt/spark/jobs/spark_sql.py',
      arguments: ['--sql', 'a b'],
      sparkConf: { 'spark.sql.session.timeZone': 'UTC', 'spark.odd key': 'C:\\tmp' },
      driver: {
        cores: 1,
        coreRequest: '100m',
        memory: '640m',
        memoryOverhead: '384m',
        serviceAccount: 'spark',
        labels: { 'sluice.dev/job': 'fraud' },
        annotations: { mark: 'x' },
        template: {
          spec: {
            enableServiceLinks: false,
            containers: [
              { name: 'other' },
              { name: 'spark-kubernetes-driver', volumeMounts: [{ name: 'sluice', mountPath: '/opt/sluice' }] },
            ],
            volumes: [{ name: 'sluice', configMap: { name: 'scripts' } }],
          },
        },
      },
      executor: { instances: 2, cores: 1, memory: '1g', labels: { team: 'ml' } },
      ...over,
    },
  };
}

it('starts the driver with the program and its settings, by its own address', () => {
  const { driver, configMap } = submissionOf(anApplication(), identity);
  expect(driver.metadata).toMatchObject({
    name: 'fraud-driver',
    labels: { 'spark-role': 'driver', 'sluice.dev/job': 'fraud', 'sparkoperator.k8s.io/app-name': 'fraud' },
    annotations: { mark: 'x' },
    ownerReferences: [{ kind: 'SparkApplication', name: 'fraud' }],
  });
  expect(driver.spec).toMatchObject({
    restartPolicy: 'Never',
    serviceAccountName: 'spark',
    enableServiceLinks: false,
    containers: [
      {
        name: 'spark-kubernetes-driver',
        image: 'spark:1',
        args: expect.arrayContaining(['local:///opt/spark/jobs/spark_sql.py', '--sql', 'a b']),
        resources: { requests: { cpu: '100m', memory: '1024Mi' }, limits: { memory: '1024Mi' } },
      },
      { name: 'other' },
    ],
  });
  expect(JSON.stringify(driver.spec)).toContain('"mountPath":"/opt/sluice"');
  expect(configMap.metadata.name).toBe('fraud-driver-conf');
});

it('writes the settings as Java reads them, those of the executors among them', () => {
  const text = submissionOf(anApplication(), identity).configMap.data['spark.properties'] ?? '';
  const lines = text.split('\n');
  for (const line of [
    'spark.sql.session.timeZone=UTC',
    'spark.odd\\ key=C:\\\\tmp',
    'spark.executor.instances=2',
    'spark.kubernetes.driver.pod.name=fraud-driver',
    'spark.kubernetes.executor.label.team=ml',
    'spark.kubernetes.submitInDriver=true',
  ]) {
    expect(lines).toContain(line);
  }
});

it('gives the executors their template, with the container that Spark fills', () => {
  const template = { spec: { nodeSelector: { disk: 'fast' } } };
  const { configMap } = submissionOf(anApplication({ executor: { template } }), identity);
  expect(JSON.parse(configMap.data['executor-template.json'] ?? '')).toMatchObject({
    kind: 'Pod',
    spec: { nodeSelector: { disk: 'fast' }, containers: [{ name: 'spark-kubernetes-executor' }] },
  });
});

it('refuses memory that cannot be read', () => {
  expect(() => submissionOf(anApplication({ driver: { memory: 'much' } }), identity)).toThrow('memory is much');
});
