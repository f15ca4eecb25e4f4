// What the benchmark of topics runs on: a real API server, a real broker, and the operator as it is shipped, a process of
// its own from one bundled file.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts, startKafka } from '@sluice/cluster';
import { build } from 'esbuild';
import { startControlPlaneWithKinds } from '../src/api/testing/control-plane.ts';
import { anEventBus } from '../src/api/v1alpha1/builders.ts';
import { eventBuses } from '../src/bus/index.ts';
import { connectKafka, type KafkaAdmin } from '../src/kafka/index.ts';
import { type Client, isConditionTrue } from '../src/runtime/index.ts';
import { eventually } from '../src/runtime/testing/cluster.ts';
import { type MetricSample, parseMetrics } from './prometheus.ts';
import { type Usage, usageOf } from './usage.ts';

export const namespace = 'bench';
export const busName = 'bench';

export interface TopicsWorld {
  readonly client: Client;
  readonly bootstrapServers: readonly string[];
  /** The benchmark's own, beside the operator's. */
  readonly kafka: KafkaAdmin;
  readonly operator: Usage & { scrape(): Promise<readonly MetricSample[]>; assertRuns(): void };
  /** Takes away what services leave behind where no garbage collector runs. */
  sweep(): Promise<void>;
}

/** Bundles the operator into `directory`; returns the file. */
export async function buildOperator(directory: string): Promise<string> {
  const outfile = join(directory, 'operator.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, '..', 'src', 'main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    keepNames: true,
    // The form that carries its WebAssembly in the text instead of a file beside it.
    alias: { '@platformatic/wasm-utils': '@platformatic/wasm-utils/bundled' },
    banner: {
      js: "import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  return outfile;
}

/** Runs `body` with the bus Ready. `nodeFlags` are for profiles. */
export async function inTopicsWorld<Result>(
  program: string,
  body: (world: TopicsWorld) => Promise<Result>,
  nodeFlags: readonly string[] = [],
): Promise<Result> {
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const controlPlane = await startControlPlaneWithKinds({ namespaces: [namespace] });
    stops.push(() => controlPlane.stop());
    const { client, kubeconfigPath, call } = controlPlane;
    const server = await startKafka();
    stops.push(() => server.stop());
    const { bootstrapServers } = server;
    const kafka = connectKafka({ bootstrapServers });
    stops.push(() => kafka.close());
    const operator = await startOperator(program, kubeconfigPath, nodeFlags);
    stops.push(() => operator.stop());
    const bus = anEventBus({
      kafka: { external: { bootstrapServers } },
      topicDefaults: { partitions: 1, replicas: 1 },
    });
    const metadata = { name: busName, namespace };
    await client.apply(eventBuses, { ...bus, metadata }, { fieldManager: 'bench' });
    await eventually('the bus is Ready', async () => {
      operator.assertRuns();
      return isConditionTrue((await client.get(eventBuses, metadata))?.status?.conditions ?? [], 'Ready');
    });
    const sweep = async () => {
      for (const path of leftBehind) {
        const { status } = await call(path, { method: 'DELETE' });
        if (status !== 200) throw new Error(`DELETE ${path} was answered ${status}`);
      }
    };
    return await body({ client, bootstrapServers, kafka, operator, sweep });
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

const leftBehind = ['api/v1', 'apis/apps/v1', 'apis/events.k8s.io/v1'].flatMap((group) => {
  const plurals = { 'api/v1': ['secrets', 'serviceaccounts'], 'apis/apps/v1': ['deployments'] }[group] ?? ['events'];
  return plurals.map((plural) => `/${group}/namespaces/${namespace}/${plural}`);
});

async function startOperator(program: string, kubeconfigPath: string, nodeFlags: readonly string[]) {
  const [metricsPort = 0] = await freePorts(1);
  const child = spawn(process.execPath, [...nodeFlags, program], {
    env: {
      ...process.env,
      KUBECONFIG: kubeconfigPath,
      SLUICE_NAMESPACES: namespace,
      SLUICE_METRICS_PORT: String(metricsPort),
      SLUICE_PROBE_PORT: '0',
      SLUICE_API_PORT: '0',
      POD_NAMESPACE: namespace,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => {
      log = (log + piece.toString()).slice(-20_000);
    });
  }
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} did not start`);
  const scrape = async () => parseMetrics(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text());
  const assertRuns = () => {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the operator ended:\n${log}`);
  };
  for (const deadline = performance.now() + 60_000; ; await delay(20)) {
    assertRuns();
    if (await scrape().catch(() => undefined)) break;
    if (performance.now() > deadline) throw new Error(`the operator serves no metrics:\n${log}`);
  }
  return {
    ...usageOf(pid),
    scrape,
    assertRuns,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, 'exit');
        child.kill('SIGTERM');
        await exited;
      }
      if (child.exitCode !== 0) throw new Error(`the operator failed:\n${log}`);
    },
  };
}
