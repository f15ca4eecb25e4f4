import { describe, expect, it } from 'vitest';
import { annotations } from '../api/index.ts';
import { hashOf } from '../runtime/index.ts';
import { applyOf, applySecretOf, secretHash } from './apply.ts';
import { aChild, type Child, configMaps } from './testing/changes.ts';

const told = { reason: 'it is not as declared' };

/** As the API server holds it after `act` applied it, with a field that somebody else set. */
function applied(desired: Child): Child {
  const marks = { [annotations.lastApplied]: hashOf(desired), other: 'set by another' };
  return { ...desired, metadata: { ...desired.metadata, uid: 'u1', annotations: marks } };
}

describe('a child', () => {
  it('that is not there is applied', () => {
    expect(applyOf(configMaps, aChild({ a: '1' }), undefined, told)).toMatchObject([{ action: 'Apply', risk: 'Safe' }]);
  });

  it('that is as desired is left alone', () => {
    expect(applyOf(configMaps, aChild({ a: '1' }), applied(aChild({ a: '1' })), told)).toEqual([]);
  });

  it('that somebody changed is applied', () => {
    const live = { ...applied(aChild({ a: '1' })), data: { a: '2' } };
    expect(applyOf(configMaps, aChild({ a: '1' }), live, told)).toHaveLength(1);
  });

  it('of which a field is desired no more is applied', () => {
    expect(applyOf(configMaps, aChild({ a: '1' }), applied(aChild({ a: '1', b: '2' })), told)).toHaveLength(1);
  });
});

describe('a Secret', () => {
  const secret = aChild({ a: '1' });

  it('is written where the hash of what was written is another or was never recorded', () => {
    expect(applySecretOf(configMaps, secret, undefined, told)).toMatchObject([{ isWriteOnly: true }]);
    expect(applySecretOf(configMaps, secret, secretHash(aChild({ a: '2' })), told)).toHaveLength(1);
  });

  it('is not written again while the recorded hash is its own', () => {
    expect(applySecretOf(configMaps, secret, secretHash(secret), told)).toEqual([]);
  });
});
