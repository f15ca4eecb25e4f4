import { describe, expect, it } from 'vitest';
import { conditionTypes } from '../../api/index.ts';
import type { Verdict } from '../../plan/index.ts';
import type { GateDecision } from './decide.ts';
import { anOrder, aParticipant, aUse } from './testing/participants.ts';
import { withGate } from './verdict.ts';

const plain = anOrder(['id', 'string']);
const type = conditionTypes.schemasCompatible;
const compatible: Verdict = { type, status: 'True', reason: 'Compatible', message: 'Schemas registered: 1.' };
const none: Verdict = { type, status: 'True', reason: 'NotRequired', message: 'No schemas are declared.' };
const waiting: Verdict = {
  type,
  status: 'Unknown',
  reason: 'RegistryUnreachable',
  message: 'Away.',
  effect: 'waiting',
};
const stalled: Verdict = { type, status: 'False', reason: 'SchemaInvalid', message: 'No Avro.', effect: 'stalled' };

const passes: GateDecision = { approved: new Map() };
const refuses = (effect: 'waiting' | 'stalled'): GateDecision => ({
  refusal: { reason: 'WaitingForReader', message: 'It waits.', effect },
  approved: new Map(),
});
const reader = aParticipant('EventService shop/order', { wanted: { reads: plain } });
const writer = aParticipant('EventService shop/order', { wanted: { writes: plain } });

describe('of the level and the gate', () => {
  it.each([
    { what: 'the gate where the level has nothing against it', verdict: compatible, gate: refuses('waiting') },
    { what: 'the gate where a person must act and the level only waits', verdict: waiting, gate: refuses('stalled') },
  ])('speaks $what', ({ verdict, gate }) => {
    const { effect } = gate.refusal ?? {};
    expect(withGate(verdict, gate, writer)).toMatchObject({
      type,
      status: 'False',
      reason: 'WaitingForReader',
      effect,
    });
  });

  it.each([
    { what: 'the level where both wait', verdict: waiting, gate: refuses('waiting') },
    { what: 'the level where both are for a person to mend', verdict: stalled, gate: refuses('stalled') },
    { what: 'the level where the gate has nothing against it', verdict: stalled, gate: passes },
  ])('speaks $what', ({ verdict, gate }) => {
    expect(withGate(verdict, gate, writer)).toEqual(verdict);
  });

  it('one that nobody could judge is Unknown', () => {
    const gate: GateDecision = {
      refusal: { reason: 'RegistryUnreachable', message: 'Away.', effect: 'waiting', isUnknown: true },
      approved: new Map(),
    };
    expect(withGate(none, gate, reader)).toMatchObject({ status: 'Unknown', reason: 'RegistryUnreachable' });
  });
});

describe('what goes well', () => {
  it('says how many schemas are read with, where none is written', () => {
    const verdict = withGate(none, passes, reader);
    const message = 'What is written can be read by the declared schemas: 1.';
    expect(verdict).toEqual({ type, status: 'True', reason: 'Compatible', message });
    expect(withGate(none, passes, { ...reader, wanted: { reads: [], writes: [] } })).toEqual(none);
  });

  it('names what a person let go live, now and for as long as it is live', () => {
    const told = 'EventService shop/reader reads field Order.total';
    const now = withGate(compatible, { approved: new Map([[aUse(plain).fingerprint, told]]) }, writer);
    const live = { reads: [], writes: [{ ...aUse(plain), approved: told }] };
    const later = withGate(compatible, passes, { ...writer, live });
    for (const { message } of [now, later]) {
      expect(message).toBe(`Schemas registered: 1. Live by approval, though ${told}.`);
    }
  });
});
