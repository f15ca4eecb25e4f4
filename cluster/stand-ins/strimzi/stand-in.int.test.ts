import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Client, type KubeObject, loadKubeConfig } from '../../../operator/src/runtime/index.ts';
import { aNamespace, installCrd } from '../../../operator/src/runtime/testing/cluster.ts';
import { type ControlPlane, startControlPlane } from '../../src/local/control-plane.ts';
import { type KafkaServer, startKafka } from '../../src/servers/kafka.ts';
import { itServesTopics, itServesUsers } from './contract.ts';
import { strimziCrdPath } from './crds/generate.ts';
import { deployments, kafkas, nodePools, statefulSets } from './resources.ts';
import { runStandIn, type StandInOptions } from './stand-in.ts';

const administrator = { username: 'admin', password: 'admin-secret' };
const kafkaImage = 'docker.io/sluice/kafka:test';
let controlPlane: ControlPlane;
let server: KafkaServer;
let client: Client;
const stop = new AbortController();
const running: Promise<void>[] = [];

function options(): Omit<StandInOptions, 'namespaces'> {
  const logger = pino({ level: process.env['SLUICE_LOG_LEVEL'] ?? 'silent' });
  return { client: new Client(loadKubeConfig(controlPlane.kubeconfigPath)), logger, kafkaImage, intervalMs: 1_000 };
}

function connection() {
  const sasl = { mechanism: 'SCRAM-SHA-512', ...administrator } as const;
  return { bootstrapServers: server.bootstrapServers, sasl };
}

beforeAll(async () => {
  const started = await Promise.all([startControlPlane(), startKafka({ administrator }), strimziCrdPath()]);
  [controlPlane, server] = started;
  client = new Client(loadKubeConfig(controlPlane.kubeconfigPath));
  for (const file of readdirSync(started[2])) {
    const crd: KubeObject = parse(readFileSync(join(started[2], file), 'utf8'));
    await installCrd(client, crd);
  }
  for (const name of ['entities', 'clusters', 'other']) await client.create(...aNamespace(name));
  const standalone = { cluster: { namespace: 'entities', name: 'shop' }, connection: connection() };
  running.push(
    runStandIn({ ...options(), namespaces: ['entities'], standalone }, stop.signal),
    runStandIn({ ...options(), namespaces: ['clusters'] }, stop.signal),
  );
});
afterAll(async () => {
  stop.abort();
  await Promise.all(running);
  await controlPlane?.stop();
  await server?.stop();
});

const target = () => ({
  kubeconfigPath: controlPlane.kubeconfigPath,
  namespace: 'entities',
  cluster: 'shop',
  kafka: connection(),
  withinMs: 20_000,
  driftWithinMs: 20_000,
});

describe('the stand-in keeps the contract:', () => {
  itServesTopics(target);
  itServesUsers(target);
});

describe('the stand-in', () => {
  it('deploys one node under Strimzi’s names and says that it is not ready before its pod is', async () => {
    const namespace = 'clusters';
    const listeners = [{ name: 'plain', port: 9092, type: 'internal', tls: false }];
    const apiVersion = 'kafka.strimzi.io/v1';
    await client.create(nodePools, {
      apiVersion,
      kind: 'KafkaNodePool',
      metadata: { name: 'dual', namespace, labels: { 'strimzi.io/cluster': 'shop' } },
      spec: { replicas: 1, roles: ['controller', 'broker'], storage: { type: 'ephemeral' } },
    });
    const metadata = { name: 'shop', namespace };
    await client.create(kafkas, { apiVersion, kind: 'Kafka', metadata, spec: { kafka: { listeners } } });
    const status = async () => (await client.get(kafkas, metadata))?.status;
    await expect
      .poll(status, { timeout: 20_000 })
      .toMatchObject({ conditions: [{ type: 'NotReady', status: 'True', reason: 'Creating' }], observedGeneration: 1 });
    expect(await client.get(statefulSets, { namespace, name: 'shop-dual' })).toBeDefined();
    await client.patchMerge(nodePools, { namespace, name: 'dual' }, { spec: { replicas: 3 } });
    await expect
      .poll(status, { timeout: 20_000 })
      .toMatchObject({ conditions: [{ type: 'NotReady', status: 'True', reason: 'NotSupported' }] });
  });

  it('does not start beside the real operator, in whatever namespace that is', async () => {
    const labels = { app: 'strimzi' };
    const spec = {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'operator', image: 'strimzi' }] } },
    };
    const metadata = { name: 'strimzi-cluster-operator', namespace: 'other' };
    const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec };
    await client.create<KubeObject>(deployments, deployment);
    await expect(runStandIn(options(), stop.signal)).rejects.toThrow('other/strimzi-cluster-operator');
  });
});
