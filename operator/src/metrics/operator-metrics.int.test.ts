// What is scraped of the operator as a process: what its alerts select is there, and tells what became of resources.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePorts, type KafkaServer, startKafka } from '@sluice/cluster';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertsAsWritten, selectedMetrics } from '../../chart/alerts.ts';
import { type ControlPlaneWithKinds, startControlPlaneWithKinds } from '../api/testing/control-plane.ts';
import { anEventBus, anEventService } from '../api/v1alpha1/builders.ts';
import { eventBuses, eventServices } from '../bus/index.ts';
import { eventually } from '../runtime/testing/cluster.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

let controlPlane: ControlPlaneWithKinds;
let kafka: KafkaServer;
let operator: ChildProcess | undefined;
let metricsPort: number;

beforeAll(async () => {
  [controlPlane, kafka, [metricsPort = 0]] = await Promise.all([
    startControlPlaneWithKinds(),
    startKafka(),
    freePorts(1),
  ]);
  operator = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      KUBECONFIG: controlPlane.kubeconfigPath,
      SLUICE_NAMESPACES: 'shop',
      SLUICE_METRICS_PORT: `${metricsPort}`,
      SLUICE_PROBE_PORT: '0',
      SLUICE_API_PORT: '0',
      SLUICE_LEADER_ELECTION: 'true',
      SLUICE_LOG_LEVEL: 'fatal',
      POD_NAMESPACE: 'default',
      POD_NAME: 'sluice-0',
    },
    stdio: 'inherit',
  });
});
afterAll(async () => {
  if (operator?.exitCode === null && operator.kill('SIGTERM')) await once(operator, 'exit');
  await Promise.all([controlPlane?.stop(), kafka?.stop()]);
});

/** Undefined as long as nobody listens. */
async function scrape(): Promise<string | undefined> {
  try {
    return await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  } catch {
    return undefined;
  }
}

/** Resolves once a scrape has the line; with all of it. */
async function scraped(line: string): Promise<string> {
  let last: string | undefined;
  await eventually(`a scrape has ${line}`, async () => {
    last = await scrape();
    return last?.split('\n').includes(line);
  });
  return last ?? '';
}

const publish = (name: string, ...topics: readonly string[]) =>
  controlPlane.client.apply(
    eventServices,
    {
      ...anEventService({ publishes: topics.map((topic) => ({ topic, partitions: 1, replicas: 1 })) }),
      metadata: { name, namespace: 'shop' },
    },
    { fieldManager: 'user' },
  );

// One story, in this order.
describe('a scrape of the operator', () => {
  it('counts resources by their conditions', async () => {
    const bus = anEventBus({ kafka: { external: { bootstrapServers: kafka.bootstrapServers } } });
    const metadata = { name: 'shop', namespace: 'shop' };
    await controlPlane.client.apply(eventBuses, { ...bus, metadata }, { fieldManager: 'user' });
    await publish('order', 'shop.orders', 'shop.refunds');
    await scraped('sluice_condition{kind="EventBus",type="KafkaReachable",status="True"} 1');
    const metrics = await scraped('sluice_condition{kind="EventService",type="TopicsReady",status="True"} 1');
    expect(metrics).toContain('\nsluice_resources{kind="EventService"} 1\n');
    expect(metrics).toContain('\nsluice_resources{kind="StreamJob"} 0\n');
  });

  it('has every metric that an alert selects', async () => {
    const metrics = await scraped('leader_election_master_status{name="sluice"} 1');
    const names = new Set([...metrics.matchAll(/^([a-zA-Z_:]+)[{ ]/gm)].map(([, name]) => name));
    const selected = selectedMetrics(alertsAsWritten());
    expect(selected.length).toBeGreaterThan(5);
    expect(selected.filter((name) => !names.has(name))).toEqual([]);
  });

  it('tells of a resource that a person has to mend', async () => {
    await publish('impostor', 'shop.orders');
    await scraped('sluice_condition{kind="EventService",type="Stalled",status="True"} 1');
  });

  it('tells of what waits for approval, and for how long', async () => {
    const admitted = await scraped('sluice_approvals_outstanding{kind="EventService"} 0');
    expect(admitted).toContain('\nsluice_approval_oldest_seconds{kind="EventService"} 0\n');
    // Nobody has approved the loss of a topic that another one reads.
    const spec = { publishes: [{ topic: 'shop.logs', partitions: 1, replicas: 1, deletionPolicy: 'Delete' }] } as const;
    const metadata = { name: 'logger', namespace: 'shop' };
    const apply = (fields: object) =>
      controlPlane.client.apply(eventServices, { ...anEventService(fields), metadata }, { fieldManager: 'user' });
    await apply(spec);
    await controlPlane.client.apply(
      eventServices,
      {
        ...anEventService({ consumes: [{ topic: 'shop.logs' }] }),
        metadata: { name: 'reader', namespace: 'shop' },
      },
      { fieldManager: 'user' },
    );
    await eventually('the topic is there', async () => {
      const live = await controlPlane.client.get(eventServices, metadata);
      return live?.status?.topics?.some(({ id }) => id !== undefined);
    });
    await apply({});
    const metrics = await scraped('sluice_approvals_outstanding{kind="EventService"} 1');
    expect(metrics).toContain('\nsluice_plan_changes{kind="EventService",risk="DataLoss"} 1\n');
  });

  it('counts a topic that is retained once', async () => {
    await publish('order', 'shop.orders');
    await scraped('sluice_topics_retained_total{kind="EventService"} 1');
  });

  it('has the metrics that the guide for operators explains, and no others of our own', async () => {
    const exposed = [...((await scrape()) ?? '').matchAll(/^# TYPE (sluice_\w+)/gm)].map(([, name]) => name);
    const guide = readFileSync(new URL('../../../docs/how-to/operate.md', import.meta.url), 'utf8');
    expect([...guide.matchAll(/^\| `(sluice_\w+)`/gm)].map(([, name]) => name).sort()).toEqual(exposed.sort());
  });

  it('names no object in a series of its own', async () => {
    const own = (await scraped('sluice_resources{kind="EventService"} 4'))
      .split('\n')
      .filter((line) => line.startsWith('sluice_'));
    expect(own.length).toBeGreaterThan(20);
    expect(own.filter((line) => /shop|order|impostor|logger|reader/.test(line))).toEqual([]);
  });
});
