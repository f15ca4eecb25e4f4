import { describe, expect, it } from 'vitest';
import { anEventService } from '../../api/v1alpha1/builders.ts';
import { type Edit, editsOf, type Spec } from './generator.ts';
import { violationsOf } from './generator-violations.ts';

function take(seed: number, count: number): readonly Edit[] {
  return editsOf(seed).take(count).toArray();
}

describe('the random edits', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(take(7, 50)).toEqual(take(7, 50));
    expect(take(7, 50)).not.toEqual(take(8, 50));
  });

  it('are of all three kinds, and the valid ones fit the schema', () => {
    const edits = take(1, 500);
    expect(new Set(edits.map(({ kind }) => kind))).toEqual(new Set(['valid', 'refused', 'shown']));
    for (const edit of edits)
      if (edit.kind === 'valid') expect(anEventService(edit.spec).spec).toMatchObject(edit.spec);
  });
});

describe('the violations of a schema', () => {
  it('break numbers, texts, choices, lists and objects, each in one place', () => {
    const spec: Spec = { bus: { name: 'shop' }, replicas: 1, publishes: [{ topic: 'o', drift: 'Report' }] };
    const found = violationsOf(spec);
    expect(found.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        'replicas: 1001',
        'replicas: a text',
        'publishes.0.topic: too long',
        'publishes.0.topic: missing',
        'publishes.0.drift: no choice',
        'publishes: the same twice',
        'unheardOf: unknown',
      ]),
    );
    expect(found.find(({ what }) => what === 'replicas: 1001')?.spec).toEqual({ ...spec, replicas: 1001 });
    expect(found.find(({ what }) => what === 'publishes.0.topic: missing')?.spec).toEqual({
      ...spec,
      publishes: [{ drift: 'Report' }],
    });
  });
});
