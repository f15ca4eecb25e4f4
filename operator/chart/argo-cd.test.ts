import { expect, test } from 'vitest';
import type { Condition, EventService, EventServiceStatus } from '../src/api/index.ts';
import { anEventBus, anEventService, aStreamJob } from '../src/api/v1alpha1/builders.ts';
import { act, actionNames, actionsOf, argoCdConfigMap, type Health, healthOf } from './argo-cd.ts';

type Release = NonNullable<EventServiceStatus['release']>;
type Told = Readonly<Record<string, readonly [status: Condition['status'], message: string]>>;

const generation = 3;
const at = '2026-01-01T00:00:00Z';

function conditions(told: Told): readonly Condition[] {
  return Object.entries(told).map(([type, [status, message]]) => ({
    ...{ type, status, message, reason: 'Because', observedGeneration: generation, lastTransitionTime: at },
  }));
}

const working: Told = {
  Ready: ['True', 'Everything is as declared.'],
  Reconciling: ['False', 'Nothing is under way.'],
  Stalled: ['False', 'Nothing is in the way.'],
};
const onItsWay: Told = {
  ...working,
  Ready: ['False', 'Deployment shop/order-a rolls out.'],
  Reconciling: ['True', 'Deployment shop/order-a rolls out.'],
};
const refused: Told = {
  ...working,
  Ready: ['False', 'shop.orders: field total is missing.'],
  Stalled: ['True', 'shop.orders: field total is missing.'],
};

const status = (told: Told) => ({ observedGeneration: generation, conditions: conditions(told) });
const metadata = (annotations: Readonly<Record<string, string>> = {}) => ({ generation, annotations });

const active = { colour: 'a', revision: 'one' } as const;
const candidate = { colour: 'b', revision: 'two' } as const;
const handover = { from: 'a', to: 'b', fence: 'Access', steps: [{ name: 'Drain', startedAt: at }] } as const;

interface ReleaseCase {
  readonly release: Release;
  readonly told?: Told;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly promotion?: 'Auto' | 'Manual';
}

function aRelease({ release, told = onItsWay, annotations = {}, promotion = 'Auto' }: ReleaseCase): EventService {
  return anEventService(
    { release: { strategy: 'BlueGreen', promotion } },
    { metadata: metadata(annotations), status: { ...status(told), release } },
  );
}

const passed = { name: 'smoke', state: 'Passed', failures: 0 } as const;
const awaiting: ReleaseCase = {
  promotion: 'Manual',
  release: { phase: 'Previewing', active, candidate, checks: [passed], message: 'Revision two awaits promotion.' },
};

const kinds = [
  { kind: 'EventBus', build: anEventBus },
  { kind: 'EventService', build: anEventService },
  { kind: 'StreamJob', build: aStreamJob },
] as const;

test.each(kinds)('an $kind is healthy, on its way, or degraded as its conditions say', async ({ build }) => {
  const health = (told: Told) => healthOf(build({}, { metadata: metadata(), status: status(told) }));
  expect(await health(working)).toEqual({ status: 'Healthy', message: 'Everything is as declared.' });
  expect(await health(onItsWay)).toEqual({ status: 'Progressing', message: 'Deployment shop/order-a rolls out.' });
  expect(await health(refused)).toEqual({ status: 'Degraded', message: 'shop.orders: field total is missing.' });
});

test.each(kinds)('an $kind that Sluice has not seen, or in another generation, is on its way', async ({ build }) => {
  expect(await healthOf(build({}, { metadata: metadata() }))).toMatchObject({ status: 'Progressing' });
  const changed = { ...metadata(), generation: generation + 1 };
  expect(await healthOf(build({}, { metadata: changed, status: status(working) }))).toMatchObject({
    status: 'Progressing',
    message: 'Sluice has not looked at it yet.',
  });
});

test.each(kinds)('an $kind that Sluice is told to leave alone is suspended', async ({ build }) => {
  for (const mode of ['Paused', 'Plan']) {
    const resource = build({}, { metadata: metadata({ 'sluice.dev/mode': mode }), status: status(working) });
    expect(await healthOf(resource)).toMatchObject({ status: 'Suspended', message: expect.stringContaining(mode) });
  }
});

test.each(kinds)('an $kind that is being deleted is on its way, whatever else is said', async ({ build }) => {
  const deleted = { ...metadata({ 'sluice.dev/mode': 'Paused' }), deletionTimestamp: at };
  expect(await healthOf(build({}, { metadata: deleted, status: status(refused) }))).toMatchObject({
    status: 'Progressing',
  });
});

test('a job that is suspended is suspended, and one that cannot be is degraded', async () => {
  const job = (told: Told) => aStreamJob({ suspend: true }, { metadata: metadata(), status: status(told) });
  expect(await healthOf(job(working))).toMatchObject({ status: 'Suspended' });
  expect(await healthOf(job(refused))).toMatchObject({ status: 'Degraded' });
});

test.each<{ name: string; of: ReleaseCase; is: Health['status']; says: string }>([
  { name: 'Stable', of: { release: { phase: 'Stable', active }, told: working }, is: 'Healthy', says: 'declared' },
  ...(['Gate', 'Preparing', 'Previewing', 'Promoting', 'Soaking', 'Aborting'] as const).map((phase) => ({
    name: phase,
    of: { release: { phase, active, candidate, message: 'It goes on.' } },
    is: 'Progressing',
    says: `${phase}: It goes on.`,
  })),
  { name: 'a preview that awaits promotion', of: awaiting, is: 'Suspended', says: 'awaits promotion' },
  {
    name: 'a preview whose checks still run',
    of: { ...awaiting, release: { ...awaiting.release, checks: [{ ...passed, state: 'Failing', failures: 1 }] } },
    is: 'Progressing',
    says: 'Previewing',
  },
  {
    name: 'a preview that a person has promoted',
    of: { ...awaiting, annotations: { 'sluice.dev/promote': 'two' } },
    is: 'Progressing',
    says: 'Previewing',
  },
  {
    name: 'a paused release',
    of: { release: { phase: 'Preparing', active, candidate }, annotations: { 'sluice.dev/pause': 'true' } },
    is: 'Suspended',
    says: 'sluice.dev/pause',
  },
  {
    name: 'a handover under way, which a pause does not hold',
    of: {
      release: { phase: 'Promoting', active, candidate, handover },
      annotations: { 'sluice.dev/pause': 'true' },
    },
    is: 'Progressing',
    says: 'Promoting',
  },
  {
    name: 'a release that was given up',
    of: {
      release: { phase: 'Stable', active, rejected: 'two' },
      told: {
        Ready: ['False', 'Revision two was given up: check smoke failed.'],
        Reconciling: ['False', 'Revision two was given up: check smoke failed.'],
        Stalled: ['True', 'Revision two was given up: check smoke failed.'],
      },
    },
    is: 'Degraded',
    says: 'check smoke failed',
  },
])('$name is $is', async ({ of, is, says }) => {
  expect(await healthOf(aRelease(of))).toEqual({ status: is, message: expect.stringContaining(says) });
});

test('a version that rolls shows no phase of blue/green', async () => {
  const rolling = anEventService(
    {},
    { metadata: metadata(), status: { ...status(onItsWay), release: { phase: 'Promoting', active, candidate } } },
  );
  expect(await healthOf(rolling)).toEqual({ status: 'Progressing', message: 'Deployment shop/order-a rolls out.' });
});

test.each<{ name: string; of: ReleaseCase; offers: readonly string[] }>([
  { name: 'at rest', of: { release: { phase: 'Stable', active }, told: working }, offers: ['pause'] },
  { name: 'awaiting promotion', of: awaiting, offers: ['abort', 'pause', 'promote'] },
  {
    name: 'promoted by a person already',
    of: { ...awaiting, annotations: { 'sluice.dev/promote': 'two' } },
    offers: ['abort', 'pause'],
  },
  {
    name: 'promoted by itself',
    of: { release: { phase: 'Previewing', active, candidate } },
    offers: ['abort', 'pause'],
  },
  {
    name: 'handing over, paused',
    of: {
      release: { phase: 'Promoting', active, candidate, handover },
      annotations: { 'sluice.dev/pause': 'true' },
    },
    offers: ['abort', 'resume'],
  },
  { name: 'going back', of: { release: { phase: 'Aborting', active, candidate } }, offers: ['pause'] },
  { name: 'given up', of: { release: { phase: 'Stable', active, rejected: 'two' } }, offers: ['pause', 'retry'] },
])('a release $name offers $offers', async ({ of, offers }) => {
  expect(await actionsOf('EventService', aRelease(of))).toEqual(offers);
});

test('a service that rolls offers none of it', async () => {
  expect(await actionsOf('EventService', anEventService())).toEqual([]);
});

test.each([
  { action: 'promote', sets: { 'sluice.dev/promote': 'two' } },
  { action: 'abort', sets: { 'sluice.dev/abort': expect.stringMatching(/^20\d\d-.*Z$/) } },
  { action: 'retry', sets: { 'sluice.dev/retry': expect.stringMatching(/^20\d\d-.*Z$/) } },
  { action: 'pause', sets: { 'sluice.dev/pause': 'true' } },
])('$action sets its annotation and leaves the rest as it is', async ({ action, sets }) => {
  const service = aRelease({ ...awaiting, annotations: { team: 'orders' } });
  const { annotations: _, ...kept } = service.metadata;
  expect(await act('EventService', action, service)).toEqual({
    ...service,
    metadata: { ...kept, annotations: { team: 'orders', ...sets } },
  });
});

test('resume takes the pause away', async () => {
  const service = aRelease({ ...awaiting, annotations: { team: 'orders', 'sluice.dev/pause': 'true' } });
  expect(await act('EventService', 'resume', service)).toMatchObject({ metadata: { annotations: { team: 'orders' } } });
  expect(await actionsOf('EventService', aRelease(awaiting))).not.toContain('resume');
});

test('a job is suspended and resumed', async () => {
  const [running, suspended] = [aStreamJob(), aStreamJob({ suspend: true })];
  expect(await actionsOf('StreamJob', running)).toEqual(['suspend']);
  expect(await actionsOf('StreamJob', suspended)).toEqual(['resume']);
  expect(await act('StreamJob', 'suspend', running)).toMatchObject({ spec: { suspend: true } });
  expect(await act('StreamJob', 'resume', suspended)).toMatchObject({ spec: { suspend: false } });
});

test("Argo CD's ConfigMap holds the scripts as they are here, each action with one", async () => {
  expect(actionNames('EventService')).toEqual(['abort', 'pause', 'promote', 'resume', 'retry']);
  expect(actionNames('StreamJob')).toEqual(['resume', 'suspend']);
  await expect(argoCdConfigMap()).toMatchFileSnapshot('../../charts/argo-cd/argocd-cm.yaml');
});
