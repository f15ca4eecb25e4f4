import { describe, expect, it } from 'vitest';
import { type EventBus, reasons } from '../api/index.ts';
import { anEventBus } from '../api/v1alpha1/builders.ts';
import { SluiceError } from '../errors.ts';
import {
  ApiError,
  type Cache,
  type Client,
  defineResource,
  type EventFields,
  type KubeObject,
  type Logger,
  type ReconcileContext,
} from '../runtime/index.ts';
import type { Change } from './change.ts';
import type { Plan } from './plan.ts';
import { reconcileBy } from './reconcile.ts';
import { oneOfEach } from './testing/changes.ts';

const resource = defineResource<EventBus>({
  group: 'sluice.dev',
  version: 'v1alpha1',
  plural: 'eventbuses',
  kind: 'EventBus',
  namespaced: true,
});
const key = { namespace: 'shop', name: 'shop' };
const now = () => new Date('2026-06-01T00:00:00Z');
const { AddPartitions, Apply, CreateTopic, DeleteTopic, RemoveFinalizer } = oneOfEach;

interface Options {
  readonly object?: EventBus | undefined;
  /** The Plan of each look at the world, the last one for all later ones. */
  readonly plans: readonly Partial<Plan>[];
  readonly refuseTopics?: SluiceError;
  readonly refuseStatus?: ApiError;
  readonly topicsFirst?: boolean;
}

/** Reconciles once against a world in memory; tells what was done, written and recorded. */
async function reconcileOnce({ object = anEventBus(), plans, refuseTopics, refuseStatus, topicsFirst }: Options) {
  const seen = { looks: 0, done: [] as string[], written: [] as EventBus[], events: [] as EventFields[] };
  let live: EventBus | undefined = object;
  const act = async (what: string) => {
    if (refuseTopics) throw refuseTopics;
    seen.done.push(what);
  };
  const client = {
    updateStatus: async (_: unknown, next: EventBus) => {
      if (refuseStatus) throw refuseStatus;
      seen.written.push(next);
      live = next;
      return next;
    },
    apply: async (_: unknown, child: KubeObject) => {
      seen.done.push(`apply ${child.metadata.name}`);
      return child;
    },
    patchMerge: async () => {
      seen.done.push('finalizers');
      return { ...object, metadata: { ...object.metadata, finalizers: [] } };
    },
  };
  const silent = () => {};
  const logger: Logger = { debug: silent, info: silent, warn: silent, error: silent, child: () => logger };
  const context: ReconcileContext = {
    client: client as unknown as Client,
    cache: { get: (asked: unknown) => (asked === resource ? live : undefined) } as unknown as Cache,
    events: { record: (_, fields) => void seen.events.push(fields) },
    logger,
    signal: new AbortController().signal,
    reconcileId: 'test',
  };
  const reconcile = reconcileBy<EventBus, number>(
    {
      resource,
      fieldManager: 'test',
      observe: async () => seen.looks++,
      decide: (look) => ({ changes: [], verdicts: [], ...plans[Math.min(look, plans.length - 1)] }),
      ports: () => ({
        topics: {
          createTopics: () => act('create'),
          addPartitions: () => act('partitions'),
          alterTopicConfig: () => act('alter'),
          deleteTopic: () => act('delete'),
        },
      }),
      report: (_observed, _plan, _outcome, common) => ({ ...common, clusterId: 'c' }),
      ...(topicsFirst === undefined ? {} : { topicsFirst }),
    },
    now,
  );
  const result: { readonly outcome?: unknown; readonly error?: unknown } = await reconcile(key, context).then(
    (outcome) => ({ outcome }),
    (error: unknown) => ({ error }),
  );
  return { ...seen, ...result, status: seen.written.at(-1)?.status };
}

function readyOf(status: EventBus['status']) {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return `${ready?.status}/${ready?.reason}`;
}

function withMode(mode: string, over: Partial<EventBus['metadata']> = {}): EventBus {
  return anEventBus({}, { metadata: { annotations: { 'sluice.dev/mode': mode }, ...over } });
}

describe('a reconcile', () => {
  it('acts, looks again, and reports what it brought about in one write', async () => {
    const { done, looks, written, status, events } = await reconcileOnce({
      plans: [{ changes: [CreateTopic, Apply] }, {}],
    });
    expect(done).toEqual(['create', 'apply order']);
    expect(looks).toBe(2);
    expect(written).toHaveLength(1);
    expect(readyOf(status)).toBe('True/Ready');
    expect(status).toMatchObject({ clusterId: 'c', observedGeneration: 1 });
    expect(events.map(({ reason }) => reason)).toEqual(['CreateTopic', 'Apply', 'Ready']);
  });

  it('makes topics and tells of them first, and children in a turn behind the topics of others', async () => {
    const children: Partial<Plan> = { changes: [Apply] };
    const first = await reconcileOnce({
      topicsFirst: true,
      plans: [{ changes: [CreateTopic, Apply] }, children],
    });
    expect(first).toMatchObject({ done: ['create'], looks: 2, outcome: { requeueAfterMs: 0, priority: -1 } });
    expect(first.written).toHaveLength(1);
    const second = await reconcileOnce({ topicsFirst: true, plans: [children, {}] });
    expect(second).toMatchObject({ done: ['apply order'], outcome: undefined });
  });

  it('makes a topic that waited for the first one in the same turn, before any child', async () => {
    const { done, looks } = await reconcileOnce({
      topicsFirst: true,
      plans: [{ changes: [CreateTopic, Apply] }, { changes: [CreateTopic, Apply] }, { changes: [Apply] }],
    });
    expect({ done, looks }).toEqual({ done: ['create', 'create'], looks: 3 });
  });

  it('has no turn for itself where it makes no topics, or none before its children', async () => {
    const waiting = { ...CreateTopic, waitsFor: 'the reader' };
    for (const changes of [
      [AddPartitions, Apply],
      [Apply, CreateTopic],
      [waiting, Apply],
    ]) {
      const { done, outcome } = await reconcileOnce({ topicsFirst: true, plans: [{ changes }, {}] });
      expect(done).toContain('apply order');
      expect(outcome).toBeUndefined();
    }
  });

  it('writes nothing and records nothing where nothing changed', async () => {
    const first = await reconcileOnce({ plans: [{}] });
    const object = anEventBus({}, { status: first.status });
    const second = await reconcileOnce({ object, plans: [{ requeueAfterMs: 5000 }] });
    expect(second).toMatchObject({ written: [], events: [], outcome: { requeueAfterMs: 5000 } });
  });

  it('of an object that is gone does nothing', async () => {
    const reconcile = reconcileBy<EventBus, number>({
      resource,
      fieldManager: 'test',
      observe: () => Promise.reject(new Error('it was looked at')),
      decide: () => ({ changes: [], verdicts: [] }),
      ports: () => ({}),
      report: (_observed, _plan, _outcome, common) => common,
    });
    const cache = { get: () => undefined } as unknown as Cache;
    expect(await reconcile(key, { cache } as unknown as ReconcileContext)).toBeUndefined();
  });

  it('that always finds something to do ends and comes back soon', async () => {
    const { looks, outcome, status } = await reconcileOnce({ plans: [{ changes: [CreateTopic] }] });
    expect(looks).toBe(3);
    expect(outcome).toEqual({ requeueAfterMs: 50 });
    expect(readyOf(status)).toBe('False/Progressing');
  });

  it('comes back soon when somebody else wrote the status meanwhile, and tries nothing by force', async () => {
    const refuseStatus = new ApiError({ status: 409, reason: 'Conflict', message: 'it changed' });
    const { outcome, written, events } = await reconcileOnce({ plans: [{}], refuseStatus });
    expect(outcome).toEqual({ requeueAfterMs: 50 });
    expect(written).toEqual([]);
    expect(events).toEqual([]);
  });

  it('reports what failed and throws it, so that it is tried again with back-off', async () => {
    const refuseTopics = new SluiceError(reasons.brokerUnreachable, 'Kafka does not answer.');
    const { error, status, looks } = await reconcileOnce({ plans: [{ changes: [CreateTopic, Apply] }], refuseTopics });
    expect(error).toBe(refuseTopics);
    expect(looks).toBe(1);
    expect(readyOf(status)).toBe('False/BrokerUnreachable');
  });

  it('that was refused asks again later, since brokers and quotas change', async () => {
    const refuseTopics = new SluiceError(reasons.topicRefused, 'Kafka refused it.', { retry: 'terminal' });
    const { error, outcome, status } = await reconcileOnce({ plans: [{ changes: [AddPartitions] }], refuseTopics });
    expect(error).toBeUndefined();
    expect(outcome).toEqual({ requeueAfterMs: 60_000 });
    expect(readyOf(status)).toBe('False/TopicRefused');
  });

  it('shows what awaits approval in status.plan, and does not carry it out', async () => {
    const { done, status } = await reconcileOnce({ plans: [{ changes: [DeleteTopic] }] });
    expect(done).toEqual([]);
    expect(readyOf(status)).toBe('False/ApprovalRequired');
    expect(status).toMatchObject({ plan: { hash: expect.any(String), changes: [{ action: 'DeleteTopic' }] } });
  });

  it('records changes of a kind as one event, which says how many do not fit in', async () => {
    const changes = Array.from({ length: 100 }, (_, at) => ({ ...CreateTopic, topic: `shop.orders-${at}` }));
    const { events } = await reconcileOnce({ plans: [{ changes: [...changes, Apply] }, {}] });
    expect(events.map(({ reason }) => reason)).toEqual(['CreateTopic', 'Apply', 'Ready']);
    const { note = '' } = events[0] ?? {};
    const lines = note.split('\n');
    expect(lines[0]).toContain('shop.orders-0');
    expect(lines.at(-1)).toBe(`and ${101 - lines.length} more`);
    expect(note.length).toBeLessThanOrEqual(1024);
  });

  it('records notices as events', async () => {
    const notices = [{ type: 'Normal', reason: 'TopicRetained', note: 'Topic orders is retained.' }] as const;
    const { events } = await reconcileOnce({ plans: [{ notices }] });
    expect(events).toContainEqual({ ...notices[0], action: 'Reconcile' });
  });
});

describe('mode Plan', () => {
  it('shows every change and carries none out', async () => {
    const { done, status } = await reconcileOnce({
      object: withMode('Plan'),
      plans: [{ changes: [CreateTopic, Apply] }],
    });
    expect(done).toEqual([]);
    expect(readyOf(status)).toBe('False/PlanOnly');
    expect(status).toMatchObject({ plan: { changes: [{ action: 'CreateTopic' }, { action: 'Apply' }] } });
  });
});

describe('mode Paused', () => {
  it('does not even look, says so once, and keeps what the status knew', async () => {
    const { looks, status, outcome } = await reconcileOnce({
      object: { ...withMode('Paused'), status: { clusterId: 'known' } },
      plans: [{ changes: [CreateTopic] }],
    });
    expect(looks).toBe(0);
    expect(outcome).toBeUndefined();
    expect(readyOf(status)).toBe('Unknown/Paused');
    expect(status?.clusterId).toBe('known');
    const object = { ...withMode('Paused'), ...(status ? { status } : {}) };
    expect((await reconcileOnce({ object, plans: [{}] })).written).toEqual([]);
  });
});

describe('deletion', () => {
  const deleting = { deletionTimestamp: '2026-06-01T00:00:00Z', finalizers: ['sluice.dev/cleanup'] };
  const changes: readonly Change[] = [{ ...DeleteTopic, risk: 'Safe' }, RemoveFinalizer];

  it('carries its Plan out and writes no status to what is gone', async () => {
    const object = anEventBus({}, { metadata: deleting });
    const { done, written } = await reconcileOnce({ object, plans: [{ changes }] });
    expect(done).toEqual(['delete', 'finalizers']);
    expect(written).toEqual([]);
  });

  it.each(['Plan', 'Paused'])('goes on under mode %s, touching nothing outside', async (mode) => {
    const { done } = await reconcileOnce({ object: withMode(mode, deleting), plans: [{ changes }] });
    expect(done).toEqual(['finalizers']);
  });
});
