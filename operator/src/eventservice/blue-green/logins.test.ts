import { describe, expect, it } from 'vitest';
import type { HandoverStep, ReleaseStatus } from '../../api/index.ts';
import { anEventService } from '../../api/v1alpha1/builders.ts';
import { type BusAvailable, loginAt } from '../../bus/index.ts';
import type { AclRule, Grant } from '../../plan/index.ts';
import { describeChange } from '../../plan/index.ts';
import { targetOf } from '../../release/index.ts';
import { aBus, aTopic } from '../testing/observed.ts';
import { accessChanges, loginsOf } from './logins.ts';

const service = anEventService({ consumes: [{ topic: 'shop.payments' }] });
const consumes = [{ topic: 'shop.payments', group: 'shop.order' }];
const base = loginAt(service, { epoch: 0, rotation: undefined, since: '2026-11-01T00:00:00Z' }, (text) => text);
const read: Grant = { resource: 'Topic', pattern: 'Literal', name: 'shop.payments', operation: 'Read' };
const group: Grant = { resource: 'Group', pattern: 'Literal', name: 'shop.order', operation: 'Read' };

function rule(user: string, grant: Grant, permission = 'Allow'): AclRule {
  return { ...grant, principal: `User:${user}`, permission, host: '*' };
}

const steps: readonly HandoverStep[] = ['Schemas', 'ScaleUp', 'Drain', 'Fence', 'Record', 'Grant', 'Open', 'Switch'];

/** A handover from a to b at this step. */
function at(step: HandoverStep): ReleaseStatus {
  const startedAt = '2026-11-01T00:00:00Z';
  const begun = steps.indexOf(step);
  return {
    phase: 'Promoting',
    active: { colour: 'a', revision: 'r0', consumes, login: 0 },
    candidate: { colour: 'b', revision: 'r1', consumes, login: 1 },
    handover: {
      from: 'a',
      to: 'b',
      fence: 'Access',
      steps: steps.map((name, place) => (place <= begun ? { name, startedAt } : { name })),
    },
  };
}

/** What is done about access with these rules on the brokers. */
function changes(release: ReleaseStatus, acls: readonly AclRule[], hasPods = { a: true, b: true }) {
  const target = targetOf(release, { revision: 'r1', hasPreview: true });
  if (!target) throw new Error('there is no target');
  const logins = loginsOf({ ...service, status: { release } }, base, (text) => text);
  const users = new Set(['shop.order.a', 'shop.order.b']);
  const live = new Map([['shop.payments', aTopic('shop.payments')]]);
  const access: BusAvailable['access'] = {
    live: { hasRules: true, acls, users },
    given: new Map(),
    visibleTo: async () => undefined,
  };
  const bus = aBus(service, { access, live });
  const seen = { service, bus, logins, groups: ['shop.order'], hasPods, isAlone: false };
  const { fences, grants, revocations } = accessChanges(target, seen);
  const told = (all: typeof fences) =>
    all.filter(({ action }) => action !== 'PutUser').map((change) => describeChange(change).split(',')[0]);
  return { fences: told(fences), grants: told(grants), revocations: told(revocations) };
}

const preview = [
  rule('shop.order.a', read),
  rule('shop.order.a', group),
  rule('shop.order.b', read),
  rule('shop.order.b', group, 'Deny'),
];

describe('access over a handover', () => {
  it('keeps a candidate out of the group by a rule, whatever else lets it in', () => {
    expect(changes(at('ScaleUp'), [rule('shop.order.a', read), rule('shop.order.a', group)])).toEqual({
      fences: ['DenyAccess user shop.order.b (Read group shop.order)'],
      grants: ['GrantAccess user shop.order.b (Read topic shop.payments)'],
      revocations: [],
    });
    expect(changes(at('ScaleUp'), preview)).toEqual({ fences: [], grants: [], revocations: [] });
  });

  it('leaves the old version its right while it drains: leaving and committing need it', () => {
    expect(changes(at('Drain'), preview)).toEqual({ fences: [], grants: [], revocations: [] });
  });

  it('leaves the old version what it may do on topics that the new one does not declare', () => {
    const former = rule('shop.order.a', { ...read, name: 'shop.former' });
    expect(changes(at('Drain'), [...preview, former])).toEqual({ fences: [], grants: [], revocations: [] });
  });

  it('denies first and takes away then, and gives nothing at the same step', () => {
    const { fences, grants } = changes(at('Fence'), preview);
    expect(fences).toEqual([
      'DenyAccess user shop.order.a (Read group shop.order)',
      'RevokeAccess user shop.order.a (Read group shop.order)',
    ]);
    expect(grants).toEqual([]);
  });

  it('gives to the new version once nobody has it', () => {
    const fenced = [
      rule('shop.order.a', read),
      rule('shop.order.a', group, 'Deny'),
      rule('shop.order.b', read),
      rule('shop.order.b', group, 'Deny'),
    ];
    expect(changes(at('Grant'), fenced)).toEqual({
      fences: [],
      grants: [
        'GrantAccess user shop.order.b (Read group shop.order)',
        'RevokeAccess user shop.order.b (Read group shop.order)',
      ],
      revocations: [],
    });
  });

  it('takes a principal away with all that was said of it once its pods are gone, and not before', () => {
    const over: ReleaseStatus = { phase: 'Stable', active: { colour: 'b', revision: 'r1', consumes, login: 1 } };
    const acls = [rule('shop.order.a', group, 'Deny'), rule('shop.order.b', read), rule('shop.order.b', group)];
    expect(changes(over, acls).revocations).toEqual([]);
    expect(changes(over, acls, { a: false, b: true }).revocations).toEqual([
      'RevokeAccess user shop.order.a (Read group shop.order)',
      'DeleteUser user shop.order.a',
    ]);
  });
});
