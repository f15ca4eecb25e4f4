import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

describe('the settings', () => {
  it('have a default each', () => {
    expect(readConfig({})).toEqual({
      namespaces: [],
      secretNamespaces: [],
      leaderElection: false,
      podName: 'sluice',
      podNamespace: 'sluice-system',
      metricsPort: 8080,
      probePort: 8081,
      apiPort: 8082,
      logLevel: 'info',
      isInCluster: false,
      flinkImage: 'docker.io/sluice/flink:dev',
      sparkImage: 'docker.io/sluice/spark:dev',
      prometheusUrl: '',
    });
  });

  it('are read from the environment that the chart gives', () => {
    const config = readConfig({
      SLUICE_NAMESPACES: 'shop, billing,shop',
      SLUICE_SECRET_NAMESPACES: 'billing',
      SLUICE_LEADER_ELECTION: 'true',
      SLUICE_METRICS_PORT: '9000',
      SLUICE_PROBE_PORT: '0',
      SLUICE_API_PORT: '9002',
      SLUICE_LOG_LEVEL: 'debug',
      KUBERNETES_SERVICE_HOST: '10.96.0.1',
      SLUICE_FLINK_IMAGE: 'docker.io/sluice/flink:abc',
      SLUICE_SPARK_IMAGE: 'docker.io/sluice/spark:abc',
      SLUICE_PROMETHEUS_URL: 'http://prometheus.monitoring:9090',
      POD_NAME: 'sluice-5c9-x',
      POD_NAMESPACE: 'ops',
    });
    expect(config).toEqual({
      namespaces: ['shop', 'billing'],
      secretNamespaces: ['billing'],
      leaderElection: true,
      podName: 'sluice-5c9-x',
      podNamespace: 'ops',
      metricsPort: 9000,
      probePort: 0,
      apiPort: 9002,
      logLevel: 'debug',
      isInCluster: true,
      flinkImage: 'docker.io/sluice/flink:abc',
      sparkImage: 'docker.io/sluice/spark:abc',
      prometheusUrl: 'http://prometheus.monitoring:9090',
    });
  });

  it('that are empty are as absent', () => {
    expect(readConfig({ SLUICE_METRICS_PORT: '', SLUICE_NAMESPACES: ' ' })).toMatchObject({
      metricsPort: 8080,
      namespaces: [],
    });
  });

  it.each([
    ['SLUICE_LEADER_ELECTION', 'yes', 'write true or false'],
    ['SLUICE_PROMETHEUS_URL', 'prometheus:9090', 'write a URL'],
    ['SLUICE_METRICS_PORT', '70000', 'write a port between 0 and 65535'],
    ['SLUICE_PROBE_PORT', 'http', 'write a port between 0 and 65535'],
    ['SLUICE_LOG_LEVEL', 'loud', 'write one of trace, debug, info, warn, error, fatal, silent'],
    ['SLUICE_NAMESPACES', 'Shop', 'write a Kubernetes name'],
    ['SLUICE_SECRET_NAMESPACES', 'Shop', 'write a Kubernetes name'],
    ['POD_NAMESPACE', 'a_b', 'write a Kubernetes name'],
  ])('%s "%s" is refused by the name of the variable', (variable, text, says) => {
    expect(() => readConfig({ [variable]: text })).toThrow(`${variable} is "${text}": ${says}`);
  });
});
