import { describe, expect, it } from 'vitest';
import { conditionTypes, type EventService, type ReleaseStatus, reasons } from '../../api/index.ts';
import { anEventService, type Written } from '../../api/v1alpha1/builders.ts';
import { decideOnBus } from '../../bus/index.ts';
import { describeChange } from '../../plan/index.ts';
import { desiredWorkload } from '../desired.ts';
import type { Deployment } from '../resources/kinds.ts';
import { revisionOf } from '../revision.ts';
import { aBus, aBusThatIsAway, anObserved, rolledOut } from '../testing/observed.ts';
import { decideBlueGreen } from './decide.ts';
import type { ReleaseObserved } from './observe.ts';
import type { ObservedRelease } from './seen.ts';

const at = new Date('2026-11-01T00:00:00Z');

function aService(image: string, over: Written<EventService['spec']> = {}): EventService {
  return anEventService({
    replicas: 2,
    template: { spec: { containers: [{ name: 'order', image }] } },
    service: { ports: [{ port: 80 }] },
    consumes: [{ topic: 'shop.payments' }],
    release: { strategy: 'BlueGreen', roleAware: true },
    ...over,
  });
}

const former = aService('order:1');
const order = aService('order:2');
const active = {
  colour: 'a',
  revision: revisionOf(former),
  consumes: [{ topic: 'shop.payments', group: 'shop.order' }],
} as const;
const candidate = { ...active, colour: 'b', revision: revisionOf(order) } as const;
const roles: ReleaseStatus['roles'] = [
  { colour: 'a', role: 'open', epoch: 1 },
  { colour: 'b', role: 'closed', epoch: 2 },
];

/** The first version as it runs. */
function running(): Deployment {
  const settings = { bootstrapServers: ['kafka.shop:9092'], securityProtocol: 'PLAINTEXT' } as const;
  const { deployment } = desiredWorkload(former, {
    settings,
    live: undefined,
    configMaps: new Map(),
    hasForeignBudget: false,
    enforcesRestricted: false,
  });
  return rolledOut(deployment);
}

function aLook(service: EventService, status: ReleaseStatus | undefined, over: Partial<ReleaseObserved> = {}) {
  const object: EventService = { ...service, status: { ...(status ? { release: status } : {}) } };
  const release: ReleaseObserved = {
    at,
    lastLookAt: at,
    status,
    deployments: { a: status ? running() : undefined, b: undefined },
    roleMaps: { a: undefined, b: undefined },
    otherBudget: undefined,
    previewService: undefined,
    groups: new Map([['shop.order', { state: 'known', type: 'classic', isEmpty: false, isStable: true, members: [] }]]),
    rival: undefined,
    offsets: undefined,
    logStarts: {},
    logEnds: {},
    backends: undefined,
    checks: new Map(),
    ...over,
  };
  return { ...anObserved(object, { deployment: release.deployments.a }), release } satisfies ObservedRelease;
}

function decided(observed: ObservedRelease) {
  const { plan, next } = decideBlueGreen(observed, decideOnBus(observed.bus, at));
  const told = plan.changes.map((change) => describeChange(change).split(',')[0] ?? '');
  return { told, next, plan, verdict: (type: string) => plan.verdicts.find((each) => each.type === type) };
}

describe('a look at a service under blue/green', () => {
  it('makes the first version at once, with its role open', () => {
    const { told, next } = decided(aLook(former, undefined));
    expect(told).toEqual(
      expect.arrayContaining([
        'Apply ConfigMap shop/order-a-role',
        'Apply Deployment shop/order-a',
        'Apply Service shop/order',
        'Apply Service shop/order-preview',
      ]),
    );
    expect(told.join()).not.toContain('order-b');
    expect(next).toMatchObject({ phase: 'Stable', active: { colour: 'a', revision: revisionOf(former) }, roles });
  });

  it('writes down that a release begins before anything of it is made', () => {
    const { told, next, plan } = decided(aLook(order, { phase: 'Stable', active, roles }));
    expect(told.join()).not.toContain('order-b');
    expect(next).toMatchObject({ phase: 'Gate', candidate: { colour: 'b', revision: revisionOf(order) } });
    expect(plan.requeueAfterMs).toBeLessThan(100);
  });

  it('makes the candidate beside the active version, with as many pods as a preview has', () => {
    const observed = aLook(order, { phase: 'Preparing', active, candidate, roles });
    const { plan } = decided(observed);
    const made = plan.changes.find((change) => change.action === 'Apply' && change.object.metadata.name === 'order-b');
    expect(made).toMatchObject({ object: { spec: { replicas: 1 } } });
    expect(JSON.stringify(made)).toContain('SLUICE_ROLE_DIRECTORY');
    const kept = plan.changes.find((change) => change.action === 'Apply' && change.object.metadata.name === 'order-a');
    expect(JSON.stringify(kept ?? {})).not.toContain('order:2');
  });

  it('refuses a group that another service has, with both names', () => {
    const rival = 'Group shop.order is also of EventService shop/other.';
    const { verdict, next } = decided(aLook(order, { phase: 'Gate', active, candidate, roles }, { rival }));
    expect(verdict(conditionTypes.accessGranted)).toMatchObject({ reason: reasons.groupShared, message: rival });
    expect(next).toMatchObject({ phase: 'Gate' });
  });

  it('changes nothing of a handover while the brokers are away', () => {
    const startedAt = at.toISOString();
    const status: ReleaseStatus = {
      phase: 'Promoting',
      active,
      candidate,
      roles,
      deadlineAt: startedAt,
      handover: { from: 'a', to: 'b', fence: 'Scale', steps: [{ name: 'Fence', startedAt }, { name: 'Record' }] },
    };
    const bus = aBusThatIsAway(order, {
      type: 'TopicsReady',
      status: 'Unknown',
      reason: reasons.brokerUnreachable,
      message: 'Kafka does not answer.',
    });
    const { next } = decided({ ...aLook(order, status), bus });
    expect(next).toMatchObject({ phase: 'Promoting', handover: status.handover, stoppedAt: startedAt });
  });

  it('says who promotes, and what was given up', () => {
    const manual = aService('order:2', { release: { strategy: 'BlueGreen', roleAware: true, promotion: 'Manual' } });
    const ready = { a: running(), b: running() };
    const waiting = aLook(manual, { phase: 'Previewing', active, candidate, roles }, { deployments: ready });
    expect(decided(waiting).verdict(conditionTypes.releaseHealthy)).toMatchObject({
      reason: reasons.awaitingPromotion,
    });
    const given = aLook(order, { phase: 'Stable', active, roles, rejected: revisionOf(order) });
    expect(decided(given).verdict(conditionTypes.releaseHealthy)).toMatchObject({
      status: 'False',
      reason: reasons.releaseAborted,
      effect: 'stalled',
    });
  });

  it('commits explicit offsets for a group that the brokers do not know', () => {
    const observed = aLook(
      former,
      { phase: 'Stable', active, roles },
      {
        groups: new Map([['shop.order', { state: 'absent' }]]),
        offsets: new Map([['shop.order', {}]]),
        logStarts: { 'shop.payments': { 0: 0, 1: 4 } },
        logEnds: { 'shop.payments': { 0: 9, 1: 9 } },
      },
    );
    expect(decided({ ...observed, bus: aBus(former) }).told).toContain(
      'CommitOffsets group shop.order (shop.payments 0: 0',
    );
  });
});
