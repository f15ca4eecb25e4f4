import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { sampleCrd, samples } from '../../bench/sample/sample.ts';
import { revisionOf } from './resource.ts';
import { aConfigMap, allConfigMaps, eventually, installCrd } from './testing/cluster.ts';
import { aWorld, churn, expectNothingMissed } from './testing/world.ts';

describe.concurrent('the reflector misses nothing', () => {
  it('while connections drop', async ({ onTestFinished }) => {
    const world = await aWorld(onTestFinished);
    const churned = churn(world.client, 4_000);
    for (let i = 0; i < 8; i++) {
      await delay(400);
      world.proxy.dropConnections();
    }
    await churned;
    await expectNothingMissed(world);
    expect(world.failures()).toBeGreaterThan(0);
  });

  it('while everything comes late', async ({ onTestFinished }) => {
    const world = await aWorld(onTestFinished);
    world.proxy.faults.delayMs = 150;
    await churn(world.client, 2_000);
    await expectNothingMissed(world);
  });

  it('while watches are cut in the middle of an event, and garbled', async ({ onTestFinished }) => {
    const world = await aWorld(onTestFinished);
    world.proxy.faults.cutWatchAfterBytes = 1_500;
    await churn(world.client, 3_000);
    world.proxy.faults.cutWatchAfterBytes = undefined;
    world.proxy.dropConnections();
    await churn(world.client, 1_500);
    world.proxy.faults.garbleNextWatch = true;
    await churn(world.client, 1_000);
    await expectNothingMissed(world);
    expect(world.proxy.faults.garbleNextWatch).toBe(false);
    expect(world.failures()).toBeGreaterThan(1);
    // Resumed from where they were: a broken stream is no reason to read everything again.
    expect(world.lists()).toBe(1);
  });

  it('when the API server is killed and started again in the middle of a watch', async ({ onTestFinished }) => {
    const world = await aWorld(onTestFinished);
    await churn(world.client, 500);
    await world.controlPlane.killApiServer();
    await world.controlPlane.startApiServer();
    await churn(world.client, 500);
    await expectNothingMissed(world);
  });

  it('when its revision was compacted away (410, no watch cache)', async ({ onTestFinished }) => {
    const world = await aWorld(onTestFinished, {
      apiServerFlags: ['--watch-cache=false', '--etcd-compaction-interval=1s'],
    });
    await churn(world.client, 500);
    world.proxy.faults.isDown = true;
    world.proxy.dropConnections();
    await churn(world.client, 5_000);
    world.proxy.faults.isDown = false;
    await expectNothingMissed(world);
    expect(world.lists()).toBe(2);
  });

  it('when the watch cache began after its revision (410, API server restarted)', async ({ onTestFinished }) => {
    const world = await aWorld(onTestFinished);
    await churn(world.client, 500);
    world.proxy.faults.isDown = true;
    world.proxy.dropConnections();
    await churn(world.client, 1_000);
    await world.controlPlane.killApiServer();
    await world.controlPlane.startApiServer();
    await churn(world.client, 1_000);
    world.proxy.faults.isDown = false;
    await expectNothingMissed(world);
    expect(world.lists()).toBe(2);
  });
});

describe.concurrent('watches', () => {
  it('get bookmarks, which move on without a change of their own', async ({ onTestFinished }) => {
    const { client } = await aWorld(onTestFinished);
    const quiet = { ...allConfigMaps, labelSelector: 'nobody=here' };
    const { resourceVersion } = await client.list(quiet);
    let isOver = false;
    let created = 0;
    // A bookmark is sent, 2 s before the end at the latest, when something happened since the watch began.
    const creating = (async () => {
      while (!isOver)
        created = revisionOf((await client.create(allConfigMaps, aConfigMap(`other-${created}`))).metadata);
    })();
    const bookmarks: number[] = [];
    for await (const { type, object } of client.watch(quiet, { resourceVersion, timeoutSeconds: 5 })) {
      expect(type).toBe('BOOKMARK');
      bookmarks.push(revisionOf(object.metadata));
    }
    isOver = true;
    await creating;
    expect(bookmarks.length).toBeGreaterThan(0);
    expect(Math.min(...bookmarks)).toBeGreaterThan(Number(resourceVersion));
  });

  it('of a kind that is not installed hold nothing up, and begin when it comes', async ({ onTestFinished }) => {
    const { client, cache } = await aWorld(onTestFinished, {}, samples);
    expect(cache.hasAllSynced).toBe(true);
    await installCrd(client, sampleCrd);
    const sample = { apiVersion: 'bench.sluice.dev/v1', kind: 'Sample', metadata: { name: 'a', namespace: 'default' } };
    await client.create(samples, { ...sample, spec: { replicas: 0, message: '' } });
    await eventually('the new kind is seen', () => cache.get(samples, sample.metadata));
  });

  it('carry metadata alone where that is all that is needed', async ({ onTestFinished }) => {
    const { client, cache } = await aWorld(onTestFinished, {}, { ...allConfigMaps, metadataOnly: true });
    await client.create(allConfigMaps, aConfigMap('large', { much: 'x'.repeat(100_000) }));
    const resource = { ...allConfigMaps, metadataOnly: true };
    const seen = await eventually('it is seen', () => cache.get(resource, { namespace: 'default', name: 'large' }));
    expect(seen).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'large' } });
    expect(seen.data).toBeUndefined();
  });
});
