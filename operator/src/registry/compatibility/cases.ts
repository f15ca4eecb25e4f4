// Evolutions of Avro schemas with the verdict of the specification's section on schema resolution: what a writer wrote, read
// by a reader. Written from the specification, and put to our own check and to a real registry alike.
// https://avro.apache.org/docs/1.12.0/specification/#schema-resolution

export interface EvolutionCase {
  readonly what: string;
  readonly writer: unknown;
  readonly reader: unknown;
  /** `rule path` of each break; empty: it can be read. */
  readonly breaks: readonly string[];
}

const primitives = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const;
type Name = (typeof primitives)[number];

/** The specification's list, word for word: what a writer's type may be read as besides itself. */
const readableAs: Readonly<Record<Name, readonly Name[]>> = {
  null: [],
  boolean: [],
  int: ['long', 'float', 'double'],
  long: ['float', 'double'],
  float: ['double'],
  double: [],
  bytes: ['string'],
  string: ['bytes'],
};

/** All pairs, as the type of a field: registries take a primitive at the top for no schema of a record. */
const pairs: readonly EvolutionCase[] = primitives.flatMap((writer) =>
  primitives.map((reader) => ({
    what: `${writer} read as ${reader}`,
    writer: record([field('f', writer)]),
    reader: record([field('f', reader)]),
    breaks: writer === reader || readableAs[writer].includes(reader) ? [] : ['TypeMismatch R.f'],
  })),
);

function record(fields: readonly object[], over: object = {}) {
  return { type: 'record', name: 'R', fields, ...over };
}

function field(name: string, type: unknown, over: object = {}) {
  return { name, type, ...over };
}

/** A record whose one field has the type. */
function of(type: unknown) {
  return record([field('f', type)]);
}

const enumOf = (symbols: readonly string[], over: object = {}) => ({ type: 'enum', name: 'E', symbols, ...over });
const fixedOf = (size: number, over: object = {}) => ({ type: 'fixed', name: 'F', size, ...over });
const arrayOf = (items: unknown) => ({ type: 'array', items });
const mapOf = (values: unknown) => ({ type: 'map', values });
const inner = (fields: readonly object[], over: object = {}) => ({ type: 'record', name: 'I', fields, ...over });
const decimal = (precision: number, scale: number) => ({ type: 'bytes', logicalType: 'decimal', precision, scale });
const id = field('id', 'string');

const records: readonly EvolutionCase[] = [
  { what: 'the same record', writer: record([id]), reader: record([id]), breaks: [] },
  {
    what: 'a field that is added with a default',
    writer: record([id]),
    reader: record([id, field('n', 'int', { default: 0 })]),
    breaks: [],
  },
  {
    what: 'a field that is added without a default',
    writer: record([id]),
    reader: record([id, field('n', 'int')]),
    breaks: ['MissingDefault R.n'],
  },
  {
    what: 'two fields that are added without a default',
    writer: record([id]),
    reader: record([id, field('n', 'int'), field('m', 'int')]),
    breaks: ['MissingDefault R.n', 'MissingDefault R.m'],
  },
  {
    what: 'a field that is added with the default null',
    writer: record([id]),
    reader: record([id, field('n', ['null', 'int'], { default: null })]),
    breaks: [],
  },
  {
    what: 'an optional field that is added without a default',
    writer: record([id]),
    reader: record([id, field('n', ['null', 'int'])]),
    breaks: ['MissingDefault R.n'],
  },
  {
    what: 'a field that is added with an empty array as its default',
    writer: record([id]),
    reader: record([id, field('n', arrayOf('int'), { default: [] })]),
    breaks: [],
  },
  {
    what: 'a field that is added with an empty map as its default',
    writer: record([id]),
    reader: record([id, field('n', mapOf('int'), { default: {} })]),
    breaks: [],
  },
  {
    what: 'a record that is added with a default',
    writer: record([id]),
    reader: record([id, field('i', inner([field('x', 'int')]), { default: { x: 1 } })]),
    breaks: [],
  },
  {
    what: 'a field that is gone',
    writer: record([id, field('n', 'int')]),
    reader: record([id]),
    breaks: [],
  },
  { what: 'all fields gone', writer: record([id]), reader: record([]), breaks: [] },
  {
    what: 'fields in another order',
    writer: record([id, field('n', 'int')]),
    reader: record([field('n', 'int'), id]),
    breaks: [],
  },
  {
    what: 'a field under another name',
    writer: record([field('old', 'int')]),
    reader: record([field('new', 'int')]),
    breaks: ['MissingDefault R.new'],
  },
  {
    what: 'a field under another name, with a default',
    writer: record([field('old', 'int')]),
    reader: record([field('new', 'int', { default: 0 })]),
    breaks: [],
  },
  {
    what: 'a field under another name, with the former as an alias',
    writer: record([field('old', 'int')]),
    reader: record([field('new', 'int', { aliases: ['old'] })]),
    breaks: [],
  },
  {
    what: 'a field found by its alias, of a type that cannot be read',
    writer: record([field('old', 'string')]),
    reader: record([field('new', 'int', { aliases: ['old'] })]),
    breaks: ['TypeMismatch R.new'],
  },
  {
    what: 'a field found by its alias, of a type that is promoted',
    writer: record([field('old', 'int')]),
    reader: record([field('new', 'long', { aliases: ['older', 'old'] })]),
    breaks: [],
  },
  {
    what: "an alias of the writer's, which counts for nothing",
    writer: record([field('old', 'int', { aliases: ['new'] })]),
    reader: record([field('new', 'int')]),
    breaks: ['MissingDefault R.new'],
  },
  {
    what: 'a record under another name',
    writer: record([id]),
    reader: record([id], { name: 'S' }),
    breaks: ['NameMismatch S'],
  },
  {
    what: 'a record under another name, with the former as an alias',
    writer: record([id]),
    reader: record([id], { name: 'S', aliases: ['R'] }),
    breaks: [],
  },
  {
    what: 'a record under another name in a namespace, with the former as an alias',
    writer: record([id], { namespace: 'a' }),
    reader: record([id], { name: 'S', namespace: 'a', aliases: ['R'] }),
    breaks: [],
  },
  {
    what: 'a record that went to another namespace: names match without it',
    writer: record([id], { namespace: 'a' }),
    reader: record([id], { namespace: 'b' }),
    breaks: [],
  },
  {
    what: 'a doc that changed',
    writer: record([id], { doc: 'One.' }),
    reader: record([id], { doc: 'Other.' }),
    breaks: [],
  },
  {
    what: 'a default that changed',
    writer: record([field('n', 'int', { default: 0 })]),
    reader: record([field('n', 'int', { default: 1 })]),
    breaks: [],
  },
  {
    what: 'a default that is gone from a field that is written',
    writer: record([field('n', 'int', { default: 0 })]),
    reader: record([field('n', 'int')]),
    breaks: [],
  },
  {
    what: 'a record where there was an int',
    writer: of('int'),
    reader: of(inner([field('x', 'int')])),
    breaks: ['TypeMismatch R.f'],
  },
  {
    what: 'an int where there was a record',
    writer: of(inner([field('x', 'int')])),
    reader: of('int'),
    breaks: ['TypeMismatch R.f'],
  },
];

const nested: readonly EvolutionCase[] = [
  {
    what: 'a field that is added without a default in a record inside',
    writer: of(inner([field('x', 'int')])),
    reader: of(inner([field('x', 'int'), field('y', 'int')])),
    breaks: ['MissingDefault R.f.y'],
  },
  {
    what: 'a record inside under another name',
    writer: of(inner([field('x', 'int')])),
    reader: of(inner([field('x', 'int')], { name: 'J' })),
    breaks: ['NameMismatch R.f'],
  },
  {
    what: 'a record inside under another name, with the former as an alias',
    writer: of(inner([field('x', 'int')])),
    reader: of(inner([field('x', 'int')], { name: 'J', aliases: ['I'] })),
    breaks: [],
  },
  {
    what: 'a break three records down',
    writer: of(inner([field('g', { type: 'record', name: 'H', fields: [field('x', 'string')] })])),
    reader: of(inner([field('g', { type: 'record', name: 'H', fields: [field('x', 'int')] })])),
    breaks: ['TypeMismatch R.f.g.x'],
  },
  {
    what: 'a type that is declared once and used twice',
    writer: record([field('a', inner([field('x', 'int')])), field('b', 'I')]),
    reader: record([field('a', inner([field('x', 'long')])), field('b', 'I')]),
    breaks: [],
  },
  {
    what: 'a type used by its full name',
    writer: record([field('a', inner([field('x', 'int')], { namespace: 'n' })), field('b', 'n.I')]),
    reader: record([field('a', inner([field('x', 'int')], { namespace: 'n' })), field('b', 'n.I')]),
    breaks: [],
  },
  {
    what: 'a list that holds itself',
    writer: record([field('next', ['null', 'R'])]),
    reader: record([field('next', ['null', 'R'])]),
    breaks: [],
  },
  {
    what: 'a list that holds itself and gets a field with a default',
    writer: record([field('next', ['null', 'R'])]),
    reader: record([field('next', ['null', 'R']), field('n', 'int', { default: 0 })]),
    breaks: [],
  },
  {
    what: 'a list that holds itself and gets a field without a default: told once',
    writer: record([field('next', ['null', 'R'])]),
    reader: record([field('next', ['null', 'R']), field('n', 'int')]),
    breaks: ['MissingDefault R.n'],
  },
  {
    what: 'a tree that holds itself in an array',
    writer: record([field('children', arrayOf('R'))]),
    reader: record([field('children', arrayOf('R')), field('n', 'string', { default: '' })]),
    breaks: [],
  },
  {
    what: 'two records that hold each other',
    writer: record([field('i', ['null', inner([field('r', ['null', 'R'])])])]),
    reader: record([field('i', ['null', inner([field('r', ['null', 'R'])])])]),
    breaks: [],
  },
  {
    what: 'two records that hold each other, with a break in the second',
    writer: record([field('i', ['null', inner([field('r', ['null', 'R'])])])]),
    reader: record([field('i', ['null', inner([field('r', ['null', 'R']), field('x', 'int')])])]),
    breaks: ['MissingDefault R.i<I>.x'],
  },
];

const collections: readonly EvolutionCase[] = [
  { what: 'the same array', writer: of(arrayOf('int')), reader: of(arrayOf('int')), breaks: [] },
  { what: 'an array with promoted items', writer: of(arrayOf('int')), reader: of(arrayOf('double')), breaks: [] },
  {
    what: 'an array with other items',
    writer: of(arrayOf('int')),
    reader: of(arrayOf('string')),
    breaks: ['TypeMismatch R.f[]'],
  },
  {
    what: 'an array of records that break',
    writer: of(arrayOf(inner([]))),
    reader: of(arrayOf(inner([field('x', 'int')]))),
    breaks: ['MissingDefault R.f[].x'],
  },
  {
    what: 'an array of arrays that break',
    writer: of(arrayOf(arrayOf('string'))),
    reader: of(arrayOf(arrayOf('int'))),
    breaks: ['TypeMismatch R.f[][]'],
  },
  { what: 'the same map', writer: of(mapOf('int')), reader: of(mapOf('int')), breaks: [] },
  { what: 'a map with promoted values', writer: of(mapOf('float')), reader: of(mapOf('double')), breaks: [] },
  {
    what: 'a map with other values',
    writer: of(mapOf('double')),
    reader: of(mapOf('float')),
    breaks: ['TypeMismatch R.f{}'],
  },
  {
    what: 'a map of records that break',
    writer: of(mapOf(inner([]))),
    reader: of(mapOf(inner([field('x', 'int')]))),
    breaks: ['MissingDefault R.f{}.x'],
  },
  {
    what: 'a map where there was an array',
    writer: of(arrayOf('int')),
    reader: of(mapOf('int')),
    breaks: ['TypeMismatch R.f'],
  },
  {
    what: 'an array where there was a map',
    writer: of(mapOf('int')),
    reader: of(arrayOf('int')),
    breaks: ['TypeMismatch R.f'],
  },
  {
    what: 'an item where there was an array',
    writer: of(arrayOf('int')),
    reader: of('int'),
    breaks: ['TypeMismatch R.f'],
  },
  {
    what: 'an array where there was an item',
    writer: of('int'),
    reader: of(arrayOf('int')),
    breaks: ['TypeMismatch R.f'],
  },
];

const enums: readonly EvolutionCase[] = [
  { what: 'the same enum', writer: of(enumOf(['A', 'B'])), reader: of(enumOf(['A', 'B'])), breaks: [] },
  { what: 'symbols in another order', writer: of(enumOf(['A', 'B'])), reader: of(enumOf(['B', 'A'])), breaks: [] },
  { what: 'a symbol that is added', writer: of(enumOf(['A'])), reader: of(enumOf(['A', 'B'])), breaks: [] },
  {
    what: 'a symbol that is gone',
    writer: of(enumOf(['A', 'B'])),
    reader: of(enumOf(['A'])),
    breaks: ['MissingSymbols R.f'],
  },
  {
    what: 'a symbol that is gone from an enum with a default',
    writer: of(enumOf(['A', 'B'])),
    reader: of(enumOf(['A'], { default: 'A' })),
    breaks: [],
  },
  {
    what: "a symbol that is gone, with a default of the writer's, which counts for nothing",
    writer: of(enumOf(['A', 'B'], { default: 'A' })),
    reader: of(enumOf(['A'])),
    breaks: ['MissingSymbols R.f'],
  },
  {
    what: 'a symbol under another name',
    writer: of(enumOf(['A', 'B'])),
    reader: of(enumOf(['A', 'C'])),
    breaks: ['MissingSymbols R.f'],
  },
  {
    what: 'a field default, which is no enum default',
    writer: record([field('f', enumOf(['A', 'B']))]),
    reader: record([field('f', enumOf(['A']), { default: 'A' })]),
    breaks: ['MissingSymbols R.f'],
  },
  {
    what: 'an enum under another name',
    writer: of(enumOf(['A'])),
    reader: of(enumOf(['A'], { name: 'G' })),
    breaks: ['NameMismatch R.f'],
  },
  {
    what: 'an enum under another name, with the former as an alias',
    writer: of(enumOf(['A'])),
    reader: of(enumOf(['A'], { name: 'G', aliases: ['E'] })),
    breaks: [],
  },
  {
    what: 'a string where there was an enum',
    writer: of(enumOf(['A'])),
    reader: of('string'),
    breaks: ['TypeMismatch R.f'],
  },
  {
    what: 'an enum where there was a string',
    writer: of('string'),
    reader: of(enumOf(['A'])),
    breaks: ['TypeMismatch R.f'],
  },
  {
    what: 'an enum in an array that lost a symbol',
    writer: of(arrayOf(enumOf(['A', 'B']))),
    reader: of(arrayOf(enumOf(['A']))),
    breaks: ['MissingSymbols R.f[]'],
  },
];

const fixeds: readonly EvolutionCase[] = [
  { what: 'the same fixed', writer: of(fixedOf(16)), reader: of(fixedOf(16)), breaks: [] },
  { what: 'a larger fixed', writer: of(fixedOf(16)), reader: of(fixedOf(17)), breaks: ['FixedSize R.f'] },
  { what: 'a smaller fixed', writer: of(fixedOf(16)), reader: of(fixedOf(15)), breaks: ['FixedSize R.f'] },
  {
    what: 'a fixed under another name',
    writer: of(fixedOf(16)),
    reader: of(fixedOf(16, { name: 'G' })),
    breaks: ['NameMismatch R.f'],
  },
  {
    what: 'a fixed under another name, with the former as an alias',
    writer: of(fixedOf(16)),
    reader: of(fixedOf(16, { name: 'G', aliases: ['F'] })),
    breaks: [],
  },
  { what: 'bytes where there was a fixed', writer: of(fixedOf(16)), reader: of('bytes'), breaks: ['TypeMismatch R.f'] },
  {
    what: 'a fixed where there were bytes',
    writer: of('bytes'),
    reader: of(fixedOf(16)),
    breaks: ['TypeMismatch R.f'],
  },
];

const unions: readonly EvolutionCase[] = [
  { what: 'the same union', writer: of(['null', 'int']), reader: of(['null', 'int']), breaks: [] },
  { what: 'branches in another order', writer: of(['null', 'int']), reader: of(['int', 'null']), breaks: [] },
  { what: 'a branch that is added', writer: of(['null', 'int']), reader: of(['null', 'int', 'string']), breaks: [] },
  {
    what: 'a branch that is gone',
    writer: of(['null', 'int', 'string']),
    reader: of(['null', 'int']),
    breaks: ['MissingBranch R.f'],
  },
  {
    what: 'two branches that are gone',
    writer: of(['null', 'int', 'string', 'boolean']),
    reader: of(['null', 'int']),
    breaks: ['MissingBranch R.f', 'MissingBranch R.f'],
  },
  { what: 'a type that becomes optional', writer: of('int'), reader: of(['null', 'int']), breaks: [] },
  {
    what: 'an optional type that is one no more',
    writer: of(['null', 'int']),
    reader: of('int'),
    breaks: ['TypeMismatch R.f'],
  },
  { what: 'a union of one, read as the one', writer: of(['int']), reader: of('int'), breaks: [] },
  { what: 'one, read as a union of one', writer: of('int'), reader: of(['int']), breaks: [] },
  { what: 'a union whose branches are all promoted', writer: of(['int', 'long']), reader: of('double'), breaks: [] },
  {
    what: 'a union of which one branch cannot be read',
    writer: of(['int', 'string']),
    reader: of('long'),
    breaks: ['TypeMismatch R.f'],
  },
  { what: 'a type promoted into a union', writer: of('int'), reader: of(['null', 'long']), breaks: [] },
  { what: 'a branch promoted into a union', writer: of(['null', 'int']), reader: of(['null', 'double']), breaks: [] },
  { what: 'a type with no branch', writer: of('boolean'), reader: of(['null', 'int']), breaks: ['MissingBranch R.f'] },
  { what: 'a string into a union with bytes', writer: of('string'), reader: of(['null', 'bytes']), breaks: [] },
  { what: 'bytes into a union with a string', writer: of('bytes'), reader: of(['null', 'string']), breaks: [] },
  {
    what: 'a narrower branch, which nothing is demoted to',
    writer: of(['null', 'long']),
    reader: of(['null', 'int']),
    breaks: ['MissingBranch R.f'],
  },
  {
    what: 'an optional record that breaks inside',
    writer: of(['null', inner([])]),
    reader: of(['null', inner([field('x', 'int')])]),
    breaks: ['MissingDefault R.f<I>.x'],
  },
  {
    what: 'a record into a union where it breaks',
    writer: of(inner([])),
    reader: of(['null', inner([field('x', 'int')])]),
    breaks: ['MissingDefault R.f<I>.x'],
  },
  {
    what: 'a record with no branch of its name',
    writer: of(['null', inner([])]),
    reader: of(['null', inner([], { name: 'J' })]),
    breaks: ['MissingBranch R.f'],
  },
  {
    what: 'a record whose branch has its name as an alias',
    writer: of(['null', inner([])]),
    reader: of(['null', inner([], { name: 'J', aliases: ['I'] })]),
    breaks: [],
  },
  {
    what: 'two records of which one is gone',
    writer: of([inner([]), inner([], { name: 'J' })]),
    reader: of([inner([])]),
    breaks: ['MissingBranch R.f'],
  },
  {
    what: 'an enum branch that lost a symbol',
    writer: of(['null', enumOf(['A', 'B'])]),
    reader: of(['null', enumOf(['A'])]),
    breaks: ['MissingSymbols R.f<E>'],
  },
  {
    what: 'a fixed branch of another size',
    writer: of(['null', fixedOf(4)]),
    reader: of(['null', fixedOf(5)]),
    breaks: ['FixedSize R.f<F>'],
  },
  {
    what: 'an array branch with other items',
    writer: of(['null', arrayOf('string')]),
    reader: of(['null', arrayOf('int')]),
    breaks: ['TypeMismatch R.f[]'],
  },
  {
    what: 'a map branch with promoted values',
    writer: of(['null', mapOf('int')]),
    reader: of(['null', mapOf('long')]),
    breaks: [],
  },
  {
    what: 'a union in an array that lost a branch',
    writer: of(arrayOf(['null', 'int'])),
    reader: of(arrayOf(['null'])),
    breaks: ['MissingBranch R.f[]'],
  },
  {
    what: 'an array where there was a union with it',
    writer: of(['null', arrayOf('int')]),
    reader: of(arrayOf('int')),
    breaks: ['TypeMismatch R.f'],
  },
];

const logicalTypes: readonly EvolutionCase[] = [
  { what: 'the same decimal', writer: of(decimal(9, 2)), reader: of(decimal(9, 2)), breaks: [] },
  {
    what: 'a decimal of another scale',
    writer: of(decimal(9, 2)),
    reader: of(decimal(9, 3)),
    breaks: ['DecimalMismatch R.f'],
  },
  {
    what: 'a decimal of another precision',
    writer: of(decimal(9, 2)),
    reader: of(decimal(10, 2)),
    breaks: ['DecimalMismatch R.f'],
  },
  { what: 'a decimal read as its bytes', writer: of(decimal(9, 2)), reader: of('bytes'), breaks: [] },
  { what: 'bytes read as a decimal', writer: of('bytes'), reader: of(decimal(9, 2)), breaks: [] },
  {
    what: 'a fixed decimal of another scale',
    writer: of(fixedOf(8, { logicalType: 'decimal', precision: 9, scale: 2 })),
    reader: of(fixedOf(8, { logicalType: 'decimal', precision: 9, scale: 3 })),
    breaks: ['DecimalMismatch R.f'],
  },
  {
    what: 'a decimal whose scale is left out, which is 0',
    writer: of({ type: 'bytes', logicalType: 'decimal', precision: 9 }),
    reader: of(decimal(9, 0)),
    breaks: [],
  },
  {
    what: 'a date read as its int',
    writer: of({ type: 'int', logicalType: 'date' }),
    reader: of('int'),
    breaks: [],
  },
  {
    what: 'an int read as a date',
    writer: of('int'),
    reader: of({ type: 'int', logicalType: 'date' }),
    breaks: [],
  },
  {
    what: 'another logical type on the same long, which resolution does not look at',
    writer: of({ type: 'long', logicalType: 'timestamp-millis' }),
    reader: of({ type: 'long', logicalType: 'timestamp-micros' }),
    breaks: [],
  },
  {
    what: 'a date read as a timestamp, by the promotion of its int',
    writer: of({ type: 'int', logicalType: 'date' }),
    reader: of({ type: 'long', logicalType: 'timestamp-millis' }),
    breaks: [],
  },
  {
    what: 'a timestamp read as a date',
    writer: of({ type: 'long', logicalType: 'timestamp-millis' }),
    reader: of({ type: 'int', logicalType: 'date' }),
    breaks: ['TypeMismatch R.f'],
  },
  {
    what: 'a uuid read as its string',
    writer: of({ type: 'string', logicalType: 'uuid' }),
    reader: of('string'),
    breaks: [],
  },
  {
    what: 'a logical type that nobody knows',
    writer: of({ type: 'string', logicalType: 'colour' }),
    reader: of('string'),
    breaks: [],
  },
];

export const evolutionCases: readonly EvolutionCase[] = [
  ...pairs,
  ...records,
  ...nested,
  ...collections,
  ...enums,
  ...fixeds,
  ...unions,
  ...logicalTypes,
];
