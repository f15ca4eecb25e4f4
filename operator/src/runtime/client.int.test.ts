import { startControlPlane } from '@sluice/cluster';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployments, sampleCrd, samples } from '../../bench/sample/sample.ts';
import { applyIfChanged } from './apply.ts';
import { Cache } from './cache.ts';
import type { Client } from './client.ts';
import { isConflict, TerminalError } from './errors.ts';
import { EventSender, eventResource } from './events.ts';
import { addFinalizer, removeFinalizer } from './finalizers.ts';
import { ownedBy } from './owner-references.ts';
import { aConfigMap, allConfigMaps, clientOf, eventually, installCrd } from './testing/cluster.ts';

let client: Client;
let stop: () => Promise<void>;
beforeAll(async () => {
  const controlPlane = await startControlPlane();
  client = clientOf(controlPlane.kubeconfigPath);
  stop = controlPlane.stop;
  await installCrd(client, sampleCrd);
});
afterAll(() => stop());

const aSample = (name: string) => ({
  apiVersion: 'bench.sluice.dev/v1',
  kind: 'Sample',
  metadata: { name, namespace: 'default' },
  spec: { replicas: 1, message: 'hello' },
});

describe('writes', () => {
  it('refuses an update that is built on an old read', async () => {
    const first = await client.create(allConfigMaps, aConfigMap('conflict'));
    await client.update(allConfigMaps, { ...first, data: { a: '1' } });
    const late = client.update(allConfigMaps, { ...first, data: { a: '2' } });
    await expect(late).rejects.toSatisfy(isConflict);
    expect((await client.get(allConfigMaps, first.metadata))?.data).toEqual({ a: '1' });
  });

  it('raises the generation by the spec alone and guards the status by the resourceVersion', async () => {
    const created = await client.create(samples, aSample('generation'));
    const withStatus = await client.updateStatus(samples, {
      ...created,
      status: { observedGeneration: 1, ready: true },
    });
    expect(withStatus.metadata.generation).toBe(1);
    const stale = client.updateStatus(samples, { ...created, status: { observedGeneration: 0, ready: false } });
    await expect(stale).rejects.toSatisfy(isConflict);
    const changed = await client.update(samples, { ...withStatus, spec: { replicas: 2, message: 'hello' } });
    expect(changed.metadata.generation).toBe(2);
  });

  it('applies the status alone, each manager its own fields', async () => {
    const { metadata } = await client.create(samples, aSample('status'));
    const at = { name: metadata.name, namespace: 'default' };
    const applied = await client.apply(
      samples,
      { ...aSample('status'), metadata: at, status: { observedGeneration: 1, ready: true } },
      { fieldManager: 'sluice', subresource: 'status' },
    );
    expect(applied).toMatchObject({ spec: { replicas: 1 }, status: { ready: true }, metadata: { generation: 1 } });
  });

  it('names what is wrong when the API server refuses, and does not ask to try again', async () => {
    const wrong = { ...aSample('wrong'), spec: { replicas: -1, message: 'x' } };
    await expect(client.create(samples, wrong)).rejects.toMatchObject({
      status: 422,
      reason: 'Invalid',
      retry: 'terminal',
      message: expect.stringContaining('spec.replicas'),
    });
  });

  it('deletes only the very object that was meant', async () => {
    const first = await client.create(allConfigMaps, aConfigMap('precondition'));
    await client.delete(allConfigMaps, first.metadata);
    await client.create(allConfigMaps, aConfigMap('precondition'));
    await expect(client.delete(allConfigMaps, first.metadata, { uid: first.metadata.uid })).rejects.toSatisfy(
      isConflict,
    );
    expect(await client.delete(allConfigMaps, { namespace: 'default', name: 'never-there' })).toBe(false);
  });
});

describe('scale', () => {
  it('is read and set through its subresource, of any kind that has one', async () => {
    const key = { namespace: 'default', name: 'scaled' };
    const labels = { app: 'scaled' };
    await client.create(deployments, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: key,
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'example.com/a:1' }] } },
      },
    });
    expect((await client.setScale(deployments, key, 3)).spec.replicas).toBe(3);
    expect(await client.getScale(deployments, key)).toMatchObject({
      kind: 'Scale',
      spec: { replicas: 3 },
      status: { selector: 'app=scaled' },
    });
    expect((await client.get(deployments, key))?.spec).toMatchObject({ replicas: 3 });
    expect(await client.getScale(deployments, { ...key, name: 'nobody' })).toBeUndefined();
  });
});

describe('finalizers', () => {
  it('hold an object back until removed, and are not lost to a racing writer', async () => {
    const created = await client.create(allConfigMaps, aConfigMap('held'));
    const held = await addFinalizer(client, allConfigMaps, created, 'sluice.dev/test');
    expect(await addFinalizer(client, allConfigMaps, held, 'sluice.dev/test')).toBe(held);
    await expect(addFinalizer(client, allConfigMaps, created, 'sluice.dev/other')).rejects.toSatisfy(isConflict);
    await client.delete(allConfigMaps, held.metadata);
    const dying = await client.get(allConfigMaps, held.metadata);
    expect(dying?.metadata.deletionTimestamp).toBeDefined();
    if (dying) await removeFinalizer(client, allConfigMaps, dying, 'sluice.dev/test');
    expect(await client.get(allConfigMaps, held.metadata)).toBeUndefined();
  });
});

describe('apply', () => {
  const options = { fieldManager: 'sluice', hashAnnotation: 'sluice.dev/last-applied' };

  it('sends nothing when nothing differs, repairs drift, leaves others their fields and removes what it no longer sets', async () => {
    const cache = new Cache(client, [], { onList: () => {}, onFailure: () => {} });
    cache.watch(allConfigMaps);
    const ended = new AbortController();
    const running = cache.run(ended.signal);
    await cache.waitForSync(ended.signal);
    const writing = client.with({ onWritten: (resource, object) => cache.assume(resource, object) });
    const apply = (data: Record<string, string>) =>
      applyIfChanged(writing, cache, allConfigMaps, aConfigMap('applied', data), options);

    expect((await apply({ ours: '1', gone: 'x' })).outcome).toBe('applied');
    // No wait in between: the answer of the write is in the cache already.
    expect((await apply({ ours: '1', gone: 'x' })).outcome).toBe('unchanged');

    const theirs = { ...aConfigMap('applied'), data: { theirs: '1' } };
    await client.apply(allConfigMaps, theirs, { fieldManager: 'somebody' });
    await eventually('their field is seen', () => cache.get(allConfigMaps, theirs.metadata)?.data?.['theirs']);
    expect((await apply({ ours: '1', gone: 'x' })).outcome).toBe('unchanged');

    await client.patchMerge(allConfigMaps, theirs.metadata, { data: { ours: 'drifted' } });
    await eventually(
      'the drift is seen',
      () => cache.get(allConfigMaps, theirs.metadata)?.data?.['ours'] === 'drifted',
    );
    expect((await apply({ ours: '1', gone: 'x' })).outcome).toBe('applied');

    expect((await apply({ ours: '1' })).outcome).toBe('applied');
    expect((await client.get(allConfigMaps, theirs.metadata))?.data).toEqual({ ours: '1', theirs: '1' });

    const unforced = client.apply(allConfigMaps, aConfigMap('applied', { theirs: '2' }), {
      fieldManager: 'sluice',
      force: false,
    });
    await expect(unforced).rejects.toMatchObject({ status: 409, message: expect.stringContaining('somebody') });
    ended.abort();
    await running;
  });

  it('says who owns an object already', async () => {
    const [first, second] = [
      await client.create(samples, aSample('first')),
      await client.create(samples, aSample('second')),
    ];
    const child = aConfigMap('child');
    const live = await client.create(allConfigMaps, ownedBy(child, samples, first));
    expect(() => ownedBy(child, samples, second, live)).toThrow(TerminalError);
    expect(() => ownedBy(child, samples, second, live)).toThrow('already owned by Sample first');
  });
});

describe('events', () => {
  it('are accepted by the API server, one for repeats', async () => {
    const sender = new EventSender(client, { controller: 'sluice.dev/test', instance: 'test-0' });
    const sample = await client.create(samples, aSample('told'));
    const told = { type: 'Warning', reason: 'Refused', action: 'Reconcile', note: 'it cannot be' } as const;
    for (let i = 0; i < 50; i++) sender.record(sample, told);
    await sender.close(AbortSignal.timeout(5_000));
    const { items } = await client.list(eventResource, { namespace: 'default' });
    const ours = items.filter(({ regarding }) => regarding['uid'] === sample.metadata.uid);
    expect(ours).toHaveLength(1);
    expect(ours[0]).toMatchObject({ ...told, reportingController: 'sluice.dev/test' });
  });
});
