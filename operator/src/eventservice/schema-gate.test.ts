import { describe, expect, test } from 'vitest';
import { conditionTypes, type EventService } from '../api/index.ts';
import { anEventService } from '../api/v1alpha1/builders.ts';
import { decideOnBus } from '../bus/index.ts';
import { type Change, targetOf } from '../plan/index.ts';
import { anOrder, aParticipant, aUse } from '../registry/gate/testing/participants.ts';
import { decideBlueGreen } from './blue-green/decide.ts';
import type { ReleaseObserved } from './blue-green/observe.ts';
import { decide } from './decide.ts';
import type { Observed } from './observe.ts';
import { revisionOf } from './revision.ts';
import { aBus, anObserved, carriedOut, rolledOut } from './testing/observed.ts';

const now = new Date('2026-01-01T00:00:00Z');
const plain = anOrder(['id', 'string']);
const withTotal = anOrder(['id', 'string'], ['total', 'int']);
const recordName = 'ConfigMap shop/eventservice-order-live-schemas';

function aVersion(image: string): EventService {
  return anEventService({ template: { spec: { containers: [{ name: 'order', image }] } } });
}

/** The service is to write with `wanted`; its pods may write with `live`, and a reader reads with `read`. */
function writing(wanted: string, live: string | undefined, read: string) {
  const self = aParticipant('EventService shop/order', {
    wanted: { writes: wanted },
    ...(live === undefined ? {} : { live: { writes: live } }),
  });
  const reader = aParticipant('EventService shop/notification', { live: { reads: read } });
  const metadata = { name: 'record', namespace: 'shop', uid: 'record' };
  const record = live === undefined ? undefined : { apiVersion: 'v1', kind: 'ConfigMap', metadata };
  return (object: EventService): Observed['bus'] => {
    const bus = aBus(object);
    return { ...bus, gate: { ...bus.gate, self, others: [reader], record } };
  };
}

const targets = (changes: readonly Change[]) => changes.map((change) => `${change.action} ${targetOf(change)}`);

function recordIn(changes: readonly Change[]): string {
  const change = changes.find((each) => targetOf(each) === recordName);
  return change?.action === 'Apply' ? JSON.stringify(change.object) : '';
}

/** Its pods are of version `order:1`. */
function running(): Observed {
  const first = aVersion('order:1');
  const begun = anObserved(first);
  const observed = carriedOut(begun, decide(begun, now).changes);
  if (!observed.deployment) throw new Error('there is no Deployment');
  return { ...observed, deployment: rolledOut(observed.deployment) };
}

describe('a service', () => {
  test('has on record what it writes before its pods start', () => {
    const object = aVersion('order:1');
    const { changes } = decide(anObserved(object, { bus: writing(plain, undefined, plain)(object) }), now);
    const at = targets(changes);
    expect(at).toContain(`Apply ${recordName}`);
    expect(at.indexOf(`Apply ${recordName}`)).toBeLessThan(at.indexOf('Apply Deployment shop/order-a'));
  });

  test('that a reader cannot read rolls nothing, records nothing, and says whom it waits for', () => {
    const object = aVersion('order:2');
    const held = { ...running(), object, bus: writing(plain, withTotal, withTotal)(object) };
    const { changes, verdicts } = decide(held, now);
    expect(targets(changes)).toEqual([]);
    const schemas = verdicts.find(({ type }) => type === conditionTypes.schemasCompatible);
    expect(schemas).toMatchObject({ status: 'False', reason: 'WaitingForReader' });
  });

  test('keeps the former schema on record until the last pod of the former version is gone', () => {
    const object = aVersion('order:2');
    const bus = writing(withTotal, plain, plain)(object);
    const begun = { ...running(), object, bus };
    const { changes } = decide(begun, now);
    expect(recordIn(changes)).toContain(aUse(plain).fingerprint);
    expect(recordIn(changes)).toContain(aUse(withTotal).fingerprint);

    const rolling = carriedOut(begun, changes);
    if (!rolling.deployment) throw new Error('there is no Deployment');
    const settled = { ...rolling, bus, deployment: rolledOut(rolling.deployment) };
    const metadata = { name: 'old', namespace: 'shop', deletionTimestamp: now.toISOString() };
    const ending = { ...settled, pods: [{ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [] } }] };
    expect(recordIn(decide(ending, now).changes)).toContain(aUse(plain).fingerprint);
    expect(recordIn(decide(settled, now).changes)).not.toContain(aUse(plain).fingerprint);
  });
});

describe('a service under blue/green', () => {
  const aRelease = (status: NonNullable<ReleaseObserved['status']>): ReleaseObserved => ({
    at: now,
    lastLookAt: now,
    status,
    deployments: { a: undefined, b: undefined },
    roleMaps: { a: undefined, b: undefined },
    otherBudget: undefined,
    previewService: undefined,
    groups: new Map(),
    rival: undefined,
    offsets: undefined,
    logStarts: {},
    logEnds: {},
    backends: undefined,
    checks: new Map(),
  });

  test('whose new version was given up keeps on record what the one in force writes', () => {
    const object = anEventService({
      replicas: 0,
      template: { spec: { containers: [{ name: 'order', image: 'order:2' }] } },
      release: { strategy: 'BlueGreen' },
    });
    const bus = writing(withTotal, plain, plain)(object);
    const wanted = revisionOf(object);
    const recordUnder = (active: string, rejected?: string) => {
      const version = { colour: 'a', revision: active, consumes: [] } as const;
      const release = aRelease({ phase: 'Stable', active: version, ...(rejected === undefined ? {} : { rejected }) });
      const observed = { ...anObserved(object, { bus }), release };
      return recordIn(decideBlueGreen(observed, decideOnBus(bus, now)).plan.changes);
    };
    expect(recordUnder('former', wanted)).toContain(aUse(plain).fingerprint);
  });
});
