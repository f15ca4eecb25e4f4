// Our verdict against avsc's reader: what we call compatible is really read, and what we say lacks a default is not.
import avsc from 'avsc';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { modelOf } from './model.ts';
import { breaksBetween } from './resolution.ts';

type Schema = Parameters<typeof avsc.Type.forSchema>[0];
interface FieldSchema {
  readonly name: string;
  readonly type: unknown;
  readonly default?: unknown;
  readonly aliases?: readonly string[];
}
interface RecordSchema {
  readonly type: 'record';
  readonly name: string;
  readonly fields: readonly FieldSchema[];
}

const pairs = 6_000;

/** Chooses by numbers that fast-check made, so that a failure is found again and made small. */
class Choices {
  readonly #numbers: readonly number[];
  #next = 0;
  #names = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  below(count: number): number {
    return (this.#numbers[this.#next++ % this.#numbers.length] ?? 0) % count;
  }

  of<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('nothing to choose from');
    return item;
  }

  name(prefix: string): string {
    return `${prefix}${this.#names++}`;
  }
}

const simple = ['boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const;
const symbols = ['A', 'B', 'C', 'D'] as const;

function typeOf(choices: Choices, depth: number): unknown {
  const kinds = depth === 0 ? 3 : 8;
  switch (choices.below(kinds)) {
    case 3:
      return { type: 'array', items: typeOf(choices, depth - 1) };
    case 4:
      return { type: 'map', values: typeOf(choices, depth - 1) };
    case 5:
      return ['null', choices.of(simple)];
    case 6:
      return { type: 'enum', name: choices.name('E'), symbols: symbols.slice(0, 1 + choices.below(4)) };
    case 7:
      return recordOf(choices, depth - 1);
    default:
      return choices.of(simple);
  }
}

function recordOf(choices: Choices, depth: number): RecordSchema {
  const fields = Array.from({ length: 1 + choices.below(4) }, () => ({
    name: choices.name('f'),
    type: typeOf(choices, depth),
  }));
  return { type: 'record', name: choices.name('R'), fields };
}

/** One edit somewhere in the record. */
function edited(record: RecordSchema, choices: Choices): RecordSchema {
  const at = choices.below(record.fields.length);
  const replace = (field: FieldSchema) => ({ ...record, fields: record.fields.with(at, field) });
  const field = record.fields[at];
  if (field === undefined) return { ...record, fields: [{ name: choices.name('n'), type: 'int', default: 1 }] };
  // A default is of its type: with another type it goes.
  const { default: _, ...bare } = field;
  switch (choices.below(9)) {
    case 0:
      return { ...record, fields: [...record.fields, { name: choices.name('n'), type: 'int', default: 7 }] };
    case 1:
      return { ...record, fields: [...record.fields, { name: choices.name('n'), type: 'string' }] };
    case 2:
      return { ...record, fields: record.fields.toSpliced(at, 1) };
    case 3:
      return replace({ ...bare, type: choices.of(simple) });
    case 4:
      return replace({ ...field, name: choices.name('n'), aliases: [field.name] });
    case 5:
      return replace(Array.isArray(field.type) ? field : { ...bare, type: ['null', field.type] });
    case 6:
      return { ...record, fields: record.fields.toReversed() };
    default:
      return replace({ ...bare, type: editedType(field.type, choices) });
  }
}

function editedType(type: unknown, choices: Choices): unknown {
  if (typeof type !== 'object' || type === null || Array.isArray(type)) return choices.of(simple);
  if (isRecord(type)) return edited(type, choices);
  if ('symbols' in type) {
    const left = symbols.slice(choices.below(2), 2 + choices.below(3));
    const { name } = type as { readonly name?: unknown };
    const bare = { type: 'enum', name, symbols: left };
    return choices.below(2) === 0 ? bare : { ...bare, default: left[0] };
  }
  if ('items' in type) return { ...type, items: editedType(type.items, choices) };
  return 'values' in type ? { ...type, values: editedType(type.values, choices) } : type;
}

function isRecord(type: object): type is RecordSchema {
  return 'fields' in type;
}

/** True: the reader read it. False: avsc makes no reader of the one for the other, or it failed on the bytes. */
function isRead(writer: RecordSchema, reader: RecordSchema): boolean {
  const [from, to] = [writer, reader].map((schema) => avsc.Type.forSchema(structuredClone(schema) as Schema));
  if (!from || !to) throw new RangeError('two types');
  try {
    const resolver = to.createResolver(from);
    for (let i = 0; i < 3; i++) to.fromBuffer(from.toBuffer(from.random()), resolver);
    return true;
  } catch {
    return false;
  }
}

it(`holds for ${pairs} random schemas and their edits, read by avsc`, () => {
  const counts = { compatible: 0, incompatible: 0, missingDefault: 0 };
  fc.assert(
    fc.property(fc.array(fc.nat(1_000), { minLength: 20, maxLength: 60 }), (numbers) => {
      const choices = new Choices(numbers);
      const writer = recordOf(choices, 2);
      let reader = writer;
      for (let edits = 1 + choices.below(3); edits > 0; edits--) reader = edited(reader, choices);
      const breaks = breaksBetween(modelOf(writer), modelOf(reader));
      if (breaks.length === 0) {
        counts.compatible++;
        expect(isRead(writer, reader)).toBe(true);
        return;
      }
      counts.incompatible++;
      // Records that were written are the counterexample: the reader has nothing to put into the field.
      if (breaks.some(({ rule }) => rule === 'MissingDefault')) {
        counts.missingDefault++;
        expect(isRead(writer, reader)).toBe(false);
      }
    }),
    { numRuns: pairs },
  );
  // Both sides were met often enough to mean something.
  expect(counts.compatible).toBeGreaterThan(pairs / 10);
  expect(counts.missingDefault).toBeGreaterThan(pairs / 50);
}, 60_000);
