import { type ControlPlane, startApiProxy, startControlPlane } from '@sluice/cluster';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samples } from '../../bench/sample/sample.ts';
import type { Client } from './client.ts';
import type { ControllerOptions } from './controller.ts';
import { eventResource } from './events.ts';
import { LeadershipLostError, leaseResource } from './leader-election.ts';
import type { Logger } from './logger.ts';
import { Manager, type ManagerOptions } from './manager.ts';
import {
  type AtEnd,
  aConfigMap,
  allConfigMaps,
  aNamespace,
  type ConfigMap,
  clientOf,
  eventually,
} from './testing/cluster.ts';

let controlPlane: ControlPlane;
let client: Client;
beforeAll(async () => {
  controlPlane = await startControlPlane();
  client = clientOf(controlPlane.kubeconfigPath);
});
afterAll(() => controlPlane.stop());

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => silent };

/** A manager in a namespace of its own, with one controller of ConfigMaps. */
async function aManager(
  namespace: string,
  atEnd: AtEnd,
  controller: Partial<ControllerOptions<ConfigMap>> = {},
  options: Partial<ManagerOptions> = {},
) {
  await client.create(...aNamespace(namespace));
  const manager = new Manager({
    client,
    logger: silent,
    reportingController: 'example.com/test',
    instance: 'test-0',
    namespaces: [namespace],
    probePort: 0,
    metricsPort: 0,
    ...options,
  });
  const reconciled: string[] = [];
  manager.addController<ConfigMap>({
    name: 'config',
    for: allConfigMaps,
    ...controller,
    reconcile: async (key, context) => {
      reconciled.push(key.name);
      return controller.reconcile?.(key, context);
    },
  });
  const stop = new AbortController();
  let ended: 'stopped' | unknown;
  const start = () => {
    const running = manager.start(stop.signal).then(
      () => {
        ended = 'stopped';
      },
      (error: unknown) => {
        ended = error;
      },
    );
    atEnd(async () => {
      stop.abort();
      await running;
    });
  };
  const get = async (which: 0 | 1, path: string) => {
    const port = await eventually('it serves', () => manager.ports[which]);
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  return {
    manager,
    reconciled,
    start,
    stop,
    ended: () => ended,
    probe: (path: string) => get(0, path),
    scrape: async () => (await get(1, '/metrics')).text,
  };
}

describe.concurrent('the manager', () => {
  it('serves probes first, reconciles what is there once caches are synced, and only in its namespaces', async ({
    onTestFinished,
  }) => {
    const proxy = await startApiProxy(controlPlane.kubeconfigPath);
    onTestFinished(proxy.stop);
    proxy.faults.isDown = true;
    const { reconciled, start, probe, scrape } = await aManager(
      'started',
      onTestFinished,
      {},
      {
        client: clientOf(proxy.kubeconfigPath),
      },
    );
    await client.create(allConfigMaps, aConfigMap('ours', {}, 'started'));
    await client.create(allConfigMaps, aConfigMap('not-ours'));
    start();
    expect(await probe('/healthz')).toMatchObject({ status: 200 });
    expect(await probe('/readyz')).toMatchObject({ status: 503 });
    expect(await scrape()).toContain('controller_runtime_reconcile_total{controller="config",result="success"} 0');
    expect(reconciled).toEqual([]);
    proxy.faults.isDown = false;
    await eventually('it is ready', async () => (await probe('/readyz')).status === 200);
    await eventually('what is there is reconciled', () => reconciled.includes('ours'));
    expect(reconciled).not.toContain('not-ours');
    expect(await scrape()).toMatch(/rest_client_requests_total\{code="200",method="GET",host="[^"]+"\} \d/);
  });

  it('is ready although a kind that it reads is not installed', async ({ onTestFinished }) => {
    const { start, probe } = await aManager('missing', onTestFinished, { reads: [samples] });
    start();
    await eventually('it is ready', async () => (await probe('/readyz')).status === 200);
  });

  it('reads its own writes from the cache as soon as they return', async ({ onTestFinished }) => {
    const seen: unknown[] = [];
    const { start } = await aManager('own', onTestFinished, {
      reconcile: async (key, { client: writer, cache }) => {
        if (key.name !== 'asked') return undefined;
        const made = { namespace: 'own', name: 'made' };
        if (cache.get(allConfigMaps, made)) return undefined;
        await writer.create(allConfigMaps, aConfigMap('made', { a: '1' }, 'own'));
        seen.push(cache.get(allConfigMaps, made)?.data);
        return undefined;
      },
    });
    start();
    await client.create(allConfigMaps, aConfigMap('asked', {}, 'own'));
    await eventually('it wrote', () => seen.length > 0);
    expect(seen).toEqual([{ a: '1' }]);
  });

  it('lets the reconcile in work end on stop, flushes events, and resolves', async ({ onTestFinished }) => {
    const { manager, reconciled, start, stop, ended } = await aManager('graceful', onTestFinished, {
      reconcile: async (key, { events, client: writer, signal }) => {
        const object = await writer.get(allConfigMaps, { namespace: 'graceful', name: key.name });
        if (object?.data?.['slow']) {
          stop.abort();
          await new Promise((resolve) => setTimeout(resolve, 500));
          signal.throwIfAborted();
          await writer.patchMerge(allConfigMaps, object.metadata, { data: { done: 'yes' } });
          events.record(object, { type: 'Normal', reason: 'Done', action: 'Reconcile', note: 'it is done' });
        }
        return undefined;
      },
    });
    start();
    const slow = await client.create(allConfigMaps, aConfigMap('slow', { slow: 'yes' }, 'graceful'));
    await eventually('it has stopped', () => ended() !== undefined);
    expect(ended()).toBe('stopped');
    expect((await client.get(allConfigMaps, slow.metadata))?.data?.['done']).toBe('yes');
    const { items } = await client.list(eventResource, { namespace: 'graceful' });
    expect(items).toMatchObject([{ reason: 'Done', regarding: { name: 'slow' } }]);
    const before = reconciled.length;
    await client.create(allConfigMaps, aConfigMap('late', {}, 'graceful'));
    expect(reconciled).toHaveLength(before);
    expect(manager.ports).toEqual([]);
  });

  it('cuts what does not end in time', async ({ onTestFinished }) => {
    let wasCut = false;
    const { reconciled, start, stop, ended } = await aManager(
      'cut',
      onTestFinished,
      {
        reconcile: (_, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              wasCut = true;
              reject(signal.reason);
            });
          }),
      },
      { gracefulStopMs: 300 },
    );
    start();
    await client.create(allConfigMaps, aConfigMap('endless', {}, 'cut'));
    await eventually('it is in work', () => reconciled.length > 0);
    stop.abort();
    await eventually('it has stopped', () => ended() === 'stopped', 2_000);
    expect(wasCut).toBe(true);
  });

  it('rejects when its Lease is deleted: the process should end', async ({ onTestFinished }) => {
    const lease = { namespace: 'lost', name: 'lock' };
    const { start, ended, scrape, reconciled } = await aManager('lost', onTestFinished, {}, { leaderElection: lease });
    start();
    await eventually('it leads', async () => (await scrape()).includes('leader_election_master_status{name="lock"} 1'));
    await client.create(allConfigMaps, aConfigMap('one', {}, 'lost'));
    await eventually('it works', () => reconciled.includes('one'));
    await client.delete(leaseResource, lease);
    await eventually('it ends', () => ended() instanceof LeadershipLostError, 5_000);
  });

  it('does no work while another leads, its caches warm', async ({ onTestFinished }) => {
    const lease = { namespace: 'follower', name: 'lock' };
    const { manager, start, probe, reconciled } = await aManager(
      'follower',
      onTestFinished,
      {},
      { leaderElection: lease },
    );
    await client.create(leaseResource, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: lease,
      spec: { holderIdentity: 'somebody', leaseDurationSeconds: 15 },
    });
    start();
    await eventually('it is ready', async () => (await probe('/readyz')).status === 200);
    await client.create(allConfigMaps, aConfigMap('waiting', {}, 'follower'));
    await eventually('it is seen', () => manager.cache.get(allConfigMaps, { namespace: 'follower', name: 'waiting' }));
    expect(reconciled).toEqual([]);
    const held = await client.get(leaseResource, lease);
    if (held) await client.update(leaseResource, { ...held, spec: { ...held.spec, holderIdentity: '' } });
    await eventually('it works as soon as the other lets go', () => reconciled.includes('waiting'), 2_000);
  });
});
