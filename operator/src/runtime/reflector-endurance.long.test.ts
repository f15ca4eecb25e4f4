// What takes the reflector a minute and more: many objects, and what the API server does by its own slow clocks.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startControlPlane } from '@sluice/cluster';
import { describe, expect, it } from 'vitest';
import type { CacheReport } from './testing/cache-process.ts';
import { aConfigMap, allConfigMaps, clientOf, eventually } from './testing/cluster.ts';
import { aWorld, churn, expectNothingMissed, revisionsOf } from './testing/world.ts';

const cacheProcess = fileURLToPath(new URL('./testing/cache-process.ts', import.meta.url));
/** apiserver: storage/cacher, DefaultEventFreshDuration. Younger events are kept, whatever their number. */
const eventFreshMs = 75_000;

describe.concurrent('the reflector at length', () => {
  it('lists and watches 20,000 objects within 100 MiB and misses none', async ({ onTestFinished }) => {
    const count = 20_000;
    const controlPlane = await startControlPlane();
    onTestFinished(controlPlane.stop);
    const client = clientOf(controlPlane.kubeconfigPath);
    let next = 0;
    const create = async () => {
      while (next < count) {
        await client.create(allConfigMaps, aConfigMap(`many-${next++}`, { value: 'x'.repeat(200) }));
      }
    };
    await Promise.all(Array.from({ length: 32 }, create));

    const child = fork(cacheProcess, [controlPlane.kubeconfigPath]);
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    const report = async (): Promise<CacheReport> => {
      child.send('report');
      const [answer] = await once(child, 'message');
      return answer;
    };
    const listed = await report();
    expect(Object.keys(listed.revisions).length).toBeGreaterThanOrEqual(count);

    await Promise.all(
      Array.from({ length: 500 }, (_, i) =>
        i % 5 === 0
          ? client.delete(allConfigMaps, { namespace: 'default', name: `many-${i}` })
          : client.patchMerge(allConfigMaps, { namespace: 'default', name: `many-${i}` }, { data: { value: 'new' } }),
      ),
    );
    await eventually('the cache equals a fresh list', async () => {
      const { items } = await client.list(allConfigMaps);
      expect((await report()).revisions).toEqual(revisionsOf(items));
      return true;
    });
    const { rssMiB, heapMiB } = await report();
    console.log(
      `${count} objects listed in ${listed.syncedMs} ms; RSS ${rssMiB} MiB, heap ${heapMiB} MiB with all of Node`,
    );
    expect(heapMiB).toBeLessThan(100);
  }, 180_000);

  it('misses nothing when the window of the watch cache has moved past its revision (410)', async ({
    onTestFinished,
  }) => {
    const world = await aWorld(onTestFinished);
    await churn(world.client, 500);
    await expectNothingMissed(world);
    world.proxy.faults.isSilent = true;
    const write = async (times: number) => {
      await world.client.apply(allConfigMaps, aConfigMap('written'), { fieldManager: 'test' });
      for (let i = 0; i < times; i++) {
        await world.client.patchMerge(allConfigMaps, aConfigMap('written').metadata, { data: { at: `${times} ${i}` } });
      }
    };
    // Old enough to be let go, and then enough new ones to fill the window.
    await write(10);
    await delay(eventFreshMs + 2_000);
    await write(400);
    world.proxy.dropConnections();
    world.proxy.faults.isSilent = false;
    await expectNothingMissed(world);
    expect(world.lists()).toBe(2);
  }, 180_000);
});
