import { expect, test } from 'vitest';
import { anOrder, aParticipant, aUse } from './testing/participants.ts';
import { nextUses, pendingUses } from './use.ts';

const old = anOrder(['id', 'string']);
const new_ = anOrder(['id', 'string'], ['total', 'int', 'default']);
const self = aParticipant('EventService shop/order', { live: { writes: old }, wanted: { writes: new_ } });
const none = new Map<string, string>();

test('what is wanted is pending until it is live', () => {
  expect(pendingUses(self).writes).toEqual([aUse(new_)]);
  expect(pendingUses({ ...self, live: nextUses(self, { isSettled: false, approved: none }) }).writes).toEqual([]);
});

test('while versions roll both are live, and the newest alone once the other is gone', () => {
  const rolling = nextUses(self, { isSettled: false, approved: none });
  expect(rolling.writes).toEqual([aUse(old), aUse(new_)]);
  expect(nextUses({ ...self, live: rolling }, { isSettled: true, approved: none }).writes).toEqual([aUse(new_)]);
});

test('what went live by a person’s word keeps the mark, and nothing else gets it', () => {
  const { fingerprint } = aUse(new_);
  const live = nextUses(self, { isSettled: false, approved: new Map([[fingerprint, 'told']]) });
  expect(live.writes).toEqual([aUse(old), { ...aUse(new_), approved: 'told' }]);
  const later = nextUses({ ...self, live }, { isSettled: true, approved: none });
  expect(later.writes).toEqual([{ ...aUse(new_), approved: 'told' }]);
});
