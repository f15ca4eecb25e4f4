// The stand-in with nodes to run on: the whole contract, on the cluster that CLUSTER chooses.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe } from 'vitest';
import { parse } from 'yaml';
import type { KafkaConnection } from '../../../operator/src/kafka/index.ts';
import { Client, isAlreadyExists, type KubeObject, loadKubeConfig } from '../../../operator/src/runtime/index.ts';
import { aNamespace, installCrd, namespaces } from '../../../operator/src/runtime/testing/cluster.ts';
import { imageRefs, loadImages } from '../../src/images/index.ts';
import { chooseProvider } from '../../src/provider.ts';
import { namesOf } from './cluster-desired.ts';
import { operatorLogin, operatorPort } from './cluster-settings.ts';
import { itServesClusters, itServesTopics, itServesUsers } from './contract.ts';
import { strimziCrdPath } from './crds/generate.ts';
import { pods, secrets } from './resources.ts';
import { runStandIn } from './stand-in.ts';

const namespace = 'strimzi-contract';
const cluster = 'contract';
const stop = new AbortController();
let running: Promise<void> | undefined;
let kubeconfigPath = '';
let client: Client;
let wasUp = false;

beforeAll(async () => {
  const provider = await chooseProvider();
  wasUp = (await provider.status()).isUp;
  ({ kubeconfigPath } = await provider.up());
  await loadImages(provider, ['kafka']);
  client = new Client(loadKubeConfig(kubeconfigPath));
  const folder = await strimziCrdPath();
  for (const file of readdirSync(folder)) {
    const crd: KubeObject = parse(readFileSync(join(folder, file), 'utf8'));
    await installCrd(client, crd);
  }
  await client.create(...aNamespace(namespace)).catch((error: unknown) => {
    if (!isAlreadyExists(error)) throw error;
  });
  const logger = pino({ level: process.env['SLUICE_LOG_LEVEL'] ?? 'silent' });
  const options = { client, logger, namespaces: [namespace], kafkaImage: imageRefs().kafka, intervalMs: 2_000 };
  running = runStandIn(options, stop.signal);
});

afterAll(async () => {
  await client?.delete(namespaces, { name: namespace });
  stop.abort();
  await running;
  if (!wasUp) await (await chooseProvider()).down();
});

/** At the pod's own address, by the login that the stand-in itself uses. */
async function connectionOf(): Promise<KafkaConnection> {
  const names = namesOf(cluster, 'dual');
  const pod = await client.get(pods, { namespace, name: names.pod });
  const secret = await client.get(secrets, { namespace, name: names.login });
  const password = Buffer.from(secret?.data?.['password'] ?? '', 'base64').toString();
  return {
    bootstrapServers: [`${pod?.status?.podIP}:${operatorPort}`],
    sasl: { mechanism: 'PLAIN', username: operatorLogin, password },
  };
}

describe('on nodes, the stand-in keeps the contract:', () => {
  const target = () => ({ kubeconfigPath, namespace, withinMs: 120_000 });
  itServesClusters(target, cluster);

  describe('with that cluster', () => {
    let kafka: KafkaConnection;
    beforeAll(async () => {
      kafka = await connectionOf();
    });
    const entities = () => ({ ...target(), cluster, kafka, driftWithinMs: 30_000 });
    itServesTopics(entities);
    itServesUsers(entities);
  });
});
