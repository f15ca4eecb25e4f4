import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EventService, finalizer, reasons } from '../api/index.ts';
import { anEventService } from '../api/v1alpha1/builders.ts';
import { decide } from './decide.ts';
import type { Observed } from './observe.ts';
import { templateInForce } from './resources/deployment.ts';
import { revisionOf } from './revision.ts';
import { aBus, aBusThatIsAway, anObserved, carriedOut, rolledOut } from './testing/observed.ts';

const now = new Date('2026-01-01T00:00:00Z');

const spec = fc.record(
  {
    replicas: fc.integer({ min: 0, max: 5 }),
    template: fc.record({
      spec: fc.record(
        {
          containers: fc.constantFrom(
            [{ name: 'order', image: 'order:1' }],
            [{ name: 'order', image: 'order:2', env: [{ name: 'SERVICE_BINDING_ROOT', value: '/etc/bound' }] }],
            [
              { name: 'order', image: 'order:2' },
              { name: 'proxy', image: 'proxy:1' },
            ],
          ),
          serviceAccountName: fc.constant('theirs'),
          initContainers: fc.constant([{ name: 'migrate', image: 'order:1' }]),
          volumes: fc.constantFrom(
            [{ name: 'scratch', emptyDir: {} }],
            [{ name: 'limits', configMap: { name: 'limits' } }],
            [{ name: 'limits', configMap: { name: 'limits', optional: true } }],
          ),
        },
        { requiredKeys: ['containers'] },
      ),
    }),
    service: fc.constantFrom(
      { ports: [{ port: 80 }] },
      { type: 'NodePort' as const, ports: [{ name: 'http', port: 80, nodePort: 30080 }] },
    ),
    publishes: fc.uniqueArray(
      fc.record({
        topic: fc.constantFrom('shop.orders', 'shop.refunds'),
        deletionPolicy: fc.constantFrom('Retain' as const, 'Delete' as const),
      }),
      { selector: ({ topic }) => topic },
    ),
    onConfigChange: fc.constantFrom('Restart' as const, 'Nothing' as const),
    monitoring: fc.record({ port: fc.constantFrom('http', 'metrics') }),
    podSecurity: fc.constantFrom('Restricted' as const, 'AsWritten' as const),
    spread: fc.constant([{ topologyKey: 'zone' }]),
    disruption: fc.constantFrom({ minAvailable: 1 }, { maxUnavailable: '25%' }),
    release: fc.record({ strategy: fc.constantFrom('Rolling' as const, 'BlueGreen' as const) }),
  },
  { requiredKeys: ['template'] },
);

/** What may be seen of a service beside its own children. */
const circumstances = fc.constantFrom<((object: EventService) => Partial<Observed>)[]>(
  () => ({}),
  (object) => ({ bus: { ...aBus(object), topics: { ...aBus(object).topics, live: new Map() }, live: new Map() } }),
  (object) => ({
    bus: aBusThatIsAway(object, {
      type: 'TopicsReady',
      status: 'Unknown',
      reason: reasons.brokerUnreachable,
      message: 'away',
      effect: 'waiting',
    }),
  }),
  () => ({ refusals: { deployment: 'no' } }),
  () => ({ refusals: { pod: 'no' } }),
  () => ({ isBindingMissing: true }),
  () => ({ hasForeignBudget: true }),
  () => ({ enforcesRestricted: true }),
  () => ({ hasServiceMonitors: false }),
  () => ({ configMaps: new Map([['limits', '1']]) }),
  () => ({ configMaps: new Map([['limits', '2']]) }),
);

const steps = fc.array(fc.tuple(spec, circumstances), { minLength: 1, maxLength: 5 });

/** The spec as it is now, over the children that former specs left. */
function next(before: Observed | undefined, given: Parameters<typeof anEventService>[0]): Observed {
  const object = anEventService(given, { metadata: { finalizers: before?.object.metadata.finalizers ?? [] } });
  return {
    ...(before ?? anObserved(object)),
    object,
    bus: aBus(object),
    refusals: {},
    isBindingMissing: false,
    hasForeignBudget: false,
    enforcesRestricted: false,
    hasServiceMonitors: true,
  };
}

test('decides on nothing more once it was carried out, whatever came before', () => {
  fc.assert(
    fc.property(steps, (all) => {
      let world: Observed | undefined;
      for (const [given, seen] of all) {
        const start = next(world, given);
        world = { ...start, ...seen(start.object) };
        // Twice: the finalizer of a living service goes alone.
        for (let pass = 0; pass < 2; pass++) world = carriedOut(world, decide(world, now).changes);
        const left = decide(world, now).changes.filter(({ waitsFor }) => waitsFor === undefined);
        expect(left).toEqual([]);
        if (world.deployment) world = { ...world, deployment: rolledOut(world.deployment) };
      }
    }),
    { numRuns: 100 },
  );
});

test('puts no version into force that is held back, and every one that is not', () => {
  fc.assert(
    fc.property(steps, (all) => {
      let world: Observed | undefined;
      let inForce: string | undefined;
      for (const [given, seen] of all) {
        const start = next(world, given);
        world = { ...start, ...seen(start.object) };
        const isHeld =
          world.bus.state === 'unavailable' || (world.refusals.deployment ?? world.refusals.pod) !== undefined;
        world = carriedOut(world, decide(world, now).changes);
        const version = world.deployment && templateInForce(world.deployment)?.version.revision;
        expect(version).toBe(isHeld ? inForce : revisionOf(world.object));
        inForce = version;
      }
    }),
    { numRuns: 100 },
  );
});

test('has the finalizer exactly while a topic is to be deleted with the service', () => {
  fc.assert(
    fc.property(spec, (given) => {
      const start = next(undefined, given);
      const world = carriedOut(start, decide(start, now).changes);
      const isWanted = (start.object.spec.publishes ?? []).some(({ deletionPolicy }) => deletionPolicy === 'Delete');
      expect(world.object.metadata.finalizers?.includes(finalizer) ?? false).toBe(isWanted);
    }),
  );
});
