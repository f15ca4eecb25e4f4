import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EventClient, EventSender } from './events.ts';
import type { KubeObject } from './resource.ts';

const regarding: KubeObject = {
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name: 'a', namespace: 'shop', uid: 'u1', resourceVersion: '7' },
};
const failed = { type: 'Warning', reason: 'Failed', action: 'Reconcile', note: 'it broke' } as const;

/** Takes every request, or fails it, or answers it only when told to. */
class FakeClient {
  readonly created: Record<string, unknown>[] = [];
  readonly patches: unknown[] = [];
  fails = false;
  waitsFor: Promise<void> = Promise.resolve();

  readonly as = {
    create: async (_: unknown, object: object) => {
      await this.waitsFor;
      if (this.fails) throw new Error('refused');
      this.created.push({ ...object });
      return object;
    },
    patchMerge: async (_resource: unknown, _key: unknown, patch: unknown) => {
      this.patches.push(patch);
    },
  } as unknown as EventClient;
}

let client: FakeClient;
let dropped: number;
let sender: EventSender;
beforeEach(() => {
  vi.useFakeTimers();
  client = new FakeClient();
  dropped = 0;
  sender = new EventSender(client.as, { controller: 'example.com/operator', instance: 'pod-0' }, () => dropped++);
});
afterEach(() => {
  vi.useRealTimers();
});

describe('events', () => {
  it('tell who did what to which object', async () => {
    sender.record(regarding, failed);
    await vi.advanceTimersByTimeAsync(0);
    expect(client.created).toMatchObject([
      {
        ...failed,
        metadata: { namespace: 'shop' },
        regarding: { kind: 'Thing', name: 'a', uid: 'u1' },
        reportingController: 'example.com/operator',
        reportingInstance: 'pod-0',
      },
    ]);
    expect(client.created[0]?.['eventTime']).toMatch(/\.\d{6}Z$/);
  });

  it('become one series when they repeat, written once a minute at most', async () => {
    for (let i = 0; i < 90; i++) {
      sender.record(regarding, failed);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(client.created).toHaveLength(1);
    expect(client.patches).toMatchObject([{ series: { count: expect.any(Number) } }]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(client.patches.at(-1)).toMatchObject({ series: { count: 90 } });
    expect(client.patches).toHaveLength(2);
  });

  it('begin a new series after six minutes, and for another object or note', async () => {
    sender.record(regarding, failed);
    await vi.advanceTimersByTimeAsync(6 * 60_000);
    sender.record(regarding, failed);
    sender.record(regarding, { ...failed, note: 'it broke otherwise' });
    sender.record({ ...regarding, metadata: { ...regarding.metadata, uid: 'u2' } }, failed);
    await vi.advanceTimersByTimeAsync(0);
    expect(client.created).toHaveLength(4);
  });

  it('never throw and never wait: what fails or is too much is counted and dropped', async () => {
    client.fails = true;
    sender.record(regarding, failed);
    await vi.advanceTimersByTimeAsync(0);
    expect(dropped).toBe(1);
    client.fails = false;
    const answer = Promise.withResolvers<void>();
    client.waitsFor = answer.promise;
    for (let i = 0; i < 1_500; i++) sender.record(regarding, { ...failed, note: `number ${i}` });
    expect(dropped).toBe(1 + 500);
    answer.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(client.created).toHaveLength(1_000);
  });

  it('are cut to what the API takes', async () => {
    sender.record(regarding, { ...failed, reason: 'R'.repeat(200), note: 'n'.repeat(2_000) });
    await vi.advanceTimersByTimeAsync(0);
    expect(client.created).toMatchObject([{ reason: 'R'.repeat(128), note: 'n'.repeat(1_024) }]);
  });

  it('are flushed on close, but not waited for beyond its signal', async () => {
    sender.record(regarding, failed);
    await sender.close(new AbortController().signal);
    expect(client.created).toHaveLength(1);
    client.waitsFor = new Promise(() => {});
    sender.record(regarding, failed);
    const cut = new AbortController();
    const closed = sender.close(cut.signal);
    cut.abort();
    await closed;
    expect(client.created).toHaveLength(1);
  });
});
