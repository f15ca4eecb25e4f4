import { describe, expect, it } from 'vitest';
import {
  allOf,
  annotationsChanged,
  anyOf,
  finalizersChanged,
  generationChanged,
  labelsChanged,
  not,
  type Predicate,
  resourceVersionChanged,
} from './predicates.ts';
import type { KubeObject, ObjectMeta } from './resource.ts';
import type { ObjectChange } from './store.ts';

const metadata: ObjectMeta = {
  name: 'a',
  namespace: 'default',
  uid: '1',
  resourceVersion: '10',
  generation: 1,
  labels: { a: '1', b: '2' },
  annotations: { note: 'x' },
};
const anObject = (changes: Partial<ObjectMeta> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { ...metadata, ...changes },
});
const anUpdate = (changes: Partial<ObjectMeta>): ObjectChange => ({
  old: anObject(),
  object: anObject({ resourceVersion: '11', ...changes }),
  isInitial: false,
});

interface Case {
  readonly what: string;
  readonly change: ObjectChange;
  /** Which of the predicates let it pass. */
  readonly passes: readonly string[];
}

const all = ['generation', 'labels', 'annotations', 'finalizers', 'resourceVersion'];
const cases: readonly Case[] = [
  { what: 'a creation', change: { object: anObject(), isInitial: false }, passes: all },
  { what: 'the first list', change: { object: anObject(), isInitial: true }, passes: all },
  { what: 'a deletion', change: { old: anObject(), isInitial: false }, passes: all },
  { what: 'one of the same name made anew', change: anUpdate({ uid: '2' }), passes: all },
  { what: 'a changed spec', change: anUpdate({ generation: 2 }), passes: ['generation', 'resourceVersion'] },
  { what: 'a changed status', change: anUpdate({}), passes: ['resourceVersion'] },
  { what: 'a changed label', change: anUpdate({ labels: { a: '1', b: '3' } }), passes: ['labels', 'resourceVersion'] },
  { what: 'labels in another order', change: anUpdate({ labels: { b: '2', a: '1' } }), passes: ['resourceVersion'] },
  {
    what: 'an added annotation',
    change: anUpdate({ annotations: { note: 'x', more: 'y' } }),
    passes: ['annotations', 'resourceVersion'],
  },
  {
    what: 'an added finalizer',
    change: anUpdate({ finalizers: ['example.com/cleanup'] }),
    passes: ['finalizers', 'resourceVersion'],
  },
  {
    what: 'the beginning of a deletion',
    change: anUpdate({ deletionTimestamp: '2026-01-01T00:00:00Z' }),
    passes: ['generation', 'resourceVersion'],
  },
  { what: 'the same once more', change: anUpdate({ resourceVersion: '10' }), passes: [] },
];
const predicates: Readonly<Record<string, Predicate>> = {
  generation: generationChanged,
  labels: labelsChanged,
  annotations: annotationsChanged,
  finalizers: finalizersChanged,
  resourceVersion: resourceVersionChanged,
};

describe('predicates', () => {
  it.each(cases)('let $what pass where it counts', ({ change, passes }) => {
    expect(all.filter((name) => predicates[name]?.(change))).toEqual(passes);
  });

  it('combine by and, or and not', () => {
    const labelled = anUpdate({ labels: {} });
    const both = allOf(labelsChanged, generationChanged);
    const either = anyOf(labelsChanged, generationChanged);
    expect([both(labelled), either(labelled)]).toEqual([false, true]);
    expect(both(anUpdate({ labels: {}, generation: 2 }))).toBe(true);
    expect(not(labelsChanged)(labelled)).toBe(false);
    expect([allOf()(labelled), anyOf()(labelled)]).toEqual([true, false]);
  });
});
