import { describe, expect, it } from 'vitest';
import type { Condition, PlanStatus, TopicStatus } from '../api/index.ts';
import { type Counted, countResources } from './count.ts';

const now = new Date('2026-03-01T12:00:00Z');

interface Fields {
  readonly conditions?: readonly (readonly [type: string, status: Condition['status'], since?: string])[];
  readonly plan?: PlanStatus;
  readonly topics?: readonly TopicStatus[];
  readonly annotations?: Record<string, string>;
  readonly deletionTimestamp?: string;
}

function aResource({ conditions = [], plan, topics, annotations, deletionTimestamp }: Fields = {}): Counted {
  return {
    apiVersion: 'sluice.dev/v1alpha1',
    kind: 'EventService',
    metadata: {
      name: 'order',
      namespace: 'shop',
      ...(annotations ? { annotations } : {}),
      ...(deletionTimestamp ? { deletionTimestamp } : {}),
    },
    status: {
      conditions: conditions.map(([type, status, since = '2026-03-01T00:00:00Z']) => ({
        type,
        status,
        reason: 'Ready',
        message: '',
        lastTransitionTime: since,
      })),
      ...(plan ? { plan } : {}),
      ...(topics ? { topics } : {}),
    },
  };
}

const deletion = {
  action: 'DeleteTopic',
  target: 'topic shop.orders',
  risk: 'DataLoss',
  reason: 'it is declared no more',
} as const;
const waiting = {
  action: 'Apply',
  target: 'Deployment shop/order-a',
  risk: 'Disruptive',
  reason: 'its template changed',
} as const;
const lossy: PlanStatus = { hash: 'abc', changes: [deletion, waiting, deletion] };

describe('counting resources', () => {
  it('counts each type of condition by its statuses, those that none has included', () => {
    const { resources, conditions } = countResources(
      [
        aResource({
          conditions: [
            ['Ready', 'True'],
            ['Stalled', 'False'],
          ],
        }),
        aResource({ conditions: [['Ready', 'True']] }),
        aResource({ conditions: [['Ready', 'Unknown']] }),
      ],
      now,
    );
    expect(resources).toBe(3);
    expect(Object.fromEntries(conditions)).toEqual({
      Ready: { True: 2, False: 0, Unknown: 1 },
      Stalled: { True: 0, False: 1, Unknown: 0 },
    });
  });

  it('counts a resource that has no status yet, and nothing of it', () => {
    const { status: _, ...fresh } = aResource();
    expect(countResources([fresh], now)).toEqual({
      resources: 1,
      conditions: new Map(),
      planChanges: { Safe: 0, Disruptive: 0, DataLoss: 0 },
      topicsNotAsDeclared: 0,
      approvalsOutstanding: 0,
      oldestApprovalSeconds: 0,
    });
  });

  it('sums the pending changes of all resources by risk', () => {
    const { planChanges } = countResources(
      [aResource({ plan: lossy }), aResource({ plan: { changes: [waiting] } })],
      now,
    );
    expect(planChanges).toEqual({ Safe: 0, Disruptive: 2, DataLoss: 2 });
  });

  it('counts the topics that have something to say', () => {
    const topics = [{ topic: 'orders', message: 'Topic orders: retention.ms is 1.' }, { topic: 'payments' }];
    expect(countResources([aResource({ topics }), aResource()], now).topicsNotAsDeclared).toBe(1);
  });

  it('tells how many approvals are outstanding and since when the oldest has been', () => {
    const { approvalsOutstanding, oldestApprovalSeconds } = countResources(
      [
        aResource({ plan: lossy, conditions: [['Stalled', 'True', '2026-03-01T11:00:00Z']] }),
        aResource({ plan: lossy, conditions: [['Stalled', 'True', '2026-03-01T10:00:00Z']] }),
        // Stalled for longer, and not for an approval.
        aResource({ conditions: [['Stalled', 'True', '2026-02-01T00:00:00Z']] }),
      ],
      now,
    );
    expect({ approvalsOutstanding, oldestApprovalSeconds }).toEqual({
      approvalsOutstanding: 2,
      oldestApprovalSeconds: 7200,
    });
  });

  it('takes a clock that is behind for no time', () => {
    const resource = aResource({ plan: lossy, conditions: [['Stalled', 'True', '2026-03-01T12:00:05Z']] });
    expect(countResources([resource], now).oldestApprovalSeconds).toBe(0);
  });

  it.each<[string, Fields]>([
    ['is approved by now', { annotations: { 'sluice.dev/approve': 'abc' } }],
    ['only shows its plan', { annotations: { 'sluice.dev/mode': 'Plan' } }],
    ['is paused', { annotations: { 'sluice.dev/mode': 'Paused' } }],
    ['is being deleted', { deletionTimestamp: '2026-03-01T11:00:00Z' }],
    ['loses nothing by what is pending', { plan: { changes: [waiting] } }],
  ])('does not count a resource as waiting for approval that %s', (_, fields) => {
    const resource = aResource({ plan: lossy, conditions: [['Stalled', 'True']], ...fields });
    expect(countResources([resource], now)).toMatchObject({ approvalsOutstanding: 0, oldestApprovalSeconds: 0 });
  });

  it('does not count a resource whose other plan was approved as having this one approved', () => {
    const resource = aResource({ plan: lossy, annotations: { 'sluice.dev/approve': 'before' } });
    expect(countResources([resource], now).approvalsOutstanding).toBe(1);
  });
});
