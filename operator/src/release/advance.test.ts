import { describe, expect, it } from 'vitest';
import type { ReleaseSpec, ReleaseStatus } from '../api/index.ts';
import { currentStep } from './handover.ts';
import { aReleaseSpec, group, type Settings, World } from './testing/world.ts';

/** A service whose first version is in force and reads. */
function aWorld(spec: Partial<ReleaseSpec> = {}, over: Partial<Settings> = {}): World {
  const world = new World({ fence: 'Access', hasGroups: true, ...over, spec: aReleaseSpec(spec) });
  for (let round = 0; round < 4; round++) {
    world.reconcile();
    world.tick(1000);
  }
  world.areSchemasRegistered = false;
  world.revision = 'r1';
  return world;
}

const isStable = ({ phase, candidate }: ReleaseStatus) => phase === 'Stable' && candidate === undefined;
const inPhase = (phase: ReleaseStatus['phase']) => (release: ReleaseStatus) => release.phase === phase;
const atStep = (step: string) => (release: ReleaseStatus) =>
  release.handover !== undefined && currentStep(release.handover)?.name === step;

function stepsOf({ release }: World): readonly string[] | undefined {
  return release?.handover?.steps.map(({ name }) => name);
}

/** Where everything is as before the release, and who is to blame is told. */
function expectGivenUp(world: World, words: string): void {
  const release = world.until((each) => isStable(each) && each.history?.length === 1);
  expect(release.active).toMatchObject({ colour: 'a', revision: 'r0' });
  expect(release.history?.[0]).toMatchObject({ revision: 'r1' });
  expect(release.history?.[0]?.message).toContain(words);
  world.until(() => world.members.has('a') && world.pods.b.live === 0);
  expect([...world.readers]).toEqual(['a']);
  expect(world.serving).toBe('a');
}

describe('a release', () => {
  it('hands over step by step and keeps the old pods for a while', () => {
    const world = aWorld();
    world.until(atStep('Record'));
    world.reconcile();
    expect(world.readers.size).toBe(0);
    world.until(inPhase('Soaking'));
    expect(world.release?.handover?.steps.map(({ name }) => name)).toEqual([
      'Schemas',
      'ScaleUp',
      'Drain',
      'Fence',
      'Record',
      'Grant',
      'Open',
      'Switch',
    ]);
    expect(world.release?.restorePoint?.[0]).toMatchObject({ group, topicId: 't' });
    const promoted = world.until(isStable);
    expect(promoted).toMatchObject({
      active: { colour: 'b', revision: 'r1' },
      previous: { colour: 'a', revision: 'r0' },
    });
    expect(world.pods.a.live).toBe(2);
    world.until(({ previous }) => previous === undefined);
    world.until(() => world.pods.a.live === 0);
    expect(world.release?.history).toMatchObject([{ outcome: 'Promoted', revision: 'r1' }]);
  });

  it('goes back to the version that is kept without starting it again', () => {
    const world = aWorld({ keepOldSeconds: 1000 });
    world.until(isStable);
    world.until(({ active }) => active?.revision === 'r1' && world.release?.phase === 'Stable');
    world.revision = 'r0';
    world.until(inPhase('Promoting'));
    expect(world.pods.a.live).toBe(2);
    expect(world.until((each) => isStable(each) && each.history?.length === 2).active).toMatchObject({
      colour: 'a',
      revision: 'r0',
    });
  });

  it('sends requests to the new pods before the old ones end where no rule binds', () => {
    const world = aWorld({}, { fence: 'Scale' });
    world.until(atStep('Fence'));
    expect(world.serving).toBe('b');
    world.until(isStable);
    expect(world.release).not.toHaveProperty('previous');
  });

  it('ends the old pods before the new ones start where these know no role', () => {
    const world = aWorld({ roleAware: false });
    world.until(atStep('ScaleUp'));
    expect(world.pods).toMatchObject({ a: { live: 0 }, b: { live: 0 } });
    expect(world.until(isStable).active?.revision).toBe('r1');
  });

  it('registers the schema with the promotion and not before', () => {
    const world = aWorld({ promotion: 'Manual' });
    world.until(({ message }) => message?.includes('awaits promotion') ?? false);
    expect(world.areSchemasRegistered).toBe(false);
    world.promote = 'r1';
    world.until(isStable);
    expect(world.areSchemasRegistered).toBe(true);
  });

  it('awaits a person for as long as that takes, who names the candidate', () => {
    const world = aWorld({ promotion: 'Manual' });
    world.until(inPhase('Previewing'));
    world.promote = 'r0';
    for (let hour = 0; hour < 10; hour++) {
      world.tick(3_600_000);
      world.reconcile();
    }
    expect(world.release?.phase).toBe('Previewing');
    world.spec = { ...world.spec, promote: 'r1' };
    expect(world.until(isStable).active?.revision).toBe('r1');
  });

  it('begins nothing while it is paused', () => {
    const world = aWorld();
    world.isPaused = true;
    world.until(({ message }) => message?.includes('sluice.dev/pause') ?? false);
    expect(world.pods.b.live).toBe(0);
    world.isPaused = false;
    expect(world.until(isStable).active).toBeDefined();
  });

  it('takes what runs for active where the status was lost, and promotes nothing from that', () => {
    const world = aWorld();
    world.until(isStable);
    world.until(({ active }) => active?.colour === 'b');
    world.release = undefined;
    world.told = { evidence: 'b' };
    world.revision = 'r2';
    world.reconcile();
    expect(world.release).toMatchObject({ phase: 'Stable', active: { colour: 'b', revision: 'r1' } });
  });

  it('is finished or given up when the strategy becomes Rolling, with one colour left', () => {
    const world = aWorld({ keepOldSeconds: 1000 });
    world.until(inPhase('Previewing'));
    world.spec = { ...world.spec, strategy: 'Rolling' };
    const release = world.until(isStable);
    expect(release.active?.revision).toBe('r0');
    expect(release).not.toHaveProperty('rejected');
  });
});

describe('a release is given up and the old version goes on', () => {
  it('when the candidate never gets ready', () => {
    const world = aWorld();
    world.broken.add('r1');
    expectGivenUp(world, 'deadlineSeconds');
  });

  it('when the candidate reads in the group in spite of its role', () => {
    const world = aWorld({}, { fence: 'Scale' });
    world.stuck = 'b';
    expectGivenUp(world, 'ForeignMember');
  });

  it('when somebody else is in the group until the deadline', () => {
    const world = aWorld();
    world.hasStranger = true;
    world.until(({ message }) => message?.includes('ForeignMember') ?? false);
    expect(world.release?.handover && currentStep(world.release.handover)?.name).toBe('ScaleUp');
    expectGivenUp(world, 'ForeignMember');
  });

  it('when the group is one of another kind, such as a share group', () => {
    const world = aWorld();
    const share = {
      state: 'known',
      isSupported: false,
      isEmpty: false,
      isStable: true,
      members: [],
      unassigned: 0,
    } as const;
    world.told = { groups: new Map([[group, share]]) };
    expectGivenUp(world, 'not of type classic or consumer');
  });

  it('when it commits offsets that were read before', () => {
    const world = aWorld();
    world.until(atStep('Open'));
    world.told = { progress: 'moved' };
    world.until(({ message }) => message?.includes('OffsetsMoved') ?? false);
    world.until(inPhase('Aborting'));
    world.told = {};
    expectGivenUp(world, 'OffsetsMoved');
  });

  it('when a check fails more often than it may', () => {
    const checks = [{ name: 'health', http: { path: '/', port: 80 }, failureLimit: 2 }];
    const world = aWorld({ checks });
    world.check = 'failed';
    world.until(({ checks: [health] = [] }) => health?.failures === 2);
    expect(world.release?.phase).toBe('Previewing');
    expectGivenUp(world, 'check health failed');
  });

  it('when a check fails while it soaks: requests and groups go back', () => {
    const checks = [{ name: 'health', http: { path: '/', port: 80 }, failureLimit: 0 }];
    const world = aWorld({ checks, soakSeconds: 30 });
    world.until(inPhase('Soaking'));
    world.check = 'failed';
    world.until(inPhase('Aborting'));
    expect(stepsOf(world)).toEqual(['ScaleUp', 'Switch', 'Drain', 'Fence', 'Record', 'Grant', 'Open']);
    expectGivenUp(world, 'check health failed');
  });

  it('when a check still runs at the deadline', () => {
    const world = aWorld({ checks: [{ name: 'smoke', job: { template: {} }, failureLimit: 0 }] });
    world.check = 'running';
    expectGivenUp(world, 'check smoke has not passed');
  });

  it('when a person says so, and is tried again when a person says so', () => {
    const world = aWorld({ promotion: 'Manual' });
    world.until(inPhase('Previewing'));
    world.commands = { abort: 'please' };
    expectGivenUp(world, 'sluice.dev/abort');
    for (let round = 0; round < 5; round++) world.reconcile();
    expect(world.release?.phase).toBe('Stable');
    world.commands = { ...world.commands, retry: 'now' };
    world.promote = 'r1';
    expect(world.until((each) => isStable(each) && each.active?.revision === 'r1').history).toHaveLength(2);
  });

  it.each(['Preparing', 'Previewing', 'Promoting', 'Soaking'] as const)(
    'when the spec is reverted while it is %s',
    (phase) => {
      const world = aWorld({ soakSeconds: 30 });
      world.until(inPhase(phase));
      world.revision = 'r0';
      expectGivenUp(world, 'reverted');
      expect(world.release?.history?.[0]?.outcome).toBe('Reverted');
    },
  );

  it.each(['Schemas', 'ScaleUp', 'Drain', 'Fence', 'Record', 'Grant', 'Open', 'Switch'])('from step %s', (step) => {
    for (const roleAware of [true, false]) {
      for (const fence of ['Access', 'Scale'] as const) {
        const world = aWorld({ roleAware }, { fence });
        if (!roleAware && step === 'Drain') continue;
        world.until(atStep(step));
        world.commands = { abort: step };
        expectGivenUp(world, 'sluice.dev/abort');
      }
    }
  });
});

describe('a handover', () => {
  it('fences and ends pods that do not drain in time, requests first', () => {
    const world = aWorld();
    world.stuck = 'a';
    world.until(atStep('Switch'));
    expect(world.members).toContain('a');
    expect(world.release?.handover).toMatchObject({ fence: 'Scale' });
    world.until(atStep('Fence'));
    expect(world.serving).toBe('b');
    expect(world.until(isStable).active?.revision).toBe('r1');
  });

  it('stands still while the brokers are away, however long, and goes on after that', () => {
    const world = aWorld();
    world.until(atStep('Fence'));
    world.isAway = true;
    for (let look = 0; look < 30; look++) {
      world.reconcile();
      world.tick(20_000);
    }
    expect(world.release).toMatchObject({ phase: 'Promoting' });
    world.isAway = false;
    expect(world.until(isStable).active?.revision).toBe('r1');
  });

  it('does not count the time in which nobody looked', () => {
    const world = aWorld();
    world.until(atStep('Open'));
    world.told = { progress: 'none' };
    world.tick(3_600_000);
    world.reconcile();
    world.reconcile(0);
    world.tick(3_600_000);
    world.reconcile();
    expect(world.release?.phase).toBe('Promoting');
  });

  it('lifts the fence and leaves offsets as they are where nothing was granted yet', () => {
    const world = aWorld();
    world.until(atStep('Record'));
    world.commands = { abort: 'now' };
    world.until(inPhase('Aborting'));
    expect(stepsOf(world)).toEqual(['ScaleUp', 'Grant', 'Open']);
  });

  it('goes no step on before what the present one asks for is carried out', () => {
    const world = aWorld();
    world.until(atStep('Grant'));
    world.told = { isSettled: false };
    world.reconcile();
    world.reconcile();
    expect(atStep('Grant')(world.until(() => true))).toBe(true);
  });

  it('takes no group for empty of which nothing certain is known', () => {
    const world = aWorld();
    world.until(atStep('Drain'));
    world.told = { groups: new Map([[group, { state: 'unknown', message: 'Dead' }]]) };
    world.tick(1000);
    world.reconcile();
    expect(world.release?.handover && currentStep(world.release.handover)?.name).toBe('Drain');
  });

  it('waits until members have all partitions, those too that were added meanwhile', () => {
    const world = aWorld();
    world.until(atStep('Open'));
    const half = {
      state: 'known',
      isSupported: true,
      isEmpty: false,
      isStable: true,
      members: [{ of: 'b', host: '10.0.0.b' }],
      unassigned: 2,
    } as const;
    world.told = { groups: new Map([[group, half]]) };
    world.until(({ message }) => message?.includes('2 partitions') ?? false);
    world.told = {};
    expect(world.until(isStable).active?.revision).toBe('r1');
  });

  it('refuses to take a topic over in a group of another name', () => {
    const world = aWorld();
    const wanted = { revision: 'r1', consumes: [{ topic: 'shop.payments', group: 'shop.renamed' }] };
    world.told = { wanted };
    world.until(({ message }) => message?.includes('keep the group') ?? false);
    expect(world.release?.phase).toBe('Gate');
    expect(world.pods.b.live).toBe(0);
  });
});
