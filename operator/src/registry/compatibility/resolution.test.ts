import { describe, expect, it } from 'vitest';
import { evolutionCases } from './cases.ts';
import { modelOf } from './model.ts';
import { breaksBetween } from './resolution.ts';

function breaks(writer: unknown, reader: unknown): readonly string[] {
  return breaksBetween(modelOf(writer), modelOf(reader)).map(({ rule, path }) => `${rule} ${path}`);
}

describe('what a writer wrote, read by another schema', () => {
  it.each(evolutionCases)('$what', ({ writer, reader, breaks: expected }) => {
    expect(breaks(writer, reader)).toEqual(expected);
  });

  it('has a table of at least 150 cases, each with a name of its own', () => {
    expect(new Set(evolutionCases.map(({ what }) => what)).size).toBe(evolutionCases.length);
    expect(evolutionCases.length).toBeGreaterThanOrEqual(150);
  });

  it('ends for records of two namespaces that hold themselves', () => {
    const node = (namespace: string, fields: readonly object[] = []) => ({
      type: 'record',
      name: 'Node',
      namespace,
      fields: [{ name: 'next', type: ['null', 'Node'] }, ...fields],
    });
    expect(breaks(node('a'), node('b'))).toEqual([]);
    expect(breaks(node('a'), node('b', [{ name: 'x', type: 'int' }]))).toEqual(['MissingDefault Node.x']);
  });

  it('is told of a hundred breaks at most, in bounded time', () => {
    const many = (type: string) => ({
      type: 'record',
      name: 'R',
      fields: Array.from({ length: 10_000 }, (_, at) => ({ name: `f${at}`, type })),
    });
    const startedAt = performance.now();
    expect(breaks(many('int'), many('string'))).toHaveLength(100);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});
