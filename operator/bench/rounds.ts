// One contestant's round: fresh etcd and API server, the program, the load, and what was measured.
import { setTimeout as delay } from 'node:timers/promises';
import { startControlPlane } from '@sluice/cluster';
import { request } from 'undici';
import { Client, defineResource, type KubeObject, loadKubeConfig } from '../src/runtime/index.ts';
import { type Operator, startOperator } from './contestants.ts';
import { changeSamples, createSamples, watchStatus } from './load.ts';
import { type MetricSample, parseMetrics, quantileOf, type RequestCounts, requestsOf, sumOf } from './prometheus.ts';
import { sampleCrd, samples } from './sample/sample.ts';

type Command = Parameters<typeof startOperator>[0];

export interface RoundSizes {
  /** Created first, and timed. */
  readonly small: number;
  /** Brought up to this many for changes and idling. */
  readonly idle: number;
  /** Timed in a round of its own. */
  readonly large: number;
  readonly changes: number;
  readonly idleSeconds: number;
}

/** From the first create until every status is there. */
export interface ReadyResult {
  readonly seconds: number;
  readonly requests: RequestCounts;
  readonly cpuSeconds: number;
  readonly apiServerCpuSeconds: number;
  readonly etcdCpuSeconds: number;
  readonly etcdFsyncMs: { readonly p50: number; readonly p99: number };
  readonly rssMiB: number;
  readonly peakRssMiB: number;
}

export interface SmallRound {
  readonly ready: ReadyResult;
  /** ms from a spec change to its observedGeneration, one by one. */
  readonly updatesMs: readonly number[];
  readonly updateRequests: RequestCounts;
  /** Over `idleSeconds`. */
  readonly idleRequests: RequestCounts;
  readonly restart: { readonly syncedMs: number; readonly writes: number };
}

export async function runSmallRound(command: Command, sizes: RoundSizes): Promise<SmallRound> {
  return inFreshCluster(async ({ client, kubeconfigPath, measureReady }) => {
    const operator = await startOperator(command, kubeconfigPath);
    const watch = await watchStatus(client);
    try {
      const ready = await measureReady(operator, 0, sizes.small, watch);
      await createSamples(client, sizes.small, sizes.idle);
      await watch.ready(sizes.idle);
      const beforeUpdates = await settled(operator);
      const updatesMs = await changeSamples(client, watch, sizes.changes, sizes.idle);
      const beforeIdle = await settled(operator);
      await delay(sizes.idleSeconds * 1000);
      const afterIdle = await operator.scrape();
      await operator.stop();
      const restarted = await startOperator(command, kubeconfigPath);
      const afterRestart = await settled(restarted, sizes.idle);
      await restarted.stop();
      return {
        ready,
        updatesMs,
        updateRequests: requestsOf(beforeIdle, beforeUpdates),
        idleRequests: requestsOf(afterIdle, beforeIdle),
        restart: { syncedMs: restarted.syncedMs, writes: requestsOf(afterRestart).writes },
      };
    } finally {
      watch.stop();
      await operator.stop();
    }
  });
}

/** `nodeFlags` are for profiles. */
export async function runLargeRound(
  command: Command,
  sizes: Pick<RoundSizes, 'large'>,
  nodeFlags: readonly string[] = [],
): Promise<ReadyResult> {
  return inFreshCluster(async ({ client, kubeconfigPath, measureReady }) => {
    const operator = await startOperator(command, kubeconfigPath, nodeFlags);
    const watch = await watchStatus(client);
    try {
      return await measureReady(operator, 0, sizes.large, watch);
    } finally {
      watch.stop();
      await operator.stop();
    }
  });
}

interface FreshCluster {
  readonly client: Client;
  readonly kubeconfigPath: string;
  measureReady(
    operator: Operator,
    from: number,
    to: number,
    watch: Awaited<ReturnType<typeof watchStatus>>,
  ): Promise<ReadyResult>;
}

async function inFreshCluster<R>(body: (cluster: FreshCluster) => Promise<R>): Promise<R> {
  const controlPlane = await startControlPlane();
  try {
    const { kubeconfigPath, etcdUrl } = controlPlane;
    const credentials = loadKubeConfig(kubeconfigPath);
    const client = new Client(credentials);
    await install(client);
    const servers = async () => {
      const { server, agent } = await credentials.connection();
      const apiServer = await request(`${server}/metrics`, { dispatcher: agent });
      const etcd = await request(`${etcdUrl}/metrics`);
      return { apiServer: parseMetrics(await apiServer.body.text()), etcd: parseMetrics(await etcd.body.text()) };
    };
    return await body({
      client,
      kubeconfigPath,
      measureReady: async (operator, from, to, watch) => {
        const before = await operator.scrape();
        const serversBefore = await servers();
        const cpuBefore = operator.cpuSeconds();
        const startedAt = performance.now();
        await createSamples(client, from, to);
        await watch.ready(to);
        const seconds = (performance.now() - startedAt) / 1000;
        const after = await settled(operator);
        const cpuSeconds = operator.cpuSeconds() - cpuBefore;
        const serversAfter = await servers();
        const fsync = (quantile: number) =>
          1000 * quantileOf(serversAfter.etcd, 'etcd_disk_wal_fsync_duration_seconds', quantile);
        const { rssMiB, peakMiB } = operator.memory();
        return {
          seconds,
          requests: requestsOf(after, before),
          cpuSeconds,
          apiServerCpuSeconds: cpuOf(serversAfter.apiServer) - cpuOf(serversBefore.apiServer),
          etcdCpuSeconds: cpuOf(serversAfter.etcd) - cpuOf(serversBefore.etcd),
          etcdFsyncMs: { p50: fsync(0.5), p99: fsync(0.99) },
          rssMiB,
          peakRssMiB: peakMiB,
        };
      },
    });
  } finally {
    await controlPlane.stop();
  }
}

function cpuOf(metrics: readonly MetricSample[]): number {
  return sumOf(metrics, 'process_cpu_seconds_total');
}

/** The program's metrics once it has done at least `reconciles` and then nothing for half a second. */
async function settled(operator: Operator, reconciles = 0): Promise<readonly MetricSample[]> {
  let before = -1;
  for (const deadline = performance.now() + 120_000; performance.now() < deadline; ) {
    const metrics = await operator.scrape();
    const done = sumOf(metrics, 'controller_runtime_reconcile_total');
    const waiting = sumOf(metrics, 'workqueue_depth') + sumOf(metrics, 'controller_runtime_active_workers');
    if (done >= reconciles && done === before && waiting === 0) return metrics;
    before = done;
    await delay(500);
  }
  throw new Error('the operator does not come to rest');
}

const crds = defineResource<KubeObject>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
});

async function install(client: Client): Promise<void> {
  await client.create(crds, sampleCrd);
  for (const deadline = performance.now() + 30_000; performance.now() < deadline; ) {
    try {
      await client.list(samples);
      return;
    } catch {
      // Not served yet.
      await delay(100);
    }
  }
  throw new Error('the CRD of Samples is not served after 30 s');
}
