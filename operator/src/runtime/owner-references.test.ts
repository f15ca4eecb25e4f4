import { describe, expect, it } from 'vitest';
import { TerminalError } from './errors.ts';
import { controllerOf, controllerReference, ownedBy, refersTo } from './owner-references.ts';
import { defineResource, type KubeObject } from './resource.ts';

const things = defineResource({
  group: 'example.com',
  version: 'v1',
  plural: 'things',
  kind: 'Thing',
  namespaced: true,
});
const owner: KubeObject = {
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name: 'owner', namespace: 'shop', uid: 'u1' },
};
const child: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'child', namespace: 'shop' } };

describe('owner references', () => {
  it('name the owner as the managing controller', () => {
    const owned = ownedBy(child, things, owner);
    expect(controllerOf(owned)).toEqual({
      apiVersion: 'example.com/v1',
      kind: 'Thing',
      name: 'owner',
      uid: 'u1',
      controller: true,
      blockOwnerDeletion: true,
    });
  });

  it('are given again to what is ours already', () => {
    const owned = ownedBy(child, things, owner);
    expect(ownedBy(child, things, owner, owned)).toEqual(owned);
  });

  it('are refused, with the owner’s name, for what is another’s, even another of the same name', () => {
    const live = ownedBy(child, things, { ...owner, metadata: { ...owner.metadata, uid: 'u0' } });
    expect(() => ownedBy(child, things, owner, live)).toThrow(TerminalError);
    expect(() => ownedBy(child, things, owner, live)).toThrow('ConfigMap shop/child is already owned by Thing owner');
  });

  it('are refused across namespaces, where the garbage collector would delete the child', () => {
    const elsewhere = { ...child, metadata: { ...child.metadata, namespace: 'other' } };
    expect(() => ownedBy(elsewhere, things, owner)).toThrow('different namespaces');
    const clusterWide = { ...owner, metadata: { name: 'owner', uid: 'u1' } };
    expect(controllerOf(ownedBy(elsewhere, things, clusterWide))?.name).toBe('owner');
  });

  it('need an owner that was read', () => {
    expect(() => controllerReference(things, child)).toThrow(RangeError);
  });

  it('refer to a kind in whatever version, and to none of another group', () => {
    const reference = controllerReference(things, owner);
    expect(refersTo(reference, { ...things, version: 'v2' })).toBe(true);
    expect(refersTo(reference, { ...things, group: 'example.org' })).toBe(false);
    expect(refersTo({ ...reference, apiVersion: 'v1' }, { ...things, group: '' })).toBe(true);
  });
});
