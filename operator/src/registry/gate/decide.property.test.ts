// Any number of resources that want, one after another, any schemas: whatever the gate lets go live, every live reader can
// read every live writer.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { breaksBetween } from '../compatibility/resolution.ts';
import { decideGate } from './decide.ts';
import type { RetainedVersion } from './obstacles.ts';
import { anOrder, aUse } from './testing/participants.ts';
import { modelOfUse, nextUses, noUses, type Participant, type SchemaUse, type SchemaUses } from './use.ts';

const fields = ['a', 'b', 'c'] as const;
const schema = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...fields), fc.constantFrom('int', 'long', 'string'), fc.boolean()), {
    selector: ([name]) => name,
    minLength: 1,
  })
  .map((all) =>
    anOrder(
      ...all.map(
        ([name, type, hasDefault]) => [name, type, ...(hasDefault && type !== 'string' ? ['default'] : [])] as never,
      ),
    ),
  );
const topics = ['one', 'two'] as const;
const uses = fc.array(fc.tuple(fc.constantFrom(...topics), schema), { maxLength: 2 }).map((all) => {
  const byTopic = new Map(all.map(([topic, text]) => [topic, aUse(text, topic)]));
  return [...byTopic.values()];
});
const wanted: fc.Arbitrary<SchemaUses> = fc.record({ reads: uses, writes: uses });

type Step =
  | { readonly kind: 'spec'; readonly who: number; readonly wanted: SchemaUses }
  | { readonly kind: 'reconcile' | 'settle'; readonly who: number };

const who = fc.integer({ min: 0, max: 3 });
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('spec' as const), who, wanted }),
    fc.record({ kind: fc.constantFrom('reconcile' as const, 'settle' as const), who }),
  ),
  { minLength: 8, maxLength: 40 },
);

interface World {
  readonly participants: Participant[];
  /** By topic, what was ever written, oldest first. */
  readonly registry: Map<string, SchemaUse[]>;
}

function retainedOf({ registry }: World, level: 'all' | 'newest'): ReadonlyMap<string, readonly RetainedVersion[]> {
  return new Map(
    [...registry].map(([topic, versions]) => {
      const all = versions.map((use, at) => ({ version: at + 1, use, isKept: level === 'all' }));
      return [topic, level === 'all' ? all : all.slice(-1)];
    }),
  );
}

function take(world: World, step: Step, level: 'all' | 'newest'): 'allowed' | 'refused' | 'other' {
  const self = world.participants[step.who];
  if (!self) throw new Error(`there is no participant ${step.who}`);
  if (step.kind === 'spec') {
    world.participants[step.who] = { ...self, wanted: step.wanted };
    return 'other';
  }
  const retained = retainedOf(world, level);
  const given = {
    self,
    others: world.participants.filter((each) => each !== self),
    retained,
    problems: [],
    approved: undefined,
  };
  const { refusal, approved } = decideGate(given);
  if (refusal) return 'refused';
  const live = nextUses(self, { isSettled: step.kind === 'settle', approved });
  world.participants[step.who] = { ...self, live };
  for (const use of live.writes) {
    const versions = world.registry.get(use.topic) ?? [];
    if (versions.every(({ fingerprint }) => fingerprint !== use.fingerprint)) versions.push(use);
    world.registry.set(use.topic, versions);
  }
  return 'allowed';
}

function unreadable({ participants }: World): readonly string[] {
  const writes = participants.flatMap(({ live }) => live.writes);
  const reads = participants.flatMap(({ live }) => live.reads);
  return writes.flatMap((writer) =>
    reads
      .filter(({ topic }) => topic === writer.topic)
      .filter((reader) => breaksBetween(modelOfUse(writer), modelOfUse(reader)).length > 0)
      .map((reader) => `${reader.schema} cannot read ${writer.schema}`),
  );
}

test('no live reader ever meets a live writer that it cannot read, whatever comes in whatever order', () => {
  const seen = { allowed: 0, refused: 0, other: 0 };
  fc.assert(
    fc.property(steps, fc.constantFrom('all' as const, 'newest' as const), (all, level) => {
      const participants = [0, 1, 2, 3].map((at) => ({ name: `service ${at}`, live: noUses, wanted: noUses }));
      const world: World = { participants, registry: new Map() };
      for (const step of all) {
        seen[take(world, step, level)]++;
        expect(unreadable(world)).toEqual([]);
      }
    }),
    { numRuns: 200 },
  );
  // Both happened often enough to mean something.
  expect(Math.min(seen.allowed, seen.refused)).toBeGreaterThan(300);
});

test('what is refused is told with a place, and a deadlock is told to both', () => {
  let deadlocks = 0;
  fc.assert(
    fc.property(wanted, wanted, wanted, wanted, (liveA, wantedA, liveB, wantedB) => {
      const a: Participant = { name: 'service a', live: liveA, wanted: wantedA };
      const b: Participant = { name: 'service b', live: liveB, wanted: wantedB };
      const decide = (self: Participant, other: Participant) =>
        decideGate({ self, others: [other], retained: new Map(), problems: [], approved: undefined }).refusal;
      const refusals = [decide(a, b), decide(b, a)];
      for (const refusal of refusals) if (refusal) expect(refusal.message).toContain('Order');
      if (!refusals.some((refusal) => refusal?.reason === 'SchemaDeadlock')) return;
      deadlocks++;
      for (const refusal of refusals) {
        // One that does not even go with itself has that told first.
        expect(['SchemaDeadlock', 'SchemaIncompatible']).toContain(refusal?.reason);
        expect(refusal?.effect).toBe('stalled');
      }
    }),
    { numRuns: 500 },
  );
  expect(deadlocks).toBeGreaterThan(10);
});
