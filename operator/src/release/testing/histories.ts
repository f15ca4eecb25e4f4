// Test support: the promises of a release over random histories: what people, pods, brokers and the operator itself may do,
// in any order.
import fc from 'fast-check';
import { expect } from 'vitest';
import type { ReleaseStatus } from '../../api/index.ts';
import { aReleaseSpec, type Settings, World } from './world.ts';

type Event =
  | { readonly is: 'time'; readonly ms: number }
  | { readonly is: 'reconcile'; readonly dieAfter: number }
  | { readonly is: 'spec'; readonly revision: string }
  | { readonly is: 'broken'; readonly revision: string }
  | { readonly is: 'check'; readonly outcome: 'passed' | 'failed' | 'inconclusive' | 'running' }
  | { readonly is: 'brokers' | 'pause' | 'stuck' | 'stranger' | 'gate' | 'promote' | 'strategy' }
  | { readonly is: 'abort' | 'retry'; readonly value: string };

const revisions = fc.constantFrom('r0', 'r1', 'r2');
const going = fc.constantFrom<Event>({ is: 'reconcile', dieAfter: 99 }, { is: 'time', ms: 1000 });
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 12, arbitrary: going },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('reconcile' as const), dieAfter: fc.nat({ max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('spec' as const), revision: revisions }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('time' as const), ms: fc.constantFrom(12_000, 90_000) }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('broken' as const), revision: revisions }) },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constant('check' as const),
      outcome: fc.constantFrom('passed', 'failed', 'inconclusive', 'running'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      is: fc.constantFrom('brokers', 'pause', 'stuck', 'stranger', 'gate', 'promote', 'strategy'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ is: fc.constantFrom('abort', 'retry'), value: fc.constantFrom('1', '2', '3') }),
  },
);

const settings: fc.Arbitrary<Settings> = fc
  .record({
    fence: fc.constantFrom('Access', 'Scale'),
    hasGroups: fc.boolean(),
    roleAware: fc.boolean(),
    promotion: fc.constantFrom('Auto', 'Manual'),
    isChecked: fc.boolean(),
  })
  .map(({ fence, hasGroups, roleAware, promotion, isChecked }) => ({
    fence,
    hasGroups,
    spec: aReleaseSpec({
      roleAware,
      promotion,
      ...(isChecked ? { checks: [{ name: 'health', http: { path: '/', port: 80 }, failureLimit: 1 }] } : {}),
    }),
  }));

function happen(world: World, event: Event): void {
  switch (event.is) {
    case 'time':
      world.tick(event.ms);
      return;
    case 'reconcile':
      reconciled(world, event.dieAfter);
      return;
    case 'spec':
      world.revision = event.revision;
      world.areSchemasRegistered = false;
      return;
    case 'broken':
      // What serves already is not what a release could be to blame for.
      if (event.revision !== world.release?.active?.revision && event.revision !== 'r0')
        world.broken.add(event.revision);
      return;
    case 'check':
      world.check = event.outcome;
      return;
    case 'brokers':
      world.isAway = !world.isAway;
      return;
    case 'pause':
      world.isPaused = !world.isPaused;
      return;
    case 'stuck':
      world.stuck = world.stuck === undefined ? world.active : undefined;
      return;
    case 'stranger':
      world.hasStranger = !world.hasStranger;
      return;
    case 'gate':
      world.gate = world.gate === undefined ? 'a schema cannot be read' : undefined;
      return;
    case 'promote':
      world.promote = world.release?.candidate?.revision;
      return;
    case 'strategy':
      world.spec = { ...world.spec, strategy: world.spec.strategy === 'Rolling' ? 'BlueGreen' : 'Rolling' };
      return;
    case 'abort':
    case 'retry':
      world.commands = { ...world.commands, [event.is]: event.value };
  }
}

/** A reconcile, and what must hold of every one. */
function reconciled(world: World, dieAfter: number): void {
  const before = world.release;
  const { check, gate, promote, spec } = world;
  world.reconcile(dieAfter);
  const after = world.release;
  expect(world.readers.size, 'two colours may read in one group').toBeLessThanOrEqual(1);
  // Pods that obey nothing can read where no rule binds; whatever else there is must keep apart.
  if (world.stuck === undefined) expect(world.members.size, 'two colours read in one group').toBeLessThanOrEqual(1);
  expect(after?.roles?.filter(({ role }) => role !== 'closed').length ?? 0).toBeLessThanOrEqual(1);
  if (before?.phase !== 'Promoting' && after?.phase === 'Promoting') {
    expect(gate).toBeUndefined();
    if (spec.promotion === 'Manual') expect(promote).toBe(after.candidate?.revision);
    const isChecked = spec.checks && (spec.roleAware || (after.candidate?.consumes ?? []).length === 0);
    if (isChecked)
      expect(
        after.checks?.every(({ state }) => state === 'Passed'),
        check,
      ).toBe(true);
  }
  expectWayBack(before, after);
}

function expectWayBack(before: ReleaseStatus | undefined, after: ReleaseStatus | undefined): void {
  if (before?.phase === 'Aborting' && after?.phase === 'Stable') {
    expect(after.active?.revision, 'an abort went elsewhere').toBe(before.active?.revision);
  }
  if (before?.phase !== 'Soaking' || after?.phase !== 'Stable') {
    expect(after?.active?.colour, 'the active colour changed without a soak').toBe(before?.active?.colour ?? 'a');
  }
}

/** Nothing more happens but that pods, brokers and people do their part. */
function becomeQuiet(world: World): void {
  world.isAway = false;
  world.isPaused = false;
  world.gate = undefined;
  world.hasStranger = false;
  world.check = 'passed';
  for (let round = 0; round < 400; round++) {
    world.promote = world.release?.candidate?.revision ?? world.promote;
    const before = JSON.stringify(world.release);
    reconciled(world, Number.POSITIVE_INFINITY);
    world.tick(4000);
    const isStill = JSON.stringify(world.release) === before && world.writes().length === 0;
    if (isStill && world.release?.phase === 'Stable' && !world.release.previous) return;
  }
  expect.fail(`it does not come to rest: ${JSON.stringify(world.release)}`);
}

function expectRest(world: World, hasGroups: boolean): void {
  const { release, active, idle } = world;
  expect(release).toMatchObject({ phase: 'Stable' });
  expect(release).not.toHaveProperty('candidate');
  expect(release).not.toHaveProperty('handover');
  expect([...world.readers]).toEqual([active]);
  expect(world.serving).toBe(active);
  expect(world.pods[active].live).toBe(2);
  expect(world.pods[idle].live).toBe(0);
  if (hasGroups) expect([...world.members]).toEqual([active]);
  const roles = Object.fromEntries(release?.roles?.map(({ colour, role }) => [colour, role]) ?? []);
  expect(roles).toEqual({ [active]: 'open', [idle]: 'closed' });
  const isInForce = release?.active?.revision === world.revision;
  const isGivenUp = release?.rejected === world.revision || world.spec.strategy === 'Rolling';
  expect(isInForce || isGivenUp, `${world.revision} is neither in force nor given up`).toBe(true);
}

/** Throws with the shortest history that breaks one of them. */
export function expectPromises(numRuns: number): void {
  fc.assert(
    fc.property(settings, fc.array(event, { minLength: 5, maxLength: 60 }), (given, events) => {
      const world = new World(given);
      for (let round = 0; round < 3; round++) {
        reconciled(world, 99);
        world.tick(1000);
      }
      for (const each of events) happen(world, each);
      becomeQuiet(world);
      expectRest(world, given.hasGroups);
    }),
    { numRuns },
  );
}
