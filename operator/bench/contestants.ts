// The programs that the benchmark compares, and one running process of them.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePorts } from '@sluice/cluster';
import { build } from 'esbuild';
import { type MetricSample, parseMetrics } from './prometheus.ts';
import { type Usage, usageOf } from './usage.ts';

export const contestantNames = ['ts', 'go-apply', 'go-update'] as const;
export type ContestantName = (typeof contestantNames)[number];

interface Command {
  readonly command: string;
  readonly flags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Builds what must be built, into `directory`. Minutes when Go's cache is cold. */
export async function buildContestants(directory: string): Promise<Readonly<Record<ContestantName, Command>>> {
  const reference = join(directory, 'reference-go');
  await promisify(execFile)('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', reference, '.'], {
    cwd: join(import.meta.dirname, 'reference-go'),
    env: { ...process.env, CGO_ENABLED: '0' },
  });
  const sample = join(directory, 'sample.mjs');
  // As the operator is shipped: one file.
  await build({
    entryPoints: [join(import.meta.dirname, 'sample', 'main.ts')],
    outfile: sample,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  return {
    ts: { command: process.execPath, flags: [sample], environment: {} },
    'go-apply': { command: reference, flags: [], environment: { SAMPLE_MODE: 'apply' } },
    'go-update': { command: reference, flags: [], environment: { SAMPLE_MODE: 'update' } },
  };
}

export interface Operator extends Usage {
  /** From the start of the process until its caches had synced, ms. */
  readonly syncedMs: number;
  scrape(): Promise<readonly MetricSample[]>;
  /** Ends it gracefully; throws with its log when it fails. */
  stop(): Promise<void>;
}

/** Starts the program with 10 workers; resolves when its caches have synced. */
export async function startOperator(
  { command, flags, environment }: Command,
  kubeconfigPath: string,
  nodeFlags: readonly string[] = [],
): Promise<Operator> {
  const [metricsPort = 0] = await freePorts(1);
  const startedAt = performance.now();
  const child = spawn(command, [...nodeFlags, ...flags], {
    env: {
      ...process.env,
      ...environment,
      KUBECONFIG: kubeconfigPath,
      SAMPLE_CONCURRENCY: '10',
      SAMPLE_METRICS_PORT: String(metricsPort),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const log = tailOf(child);
  while (!log.text().includes('caches synced')) {
    if (child.exitCode !== null || performance.now() - startedAt > 60_000) {
      child.kill('SIGKILL');
      throw new Error(`${command} did not sync:\n${log.text()}`);
    }
    await delay(5);
  }
  const syncedMs = performance.now() - startedAt;
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} did not start`);
  return {
    syncedMs,
    scrape: async () => parseMetrics(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()),
    ...usageOf(pid),
    stop: async () => {
      if (child.exitCode === null) {
        const exited = once(child, 'exit');
        child.kill('SIGTERM');
        await exited;
      }
      if (child.exitCode !== 0) throw new Error(`${command} failed:\n${log.text()}`);
    },
  };
}

/** The last of what the process logs; all of it is read, so that the pipe never fills. */
function tailOf(child: ChildProcess): { text(): string } {
  let text = '';
  child.stderr?.on('data', (piece: Buffer) => {
    text = (text + piece.toString()).slice(-20_000);
  });
  return { text: () => text };
}
