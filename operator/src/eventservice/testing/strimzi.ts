// Test support: Strimzi in a world without nodes. Its real kinds, the stand-in for its topic and user operators on a broker
// that is there already, and what the cluster operator would say of the Kafka resource.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KafkaAdministrator, KafkaServer } from '@sluice/cluster';
import { pino } from 'pino';
import { parse } from 'yaml';
import { strimziCrdPath } from '../../../../cluster/stand-ins/strimzi/crds/generate.ts';
import { runStandIn } from '../../../../cluster/stand-ins/strimzi/stand-in.ts';
import type { KafkaConnection } from '../../kafka/index.ts';
import type { Client, KubeObject } from '../../runtime/index.ts';
import { clientOf, installCrd } from '../../runtime/testing/cluster.ts';
import { type Kafka, kafkas } from '../../strimzi/index.ts';

/** Name of the Kafka resource. */
export const strimziCluster = 'main';

const scram = { type: 'scram-sha-512' };
export const kafkaSpec = {
  kafka: {
    listeners: [
      { name: 'plain', port: 9092, type: 'internal', tls: false },
      { name: 'sasl', port: 9094, type: 'internal', tls: false, authentication: scram },
    ],
    authorization: { type: 'simple' },
  },
  entityOperator: { topicOperator: {}, userOperator: {} },
};

export async function installStrimziCrds(client: Client): Promise<void> {
  const folder = await strimziCrdPath();
  for (const file of readdirSync(folder)) {
    const crd: KubeObject = parse(readFileSync(join(folder, file), 'utf8'));
    await installCrd(client, crd);
  }
}

/** The stand-in, looking at everything once a second; the returned function stops it. */
export function startStrimzi(
  kubeconfigPath: string,
  namespace: string,
  connection: KafkaConnection,
): () => Promise<void> {
  const stop = new AbortController();
  const running = runStandIn(
    {
      client: clientOf(kubeconfigPath),
      logger: pino({ level: 'silent' }),
      namespaces: [namespace],
      kafkaImage: 'none',
      intervalMs: 1_000,
      standalone: { cluster: { namespace, name: strimziCluster }, connection },
    },
    stop.signal,
  );
  return () => {
    stop.abort();
    return running;
  };
}

export async function applyKafka(client: Client, namespace: string): Promise<void> {
  const metadata = { name: strimziCluster, namespace };
  const kafka = { apiVersion: 'kafka.strimzi.io/v1', kind: 'Kafka', metadata, spec: kafkaSpec };
  await client.apply(kafkas, kafka, { fieldManager: 'user' });
}

/** As the cluster operator does it, of a cluster whose listener `sasl` is at these brokers. */
export async function sayOfKafka(
  client: Client,
  namespace: string,
  { bootstrapServers }: Pick<KafkaServer, 'bootstrapServers'>,
  conditions: readonly object[] = [{ type: 'Ready', status: 'True' }],
): Promise<void> {
  const kafka = await client.get(kafkas, { namespace, name: strimziCluster });
  if (!kafka) throw new Error(`there is no Kafka ${strimziCluster}`);
  const listeners = [{ name: 'sasl', bootstrapServers: bootstrapServers.join(',') }];
  const status: object = { conditions, observedGeneration: kafka.metadata.generation, listeners };
  await client.updateStatus<Kafka & { status?: object }>(kafkas, { ...kafka, status });
}

export function connectionAs(
  { bootstrapServers }: Pick<KafkaServer, 'bootstrapServers'>,
  administrator: KafkaAdministrator,
): KafkaConnection {
  return { bootstrapServers, sasl: { mechanism: 'SCRAM-SHA-512', ...administrator } };
}
