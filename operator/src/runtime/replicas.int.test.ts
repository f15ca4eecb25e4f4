import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ControlPlane, startApiProxy, startControlPlane } from '@sluice/cluster';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configMaps, sampleCrd, samples } from '../../bench/sample/sample.ts';
import type { Client } from './client.ts';
import { leaseResource } from './leader-election.ts';
import { runReflector } from './reflector.ts';
import { type AtEnd, aNamespace, clientOf, eventually, installCrd } from './testing/cluster.ts';

const sampleMain = fileURLToPath(new URL('../../bench/sample/main.ts', import.meta.url));

let controlPlane: ControlPlane;
let client: Client;

beforeAll(async () => {
  controlPlane = await startControlPlane();
  client = clientOf(controlPlane.kubeconfigPath);
  await installCrd(client, sampleCrd);
});
afterAll(() => controlPlane.stop());

interface Replicas {
  readonly a: ChildProcess;
  readonly b: ChildProcess;
  readonly key: { readonly namespace: string; readonly name: string };
  /** Who wrote the ConfigMap, one entry for each state it was in, as the API server ordered them. */
  readonly writers: string[];
}

/**
 * Two replicas in a namespace of their own: `a` leads and has written, `b` waits with its caches warm. `kubeconfigPath`
 * is what `a` reaches the API server by.
 */
async function twoReplicas(
  namespace: string,
  atEnd: AtEnd,
  kubeconfigPath = controlPlane.kubeconfigPath,
): Promise<Replicas> {
  await client.create(...aNamespace(namespace));
  const key = { namespace, name: 'shared' };
  const writers = watchWriters(namespace, atEnd);
  await client.create(samples, {
    apiVersion: 'bench.sluice.dev/v1',
    kind: 'Sample',
    metadata: key,
    spec: { replicas: 1, message: 'begin' },
  });
  const a = startReplica(namespace, 'a', kubeconfigPath, atEnd);
  await eventually('a writes', () => writers.at(-1) === 'a');
  const b = startReplica(namespace, 'b', controlPlane.kubeconfigPath, atEnd);
  await eventually('b is ready to take over', () => b.isReady());
  return { a: a.child, b: b.child, key, writers };
}

function watchWriters(namespace: string, atEnd: AtEnd): string[] {
  const writers: string[] = [];
  const note = (object: { readonly data?: Readonly<Record<string, string>> }) =>
    writers.push(object.data?.['writer'] ?? '?');
  const watching = new AbortController();
  const watched = runReflector(
    {
      client,
      resource: configMaps,
      namespace,
      target: {
        replace: (items) => items.forEach(note),
        change: ({ object }) => note(object),
        missing: () => {},
        report: () => {},
      },
    },
    watching.signal,
  );
  atEnd(async () => {
    watching.abort();
    await watched;
  });
  return writers;
}

function startReplica(namespace: string, writer: string, kubeconfigPath: string, atEnd: AtEnd) {
  const child = spawn(process.execPath, [sampleMain], {
    env: {
      ...process.env,
      KUBECONFIG: kubeconfigPath,
      SAMPLE_WRITER: writer,
      SAMPLE_NAMESPACE: namespace,
      SAMPLE_LEASE: `${namespace}/sample`,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  atEnd(async () => void child.kill('SIGKILL'));
  let log = '';
  child.stderr.on('data', (piece: Buffer) => {
    log += piece.toString();
  });
  return { child, isReady: () => log.includes('caches synced') };
}

describe.concurrent('two replicas', () => {
  it('the leader is killed: the other one reconciles within 20 s', async ({ onTestFinished }) => {
    const { a, writers } = await twoReplicas('killed', onTestFinished);
    const killedAt = performance.now();
    a.kill('SIGKILL');
    await eventually('b writes', () => writers.at(-1) === 'b');
    const seconds = (performance.now() - killedAt) / 1000;
    console.log(`killed: taken over after ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThan(20);
  });

  it('the leader stops gracefully: the other one reconciles within 3 s', async ({ onTestFinished }) => {
    const { a, writers } = await twoReplicas('stopped', onTestFinished);
    const stoppedAt = performance.now();
    a.kill('SIGTERM');
    await eventually('b writes', () => writers.at(-1) === 'b');
    const seconds = (performance.now() - stoppedAt) / 1000;
    console.log(`stopped: taken over after ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThan(3);
    await eventually('a ends by itself', () => a.exitCode === 0);
    const lease = await client.get(leaseResource, { namespace: 'stopped', name: 'sample' });
    expect(lease?.spec.leaseTransitions).toBe(1);
  });

  it('the leader is suspended for 30 s under load: woken, it writes nothing more', async ({ onTestFinished }) => {
    // Stopped while it waits for the answer to a renewal, when nothing in it knows yet that time has passed.
    let stopAtRenewal: (() => void) | undefined;
    const proxy = await startApiProxy(controlPlane.kubeconfigPath, {
      beforeWrite: ({ method, path }) => {
        if (method === 'PUT' && path.includes('/leases/')) stopAtRenewal?.();
        return true;
      },
    });
    onTestFinished(proxy.stop);
    const { a, key, writers } = await twoReplicas('suspended', onTestFinished, proxy.kubeconfigPath);
    let isLoading = true;
    const load = (async () => {
      for (let i = 0; isLoading; i++) {
        await client.patchMerge(samples, key, { spec: { message: `change ${i}` } });
        await delay(50);
      }
    })();
    await eventually('a works under load', () => writers.length > 10);
    await new Promise<void>((resolve) => {
      stopAtRenewal = () => {
        a.kill('SIGSTOP');
        stopAtRenewal = undefined;
        resolve();
      };
    });
    await delay(30_000);
    expect(writers.at(-1)).toBe('b');
    const written = proxy.writes.length;
    a.kill('SIGCONT');
    await eventually('a sees that it lost and ends', () => a.exitCode === 1);
    const afterWake = writers.length;
    await eventually('b goes on', () => writers.length > afterWake + 20);
    isLoading = false;
    await load;
    expect(proxy.writes.slice(written)).toEqual([]);
    // One change of hands in all: never a, b, a.
    const hands = writers.filter((writer, at) => writer !== writers[at - 1]);
    expect(hands).toEqual(['a', 'b']);
  }, 90_000);
});
