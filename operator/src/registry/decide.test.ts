import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SubjectStatus } from '../api/index.ts';
import { parseAvro } from './avro.ts';
import { decideSchemas, type SchemasDecision, type SubjectObserved } from './decide.ts';
import { levelName } from './level.ts';
import { avroText } from './schema.ts';
import { aDeclaredSchema, aSchemaObservation, orderSchema } from './testing/schemas.ts';

function fingerprint(text: string): string {
  const parsed = parseAvro(text);
  if (!parsed.isValid) throw new Error(parsed.problem);
  return parsed.fingerprint;
}

const known: SubjectStatus = {
  subject: 'orders-value',
  topic: 'orders',
  id: 3,
  version: 1,
  fingerprint: fingerprint(orderSchema),
};
const compatible: SubjectObserved = { check: { isCompatible: true, messages: [] } };

function verdictOf({ verdicts }: SchemasDecision) {
  return verdicts.find(({ type }) => type === 'SchemasCompatible');
}

describe('a declared schema', () => {
  it('that is compatible is registered, after the level of its subject is set', () => {
    const decision = decideSchemas(
      aSchemaObservation({
        declared: [aDeclaredSchema('orders')],
        subjects: new Map([['orders-value', compatible]]),
        level: 'FULL_TRANSITIVE',
      }),
    );
    expect(decision.changes).toMatchObject([
      { action: 'SetCompatibility', subject: 'orders-value', level: 'FULL_TRANSITIVE', risk: 'Safe' },
      {
        action: 'RegisterSchema',
        subject: 'orders-value',
        topic: 'orders',
        schema: avroText(orderSchema),
        risk: 'Safe',
      },
    ]);
    expect(verdictOf(decision)).toMatchObject({ status: 'True', reason: 'Compatible' });
    expect(decision.mayRoll).toBe(true);
  });

  it('that is registered is remembered by its id, version and fingerprint', () => {
    const decision = decideSchemas(
      aSchemaObservation({
        declared: [aDeclaredSchema('orders')],
        subjects: new Map([['orders-value', { registered: { id: 3, version: 1 } }]]),
      }),
    );
    expect(decision).toMatchObject({ changes: [], subjects: [known], mayRoll: true });
  });

  it('that is as it is remembered asks for nothing', () => {
    const decision = decideSchemas(aSchemaObservation({ declared: [aDeclaredSchema('orders')], remembered: [known] }));
    expect(decision).toMatchObject({ changes: [], subjects: [known], mayRoll: true });
  });

  it('whose subject has another level than the bus gives gets that level', () => {
    const seen: SubjectObserved = { registered: { id: 3, version: 1 }, level: 'NONE' };
    const decision = decideSchemas(
      aSchemaObservation({
        declared: [aDeclaredSchema('orders')],
        remembered: [known],
        subjects: new Map([['orders-value', seen]]),
        level: 'FULL',
      }),
    );
    expect(decision.changes).toMatchObject([{ action: 'SetCompatibility', level: 'FULL' }]);
  });
});

describe('schemas of one resource that reference each other', () => {
  const waiting: SubjectObserved = {
    refusal: { reason: 'SchemaReferenceNotFound', message: 'it references shop.Money', waitsFor: 'money-value' },
  };
  const declared = [aDeclaredSchema('orders'), aDeclaredSchema('money'), aDeclaredSchema('other')];

  it('are registered one after the other, and nothing rolls before all are', () => {
    const subjects = new Map([
      ['orders-value', waiting],
      ['money-value', compatible],
      ['other-value', compatible],
    ]);
    const decision = decideSchemas(aSchemaObservation({ declared, subjects }));
    expect(decision.changes).toMatchObject([{ action: 'RegisterSchema', subject: 'money-value' }]);
    expect(decision.mayRoll).toBe(false);
    expect(verdictOf(decision)).toMatchObject({ reason: 'SchemaReferenceNotFound', effect: 'waiting' });
  });

  it('are not begun with where another one is refused', () => {
    const subjects = new Map<string, SubjectObserved>([
      ['orders-value', waiting],
      ['money-value', compatible],
      ['other-value', { check: { isCompatible: false, messages: [] } }],
    ]);
    expect(decideSchemas(aSchemaObservation({ declared, subjects }))).toMatchObject({ changes: [], mayRoll: false });
  });
});

describe("a schema that Sluice's own check refuses and a person approved", () => {
  const findings = [
    {
      version: 1,
      direction: 'reads',
      at: { path: 'Order.total', rule: 'MissingDefault' },
      message: 'Order.total is not in version 1 and has no default: give it one',
    },
  ] as const;
  const declared = [aDeclaredSchema('orders')];
  const approved = known.fingerprint;

  it('is registered, and the change says so', () => {
    const subjects = new Map([['orders-value', { ...compatible, findings }]]);
    const { changes, mayRoll } = decideSchemas(aSchemaObservation({ declared, subjects, approved }));
    expect(changes).toMatchObject([
      {
        action: 'RegisterSchema',
        reason:
          "it is declared and not there, and a person approved what Sluice's own check refuses: Order.total is not in version 1 and has no default: give it one",
      },
    ]);
    expect(mayRoll).toBe(true);
  });

  it('is told by the condition from then on, with and without the annotation', () => {
    const registered: SubjectObserved = { registered: { id: 3, version: 2 }, findings };
    const first = decideSchemas(
      aSchemaObservation({ declared, subjects: new Map([['orders-value', registered]]), approved }),
    );
    const message =
      "Schemas registered on EventBus shop/shop: 1. By approval and against Sluice's own check: version 2 of subject orders-value, since Order.total is not in version 1 and has no default: give it one.";
    expect(verdictOf(first)).toMatchObject({ status: 'True', reason: 'Compatible', message });
    const later = decideSchemas(aSchemaObservation({ declared, remembered: first.subjects }));
    expect(verdictOf(later)?.message).toBe(message);
    // Looked at again because its level was changed past Sluice: nobody asks for findings.
    const again = new Map([['orders-value', { registered: { id: 3, version: 2 }, level: 'NONE' }]]);
    const leveled = decideSchemas(
      aSchemaObservation({ declared, remembered: first.subjects, subjects: again, level: 'FULL' }),
    );
    expect(leveled.subjects).toEqual(first.subjects);
  });

  it('is told no more once another schema is declared', () => {
    const remembered = [{ ...known, override: 'Order.total is missing', fingerprint: 'another' }];
    const subjects = new Map([['orders-value', { registered: { id: 4, version: 3 } }]]);
    const decision = decideSchemas(aSchemaObservation({ declared, subjects, remembered }));
    expect(verdictOf(decision)?.message).toBe('Schemas registered on EventBus shop/shop: 1.');
    expect(decision.subjects[0]).not.toHaveProperty('override');
  });
});

describe('nothing changes, what runs stays, and the message says what would do', () => {
  interface Case {
    readonly what: string;
    readonly over: Parameters<typeof aSchemaObservation>[0];
    readonly expected: { readonly status: string; readonly reason: string; readonly effect: string };
    readonly says: RegExp;
  }
  const missing = {
    state: 'missing',
    message: 'ConfigMap shop/schemas, which holds it, is not there: create it.',
  } as const;
  const incompatible: SubjectObserved = { check: { isCompatible: false, messages: ['READER_FIELD_MISSING: /total'] } };
  const finding = {
    version: 1,
    direction: 'reads',
    at: { path: 'Order.total', rule: 'MissingDefault' },
    message: 'Order.total is not in version 1 and has no default: give it one',
  } as const;
  const silent: SubjectObserved = { check: { isCompatible: false, messages: [] } };
  const cases: readonly Case[] = [
    {
      what: 'where the source of a schema is missing',
      over: { declared: [{ ...aDeclaredSchema('orders'), source: missing }] },
      expected: { status: 'False', reason: 'SchemaSourceNotFound', effect: 'waiting' },
      says: /^ConfigMap shop\/schemas.*create it\.$/,
    },
    {
      what: 'where a schema is not Avro',
      over: { declared: [aDeclaredSchema('orders', 'type Order {}')] },
      expected: { status: 'False', reason: 'SchemaInvalid', effect: 'stalled' },
      says: /^The schema of topic orders in EventService shop\/order is not Avro: it is not JSON/,
    },
    {
      what: 'where a schema is not of the language that it says it is',
      over: {
        declared: [
          {
            ...aDeclaredSchema('orders'),
            source: {
              state: 'found',
              format: 'Protobuf',
              text: orderSchema,
              references: [],
              from: 'EventService shop/order',
            },
          },
        ],
      },
      expected: { status: 'False', reason: 'SchemaInvalid', effect: 'stalled' },
      says: /^The schema of topic orders in EventService shop\/order is not Protobuf: it begins with \{/,
    },
    {
      what: 'where the registry does not take it for a schema, in its words',
      over: {
        declared: [aDeclaredSchema('orders')],
        subjects: new Map([['orders-value', { refusal: { reason: 'SchemaInvalid', message: 'Either the input' } }]]),
      },
      expected: { status: 'False', reason: 'SchemaInvalid', effect: 'stalled' },
      says: /is not Avro: Either the input: mend it there\.$/,
    },
    {
      what: 'where what a schema references is not there, which may come yet',
      over: {
        declared: [aDeclaredSchema('orders')],
        subjects: new Map([
          [
            'orders-value',
            {
              refusal: {
                reason: 'SchemaReferenceNotFound',
                message: 'it references shop.Money',
                waitsFor: 'money-value',
              },
            },
          ],
        ]),
      },
      expected: { status: 'False', reason: 'SchemaReferenceNotFound', effect: 'waiting' },
      says: /^The schema of topic orders in EventService shop\/order cannot be used: it references shop\.Money\.$/,
    },
    {
      what: 'where the bus has no registry',
      over: { declared: [aDeclaredSchema('orders')], registry: { state: 'notConfigured' } },
      expected: { status: 'False', reason: 'RegistryNotConfigured', effect: 'stalled' },
      says: /EventBus shop\/shop names no registry: set spec\.schemaRegistry there/,
    },
    {
      what: 'where the registry is down and the schema is new',
      over: {
        declared: [aDeclaredSchema('orders')],
        registry: { state: 'unavailable', reason: 'RegistryRefusedCredentials', message: 'It does not answer.' },
      },
      expected: { status: 'Unknown', reason: 'RegistryRefusedCredentials', effect: 'waiting' },
      says: /^It does not answer\.$/,
    },
    {
      what: 'where the registry finds it incompatible, in its words',
      over: { declared: [aDeclaredSchema('orders')], subjects: new Map([['orders-value', incompatible]]) },
      expected: { status: 'False', reason: 'SchemaIncompatible', effect: 'stalled' },
      says: /subject orders-value: so says the registry at http:\/\/registry \(READER_FIELD_MISSING: \/total\), and Sluice's own check finds nothing.* What runs keeps running\.$/,
    },
    {
      what: 'where the registry finds it incompatible and says no more',
      over: { declared: [aDeclaredSchema('orders')], subjects: new Map([['orders-value', silent]]) },
      expected: { status: 'False', reason: 'SchemaIncompatible', effect: 'stalled' },
      says: /it gives no reason/,
    },
    {
      what: 'where both find it incompatible, with the place and what would mend it',
      over: {
        declared: [aDeclaredSchema('orders')],
        subjects: new Map([['orders-value', { ...silent, findings: [finding, finding] }]]),
      },
      expected: { status: 'False', reason: 'SchemaIncompatible', effect: 'stalled' },
      says: /Order\.total is not in version 1 and has no default: give it one \(and 1 more\)\. So say Sluice's own check and the registry/,
    },
    {
      what: 'where our own check finds it incompatible and the registry cannot check it',
      over: {
        declared: [aDeclaredSchema('orders')],
        subjects: new Map([['orders-value', { findings: [finding] }]]),
      },
      expected: { status: 'False', reason: 'SchemaIncompatible', effect: 'stalled' },
      says: /the registry at http:\/\/registry checks no schema with references before it is registered: to go on all the same/,
    },
    {
      what: 'where only our own check finds it incompatible, with how to go on all the same',
      over: {
        declared: [aDeclaredSchema('orders')],
        subjects: new Map([['orders-value', { ...compatible, findings: [finding] }]]),
      },
      expected: { status: 'False', reason: 'SchemaIncompatible', effect: 'stalled' },
      says: /the registry at http:\/\/registry would take it: to go on all the same, set the annotation sluice\.dev\/approve: [0-9a-f]{16}\./,
    },
  ];
  it.each(cases)('$what', ({ over, expected, says }) => {
    const decision = decideSchemas(aSchemaObservation(over));
    expect(decision).toMatchObject({ changes: [], mayRoll: false });
    expect(verdictOf(decision)).toMatchObject(expected);
    expect(verdictOf(decision)?.message).toMatch(says);
  });

  it('but an approved schema that our own check alone refuses is registered', () => {
    const subjects = new Map([['orders-value', { ...compatible, findings: [finding] }]]);
    const approved = fingerprint(orderSchema);
    const decision = decideSchemas(aSchemaObservation({ declared: [aDeclaredSchema('orders')], subjects, approved }));
    expect(decision).toMatchObject({ changes: [{ action: 'RegisterSchema' }], mayRoll: true });
    const refused = new Map([['orders-value', { ...silent, findings: [finding] }]]);
    const both = decideSchemas(
      aSchemaObservation({ declared: [aDeclaredSchema('orders')], subjects: refused, approved }),
    );
    expect(both).toMatchObject({ changes: [], mayRoll: false });
  });

  it('registers none where one of several is refused', () => {
    const decision = decideSchemas(
      aSchemaObservation({
        declared: [aDeclaredSchema('orders'), aDeclaredSchema('payments', 'x')],
        subjects: new Map([['orders-value', compatible]]),
      }),
    );
    expect(decision).toMatchObject({ changes: [], mayRoll: false });
  });

  it('keeps what was registered known', () => {
    const decision = decideSchemas(
      aSchemaObservation({ declared: [aDeclaredSchema('orders', 'x')], remembered: [known] }),
    );
    expect(decision.subjects).toEqual([known]);
  });
});

describe('a registry that is down', () => {
  it('does not hinder what is registered already', () => {
    const decision = decideSchemas(
      aSchemaObservation({
        declared: [aDeclaredSchema('orders')],
        registry: { state: 'unavailable', reason: 'RegistryRefusedCredentials', message: 'It does not answer.' },
        remembered: [known],
      }),
    );
    expect(decision).toMatchObject({ changes: [], subjects: [known], mayRoll: true });
    expect(verdictOf(decision)).toMatchObject({ status: 'True' });
  });
});

describe('deciding about schemas', () => {
  const texts = [orderSchema, '"string"', '{"type":"enum","name":"E","symbols":["A"]}', 'not avro'] as const;
  const topics = ['a', 'b', 'c'] as const;
  const level = fc.constantFrom(undefined, 'FULL', 'NONE');
  const subject = fc.record({
    topic: fc.constantFrom(...topics),
    text: fc.constantFrom(...texts),
    /** What the registry has, newest last. */
    versions: fc.uniqueArray(fc.constantFrom(orderSchema, '"string"')),
    level,
    isCompatible: fc.boolean(),
    isRemembered: fc.boolean(),
  });
  const world = fc.record({ subjects: fc.uniqueArray(subject, { selector: ({ topic }) => topic }), level });

  interface Entry {
    readonly topic: string;
    readonly text: string;
    readonly versions: readonly string[];
    readonly level: string | undefined;
    readonly isCompatible: boolean;
  }

  /** As bus/observe-schemas.ts looks at such a registry. */
  function observe(entries: readonly Entry[], wanted: string | undefined, remembered: readonly SubjectStatus[]) {
    const seen = entries.flatMap((entry): readonly (readonly [string, SubjectObserved])[] => {
      const parsed = parseAvro(entry.text);
      const status = remembered.find(({ topic }) => topic === entry.topic);
      const isSame = parsed.isValid && status?.fingerprint === parsed.fingerprint && entry.versions.length > 0;
      if (!parsed.isValid || (isSame && (wanted === undefined || wanted === entry.level))) return [];
      const version = entry.versions.indexOf(entry.text) + 1;
      const state =
        version > 0
          ? { registered: { id: version, version } }
          : { check: { isCompatible: entry.isCompatible, messages: [] } };
      return [[`${entry.topic}-value`, { ...state, ...(entry.level === undefined ? {} : { level: entry.level }) }]];
    });
    return aSchemaObservation({
      declared: entries.map(({ topic, text }) => aDeclaredSchema(topic, text)),
      subjects: new Map(seen),
      remembered,
      level: wanted,
    });
  }

  it('again after acting yields no changes, whatever the registry had', () => {
    fc.assert(
      fc.property(world, ({ subjects, level: wanted }) => {
        const before = subjects
          .filter(({ isRemembered, versions }) => isRemembered && versions.length > 0)
          .map(({ topic, versions }) => ({
            subject: `${topic}-value`,
            topic,
            id: 1,
            version: 1,
            fingerprint: fingerprint(versions.at(-1) ?? ''),
          }));
        const first = decideSchemas(observe(subjects, wanted, before));
        const after = subjects.map((entry) => {
          const name = `${entry.topic}-value`;
          const registered = first.changes.some(
            (change) => change.action === 'RegisterSchema' && change.subject === name,
          );
          const leveled = first.changes.some(
            (change) => change.action === 'SetCompatibility' && change.subject === name,
          );
          return {
            ...entry,
            versions: registered ? [...entry.versions, entry.text] : entry.versions,
            level: leveled ? wanted : entry.level,
          };
        });
        const second = decideSchemas(observe(after, wanted, first.subjects));
        expect(second.changes).toEqual([]);
        expect(second.mayRoll).toBe(first.mayRoll);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("a level by the registry's name", () => {
  it.each([
    ['Backward', 'BACKWARD'],
    ['BackwardTransitive', 'BACKWARD_TRANSITIVE'],
    ['FullTransitive', 'FULL_TRANSITIVE'],
    ['None', 'NONE'],
  ] as const)('%s is %s', (ours, theirs) => {
    expect(levelName(ours)).toBe(theirs);
  });
});
