// The shop without a cluster: its services and its job as processes' worth of code over a real broker, registry and Flink. What
// Sluice does on a cluster (topics, schemas, bindings, tables) is done by hand here, so this tests the shop alone.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RegistryServer, startRegistry } from '@sluice/cluster';
import { parseConfig, type RunningService, startService } from '@sluice/kit';
import { startTestKafka, type TestKafka } from '@sluice/kit/testing/kafka';
import * as notification from '@sluice/notification';
import * as order from '@sluice/order';
import { tablesScript } from '../../operator/src/engines/flink/tables-script.ts';
import { type FlinkProcess, startFlinkSql } from './flink-process.ts';
import type { Shop } from './place-orders.ts';

export interface ShopProcess extends Shop {
  readonly kafka: TestKafka;
  readonly registryUrl: string;
  readonly flink: FlinkProcess;
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, '..', '..');
const text = (path: string) => readFileSync(join(root, path), 'utf8');
/** By the topic that it is written to. */
export const schemas = {
  'shop.orders': text('services/order/schemas/order-placed.avsc'),
  'shop.fraud-alerts': text('cdk8s/src/shop/schemas/fraud-alert.avsc'),
} as const;
const PARTITIONS = 3;

export async function startShop(): Promise<ShopProcess> {
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of closers.reverse()) await close();
  };
  try {
    const kafka = await startTestKafka();
    closers.push(() => kafka.stop());
    const registry = await startRegistry();
    closers.push(() => registry.stop());
    for (const [topic, schema] of Object.entries(schemas)) {
      await kafka.createTopic(topic, PARTITIONS);
      await register(registry, topic, schema);
    }
    await kafka.createTopic('shop.notification.dlq', PARTITIONS);
    const flink = await startFlinkSql(tables(kafka, registry), text('cdk8s/src/shop/fraud.sql'));
    closers.push(() => flink.stop());
    const bindings = writeBindings(kafka, registry);
    closers.push(async () => rmSync(bindings, { recursive: true }));
    const config = { PORT: 0, LOG_LEVEL: 'fatal', SERVICE_BINDING_ROOT: bindings, STOP_TIMEOUT_MS: 20_000 } as const;
    const run = async (name: string, build: Parameters<typeof startService>[2]): Promise<RunningService> => {
      const service = await startService(name, config, build);
      closers.push(() => service.stop());
      return service;
    };
    const orders = await run('order', (parts) => order.buildOrderService(parts, parseConfig(order.ConfigSchema, {})));
    const notifications = await run('notification', (parts) =>
      notification.buildNotificationService(parts, parseConfig(notification.ConfigSchema, {})),
    );
    return {
      kafka,
      registryUrl: registry.url,
      flink,
      orderUrl: `http://127.0.0.1:${orders.port}`,
      notificationUrl: `http://127.0.0.1:${notifications.port}`,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function register({ url }: RegistryServer, topic: string, schema: string): Promise<void> {
  const response = await fetch(`${url}/subjects/${topic}-value/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema }),
  });
  if (!response.ok) throw new Error(`registering the schema of ${topic}: ${response.status} ${await response.text()}`);
}

/** The tables as the operator derives them from spec.reads and spec.writes of the StreamJob. */
function tables(kafka: TestKafka, registry: RegistryServer): string {
  const bus = { bootstrapServers: kafka.server.bootstrapServers, registryUrl: registry.url, groupId: 'shop.fraud' };
  const eventTime = { field: 'occurredAt', delayMs: 2_000 };
  return tablesScript(
    [
      { direction: 'Read', topic: 'shop.orders', as: 'orders', schema: schemas['shop.orders'], eventTime },
      { direction: 'Write', topic: 'shop.fraud-alerts', as: 'alerts', schema: schemas['shop.fraud-alerts'] },
    ],
    bus,
    {},
  );
}

/** As Sluice mounts them. */
function writeBindings(kafka: TestKafka, registry: RegistryServer): string {
  const directory = mkdtempSync(join(tmpdir(), 'bindings-'));
  const bindings = {
    kafka: {
      type: 'kafka',
      provider: 'sluice',
      'bootstrap-servers': kafka.server.bootstrapServers.join(','),
      'security-protocol': 'PLAINTEXT',
    },
    'schema-registry': { type: 'schema-registry', provider: 'sluice', uri: registry.url },
  };
  for (const [name, entries] of Object.entries(bindings)) {
    mkdirSync(join(directory, name));
    for (const [entry, value] of Object.entries(entries)) writeFileSync(join(directory, name, entry), value);
  }
  return directory;
}
