// What people and registries may hand in, however large or wrong: each has its reason, and none takes long.
import { describe, expect, it } from 'vitest';
import { parseAvro } from './avro.ts';
import { modelOf } from './compatibility/model.ts';
import { breaksBetween } from './compatibility/resolution.ts';
import { parseSchema } from './schema.ts';

/** Of this thread's own time: more than any of these takes, and less than the 10 s after which another replica takes over. */
const boundMs = 4_000;

function timed<Result>(work: () => Result): Result {
  const before = process.threadCpuUsage();
  const result = work();
  const { user, system } = process.threadCpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(boundMs);
  return result;
}

const record = (name: string, fields: readonly object[], over: object = {}) => ({
  type: 'record',
  name,
  fields,
  ...over,
});
const flat = (count: number, doc = '') =>
  record(
    'Wide',
    Array.from({ length: count }, (_, at) => ({ name: `f${at}`, type: 'string', doc })),
  );

describe('a schema', { timeout: 30_000 }, () => {
  it('of a megabyte with ten thousand fields is read and judged', () => {
    const text = JSON.stringify(flat(10_000, 'x'.repeat(60)));
    expect(text.length).toBeGreaterThan(1_000_000);
    expect(timed(() => parseAvro(text)).isValid).toBe(true);
    const [writer, reader] = [modelOf(JSON.parse(text)), modelOf(flat(10_001))];
    expect(timed(() => breaksBetween(writer, reader))).toEqual([{ rule: 'MissingDefault', path: 'Wide.f10000' }]);
  });

  it('of which one of ten thousand fields is wrong names that field', () => {
    const { fields, ...rest } = flat(10_000);
    const text = JSON.stringify({ ...rest, fields: fields.with(9_000, { name: 'total', type: 'strnig' }) });
    expect(timed(() => parseAvro(text))).toEqual({
      isValid: false,
      problem: 'field total of Wide: undefined type name: strnig',
    });
  });

  it('that differs in ten thousand fields tells a hundred of them', () => {
    const retyped = record(
      'Wide',
      flat(10_000).fields.map((field) => ({ ...field, type: 'int' })),
    );
    expect(timed(() => breaksBetween(modelOf(flat(10_000)), modelOf(retyped)))).toHaveLength(100);
  });

  it('of very many types is refused before anybody waits for it', () => {
    const fields = Array.from({ length: 10_000 }, (_, at) => ({ name: `f${at}`, type: record(`R${at}`, []) }));
    expect(timed(() => parseAvro(JSON.stringify(record('Many', fields))))).toEqual({
      isValid: false,
      problem: 'it declares 10001 named types, and 1000 are the most that are taken',
    });
  });

  it.each([
    ['arrays', `${'{"type":"array","items":'.repeat(40_000)}"int"${'}'.repeat(40_000)}`],
    ['lists', '['.repeat(200_000) + ']'.repeat(200_000)],
  ])('of %s in each other without end is refused, in every language', (_, text) => {
    for (const format of ['Avro', 'JsonSchema'] as const) {
      expect(timed(() => parseSchema({ format, text, references: [] }))).toEqual({
        isValid: false,
        problem: 'it is nested more than 200 levels deep',
      });
    }
  });

  it.each([
    ['comments that never end', `message A {} ${'/*'.repeat(50_000)}`],
    ['texts that never end', `message A {} ${'"\\"'.repeat(50_000)}`],
  ])('in Protobuf of %s is read', (_, text) => {
    expect(timed(() => parseSchema({ format: 'Protobuf', text, references: [] })).isValid).toBe(true);
  });

  it('that holds itself is read and judged', () => {
    const tree = (value: string) =>
      record('Tree', [
        { name: 'value', type: value },
        { name: 'children', type: { type: 'array', items: 'Tree' } },
        { name: 'left', type: ['null', 'Tree'], default: null },
      ]);
    expect(parseAvro(JSON.stringify(tree('int'))).isValid).toBe(true);
    expect(breaksBetween(modelOf(tree('int')), modelOf(tree('long')))).toEqual([]);
    expect(breaksBetween(modelOf(tree('string')), modelOf(tree('long')))).toEqual([
      { rule: 'TypeMismatch', path: 'Tree.value', writer: 'string', reader: 'long' },
    ]);
  });

  it('of unions whose branches would be tried without end is told to be too complex', () => {
    /** At each level two records of one name in two namespaces, either of which may stand for the other's. */
    const nested = (side: string, depth: number): object =>
      record(
        `R${depth}`,
        depth === 0
          ? [{ name: 'value', type: 'int' }]
          : [{ name: 'next', type: ['x', 'y'].map((branch) => nested(`${side}${branch}`, depth - 1)) }],
        { namespace: side },
      );
    const [writer, reader] = [nested('w', 10), nested('r', 10)].map((schema) => modelOf(schema));
    if (!writer || !reader) throw new RangeError('two schemas');
    const breaks = timed(() => breaksBetween(writer, reader));
    expect(breaks.some(({ rule }) => rule === 'TooComplex')).toBe(true);
  });

  it('that quotes a megabyte in what is wrong with it is quoted in part', () => {
    const parsed = parseAvro(JSON.stringify({ type: 'x'.repeat(1_000_000) }));
    expect(parsed.isValid ? '' : parsed.problem).toMatch(/x…$/);
    expect(parsed.isValid ? 0 : parsed.problem.length).toBeLessThan(600);
  });
});

describe('a logical type that is wrong is ignored, and the type below it stands', () => {
  const of = (over: object) => modelOf(record('R', [{ name: 'f', type: { type: 'bytes', ...over } }]));
  const decimal = { logicalType: 'decimal', precision: 4, scale: 2 };
  it.each([
    ['a scale beyond its precision', { ...decimal, scale: 5 }],
    ['no precision', { logicalType: 'decimal', scale: 2 }],
    ['a precision of none', { ...decimal, precision: 0, scale: 0 }],
    ['half a digit', { ...decimal, precision: 4.5 }],
    ['a scale below none', { ...decimal, scale: -1 }],
    ['a precision in words', { ...decimal, precision: 'four' }],
    ['more digits than a fixed holds', { ...decimal, type: 'fixed', name: 'F', size: 1 }],
    ['another word', { logicalType: 'desimal' }],
    ['a word for another type', { logicalType: 'timestamp-millis' }],
  ])('%s', (_, wrong) => {
    const bare = 'type' in wrong ? { type: 'fixed', name: 'F', size: 1 } : {};
    expect(of(wrong)).toEqual(of(bare));
    expect(parseAvro(JSON.stringify(record('R', [{ name: 'f', type: { type: 'bytes', ...wrong } }]))).isValid).toBe(
      true,
    );
  });

  it('and one that is right is not', () => {
    expect(breaksBetween(of(decimal), of({ ...decimal, scale: 1 }))).toMatchObject([{ rule: 'DecimalMismatch' }]);
    const fixed = { ...decimal, type: 'fixed', name: 'F', size: 2 };
    expect(breaksBetween(of(fixed), of({ ...fixed, scale: 1 }))).toMatchObject([{ rule: 'DecimalMismatch' }]);
  });
});
