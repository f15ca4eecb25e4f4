import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Cache } from './cache.ts';
import type { Client } from './client.ts';
import { Controller, type ControllerOptions, indexOf, type ReconcileContext, watchOf } from './controller.ts';
import { ApiError, NotLeaderError, TerminalError } from './errors.ts';
import type { Logger } from './logger.ts';
import { createRuntimeMetrics } from './metrics.ts';
import { controllerReference } from './owner-references.ts';
import { generationChanged } from './predicates.ts';
import { defineResource, type KubeObject, type ObjectMeta } from './resource.ts';

const kind = (name: string) =>
  defineResource<KubeObject>({ group: 'example.com', version: 'v1', plural: `${name}s`, kind: name, namespaced: true });
const owners = kind('Owner');
const children = kind('Child');
const secrets = kind('Secret');

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => silent };

let revision = 0;
function anObject(name: string, metadata: Partial<ObjectMeta> = {}): KubeObject {
  const resourceVersion = String(++revision);
  return {
    apiVersion: 'example.com/v1',
    kind: 'Owner',
    metadata: { name, namespace: 'shop', uid: name, generation: 1, resourceVersion, ...metadata },
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A running controller over a cache that is filled by hand. */
function aController(
  reconcile: (name: string, context: ReconcileContext) => Promise<{ requeueAfterMs?: number } | undefined>,
  options: Partial<ControllerOptions<KubeObject>> = {},
) {
  // Never asked for anything: only passed on.
  const client = { with: () => client } as unknown as Client;
  const cache = new Cache(client, [], { onList: () => {}, onFailure: () => {} });
  const metrics = createRuntimeMetrics();
  const reconciled: string[] = [];
  const controller = new Controller(
    {
      name: 'owner',
      for: owners,
      ...options,
      reconcile: async ({ name }, context) => {
        reconciled.push(name);
        return reconcile(name, context);
      },
    },
    { client, cache, events: { record: () => {} }, logger: silent, metrics },
  );
  const stop = new AbortController();
  const cut = new AbortController();
  let hasEnded = false;
  void controller.run(stop.signal, cut.signal).then(() => {
    hasEnded = true;
  });
  return {
    controller,
    reconciled,
    stop,
    cut,
    hasEnded: () => hasEnded,
    /** What the watch would bring. */
    see: (object: KubeObject, resource = owners) => cache.assume(resource, object),
    settle: (ms = 0) => vi.advanceTimersByTimeAsync(ms),
    metric: async (name: string) => {
      const text = await metrics.scrape();
      return Number(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (.*)$`, 'm').exec(text)?.[1]);
    },
  };
}

const done = async () => undefined;

describe('a controller', () => {
  it('reconciles what changed, once for all changes that wait together', async () => {
    const { reconciled, see, settle } = aController(
      () => new Promise((resolve) => setTimeout(() => resolve(undefined), 10)),
      { concurrency: 1 },
    );
    see(anObject('busy'));
    for (const name of ['a', 'b', 'a', 'a']) see(anObject(name));
    await settle(100);
    expect(reconciled).toEqual(['busy', 'a', 'b']);
  });

  it('works on one object once at a time, and on several at once up to its concurrency', async () => {
    let running = 0;
    let most = 0;
    const perObject = new Map<string, number>();
    const { reconciled, see, settle } = aController(
      async (name) => {
        most = Math.max(most, ++running);
        perObject.set(name, (perObject.get(name) ?? 0) + 1);
        expect(perObject.get(name)).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 10));
        perObject.set(name, 0);
        running--;
        return undefined;
      },
      { concurrency: 3 },
    );
    for (const name of ['a', 'b', 'c', 'd', 'e']) see(anObject(name));
    await settle(1);
    see(anObject('a'));
    await settle(100);
    expect(most).toBe(3);
    expect(reconciled.filter((name) => name === 'a')).toHaveLength(2);
  });

  it('leaves out changes that its predicate does not pass', async () => {
    const { reconciled, see, settle } = aController(done, { predicate: generationChanged });
    see(anObject('a'));
    await settle();
    see(anObject('a'));
    await settle();
    see(anObject('a', { generation: 2 }));
    await settle();
    expect(reconciled).toEqual(['a', 'a']);
  });

  it('is woken by its children, and by those that were', async () => {
    const { reconciled, see, settle } = aController(done, { owns: [children] });
    const ownedBy = (name: string) => ({ ownerReferences: [controllerReference(owners, anObject(name))] });
    see({ ...anObject('child', ownedBy('a')), kind: 'Child' }, children);
    await settle();
    see({ ...anObject('child', ownedBy('b')), kind: 'Child' }, children);
    await settle();
    see({ ...anObject('stray'), kind: 'Child' }, children);
    await settle();
    expect(reconciled).toEqual(['a', 'a', 'b']);
  });

  it('is woken by what its objects refer to, through an index', async () => {
    const { reconciled, see, settle } = aController(done, {
      indexes: [indexOf(owners, 'bySecret', ({ metadata }) => [metadata.labels?.['secret'] ?? ''])],
      watches: [
        watchOf({
          resource: secrets,
          map: ({ metadata }, cache) =>
            cache.list(owners, { index: { name: 'bySecret', value: metadata.name } }).map((owner) => owner.metadata),
        }),
      ],
    });
    see(anObject('a', { labels: { secret: 's' } }));
    see(anObject('b', { labels: { secret: 'other' } }));
    await settle();
    reconciled.length = 0;
    see(anObject('s'), secrets);
    await settle();
    expect(reconciled).toEqual(['a']);
  });

  it('tries a failed one again with back-off from 5 ms, while others go on', async () => {
    let failures = 0;
    const { reconciled, see, settle, metric } = aController(async (name) => {
      if (name === 'bad' && ++failures <= 3) throw new ApiError({ status: 500, message: 'not now' });
      return undefined;
    });
    see(anObject('bad'));
    see(anObject('good'));
    await settle(5 + 10 - 1);
    expect(reconciled).toEqual(['bad', 'good', 'bad']);
    await settle(1 + 20);
    expect(reconciled.filter((name) => name === 'bad')).toHaveLength(4);
    expect(await metric('controller_runtime_reconcile_errors_total{controller="owner"}')).toBe(3);
    expect(await metric('workqueue_retries_total{name="owner",controller="owner"}')).toBe(3);
    expect(await metric('controller_runtime_reconcile_panics_total{controller="owner"}')).toBe(0);
  });

  it('begins its back-off anew after a success', async () => {
    const answers = [true, true, false, true, false];
    const { reconciled, see, settle } = aController(async () => {
      if (answers.shift()) throw new Error('not now');
      return undefined;
    });
    see(anObject('a'));
    await settle(5 + 10);
    expect(reconciled).toHaveLength(3);
    see(anObject('a'));
    await settle(5);
    expect(reconciled).toHaveLength(5);
  });

  it('survives code that is wrong, and counts it as a panic', async () => {
    let isFirst = true;
    const { reconciled, see, settle, metric } = aController(async () => {
      if (!isFirst) return undefined;
      isFirst = false;
      throw new TypeError('undefined is not a function');
    });
    see(anObject('a'));
    await settle(5);
    expect(reconciled).toEqual(['a', 'a']);
    expect(await metric('controller_runtime_reconcile_panics_total{controller="owner"}')).toBe(1);
  });

  const terminal = [
    { what: 'a TerminalError', error: new TerminalError('it is wrong') },
    { what: 'an answer that judges what was sent', error: new ApiError({ status: 422, message: 'invalid' }) },
  ];
  it.each(terminal)('waits after $what until the object changes', async ({ error }) => {
    const { reconciled, see, settle, metric } = aController(async () => Promise.reject(error));
    see(anObject('a'));
    await settle(3_600_000);
    expect(reconciled).toEqual(['a']);
    see(anObject('a'));
    await settle();
    expect(reconciled).toEqual(['a', 'a']);
    expect(await metric('controller_runtime_terminal_reconcile_errors_total{controller="owner"}')).toBe(2);
  });

  it('waits as long as the server asks for', async () => {
    const busy = new ApiError({ status: 429, message: 'busy', retryAfterMs: 7_000 });
    const { reconciled, see, settle } = aController(async () => Promise.reject(busy));
    see(anObject('a'));
    await settle(6_999);
    expect(reconciled).toHaveLength(1);
    await settle(1);
    expect(reconciled).toHaveLength(2);
  });

  it('comes back when the reconcile asks for it', async () => {
    const { reconciled, see, settle, metric } = aController(async () => ({ requeueAfterMs: 1_000 }));
    see(anObject('a'));
    await settle(2_500);
    expect(reconciled).toHaveLength(3);
    expect(await metric('controller_runtime_reconcile_total{controller="owner",result="requeue_after"}')).toBe(3);
  });

  it('aborts a reconcile whose time is up, tries it again, and is stuck when it does not end', async () => {
    const { controller, reconciled, see, settle, metric } = aController(
      (name, { signal }) =>
        name === 'deaf'
          ? new Promise(() => {})
          : new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      { timeoutMs: 1_000 },
    );
    see(anObject('a'));
    see(anObject('deaf'));
    await settle(1_000 + 5);
    expect(reconciled).toEqual(['a', 'deaf', 'a']);
    expect(await metric('controller_runtime_reconcile_timeouts_total{controller="owner"}')).toBe(2);
    expect(controller.isStuck).toBe(false);
    await settle(30_000);
    expect(controller.isStuck).toBe(true);
  });

  it('does not count as failed what ends because this process no longer leads', async () => {
    const { reconciled, see, settle, metric } = aController(async () => Promise.reject(new NotLeaderError('no')));
    see(anObject('a'));
    await settle(60_000);
    expect(reconciled).toHaveLength(1);
    expect(await metric('controller_runtime_reconcile_errors_total{controller="owner"}')).toBe(0);
  });

  it('looks at every object again after the resync period', async () => {
    const { reconciled, see, settle } = aController(done, { resyncMs: 10_000 });
    see(anObject('a'));
    await settle(10_500);
    expect(reconciled).toEqual(['a', 'a']);
  });

  it('finishes on stop what is in work, and takes nothing more', async () => {
    const { reconciled, see, settle, stop, hasEnded } = aController(
      () => new Promise((resolve) => setTimeout(() => resolve(undefined), 100)),
      { concurrency: 1 },
    );
    see(anObject('a'));
    see(anObject('b'));
    await settle(50);
    stop.abort();
    await settle(40);
    expect(hasEnded()).toBe(false);
    await settle(10);
    expect(hasEnded()).toBe(true);
    expect(reconciled).toEqual(['a']);
  });

  it('breaks off on cut what is in work', async () => {
    const { see, settle, stop, cut, hasEnded } = aController(
      (_, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    see(anObject('a'));
    await settle();
    stop.abort();
    cut.abort();
    await settle();
    expect(hasEnded()).toBe(true);
  });

  it('begins broken off what was handed out just before the cut', async () => {
    const { reconciled, see, settle, stop, cut, hasEnded } = aController(async (_, { signal }) => {
      signal.throwIfAborted();
      return new Promise(() => {});
    });
    see(anObject('a'));
    stop.abort();
    cut.abort();
    await settle();
    expect(reconciled).toEqual(['a']);
    expect(hasEnded()).toBe(true);
  });

  it('has every metric at zero before anything happens', async () => {
    const { metric } = aController(done);
    const labelled = (name: string, labels = 'controller="owner"') => metric(`${name}{${labels}}`);
    const queue = 'name="owner",controller="owner"';
    for (const result of ['success', 'error', 'requeue', 'requeue_after']) {
      expect(await labelled('controller_runtime_reconcile_total', `controller="owner",result="${result}"`)).toBe(0);
    }
    for (const name of ['errors', 'panics', 'timeouts']) {
      expect(await labelled(`controller_runtime_reconcile_${name}_total`)).toBe(0);
    }
    expect(await labelled('controller_runtime_terminal_reconcile_errors_total')).toBe(0);
    expect(await labelled('controller_runtime_reconcile_time_seconds_count')).toBe(0);
    expect(await labelled('controller_runtime_active_workers')).toBe(0);
    expect(await labelled('controller_runtime_max_concurrent_reconciles')).toBe(4);
    expect(await labelled('workqueue_depth', `${queue},priority="0"`)).toBe(0);
    for (const name of [
      'adds_total',
      'retries_total',
      'unfinished_work_seconds',
      'longest_running_processor_seconds',
    ]) {
      expect(await labelled(`workqueue_${name}`, queue), name).toBe(0);
    }
    for (const name of ['queue', 'work']) {
      expect(await labelled(`workqueue_${name}_duration_seconds_count`, queue)).toBe(0);
    }
  });
});
