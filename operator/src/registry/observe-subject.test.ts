import { describe, expect, it } from 'vitest';
import { type Reason, reasons } from '../api/index.ts';
import { SluiceError } from '../errors.ts';
import { observeSubject, readModel, type SubjectQuestion } from './observe-subject.ts';
import { avroText } from './schema.ts';
import { aRegistry } from './testing/registry.ts';

const subject = 'orders-value';
const record = (name: string, ...fields: readonly object[]) =>
  JSON.stringify({ type: 'record', name, namespace: 'shop', fields });
const id = { name: 'id', type: 'string' };
const total = { name: 'total', type: 'long' };
const money = record('Money', { name: 'amount', type: 'long' });
const priced = record('Order', id, { name: 'price', type: 'Money' });
const toMoney = { name: 'shop.Money', subject: 'money-value', version: 1 };

const deep = `${'{"type":"array","items":'.repeat(300)}"int"${'}'.repeat(300)}`;

function aQuestion(text: string, over: Partial<SubjectQuestion> = {}): SubjectQuestion {
  return { subject, schema: avroText(text), isThere: true, level: 'FULL', isApproved: false, ...over };
}

function referring(text: string, over: Partial<SubjectQuestion['schema']> = {}): Partial<SubjectQuestion> {
  return { schema: { format: 'Avro', text, references: [toMoney], ...over } };
}

describe('a schema', () => {
  it('of a subject that is not there is compatible, and nothing is asked', async () => {
    const registry = aRegistry();
    const seen = await observeSubject(aQuestion(record('Order', id), { isThere: false }), registry);
    expect(seen).toEqual({ check: { isCompatible: true, messages: [] } });
    expect(registry.calls).toEqual([]);
  });

  it.each(['JsonSchema', 'Protobuf'] as const)(
    'in %s is shown to the registry though its subject is not there: it alone knows whether it is one',
    async (format) => {
      const registry = aRegistry();
      const schema = { format, text: '{}', references: [] };
      await observeSubject({ ...aQuestion(''), schema, isThere: false }, registry);
      expect(registry.calls).toEqual([`check ${subject}`]);
    },
  );

  it('that is a version of its subject is that version', async () => {
    const registry = aRegistry();
    registry.put(subject, record('Order', id));
    registry.put(subject, record('Order', id, { ...total, default: 0 }));
    const seen = await observeSubject(aQuestion(record('Order', id)), registry);
    expect(seen).toEqual({ registered: { id: 1, version: 1 } });
  });

  it('is judged by the registry and by Sluice, by the level that will be in force', async () => {
    const registry = aRegistry();
    registry.put(subject, record('Order', id));
    registry.verdict = { isCompatible: false, messages: ['no'] };
    const seen = await observeSubject(aQuestion(record('Order', id, total)), registry);
    expect(seen).toMatchObject({
      check: { isCompatible: false, messages: ['no'] },
      findings: [{ version: 1, at: { rule: 'MissingDefault', path: 'Order.total' } }],
    });
  });

  it("is judged by the registry's own level where neither the bus nor the subject has one", async () => {
    const registry = aRegistry();
    registry.put(subject, record('Order', id));
    const judge = () => observeSubject({ ...aQuestion(record('Order', id, total)), level: undefined }, registry);
    expect((await judge()).findings).toEqual([]);
    registry.level = 'BACKWARD';
    expect((await judge()).findings).toHaveLength(1);
  });

  it('that was registered by approval is told with what it was registered against, whatever came since', async () => {
    const registry = aRegistry();
    registry.put(subject, record('Order', id));
    const overridden = record('Order', id, total);
    registry.put(subject, overridden);
    registry.put(subject, record('Order', id, total, { name: 'note', type: 'string' }));
    const approved = await observeSubject(aQuestion(overridden, { isApproved: true }), registry);
    expect(approved).toMatchObject({
      registered: { id: 2, version: 2 },
      findings: [{ version: 1, at: { path: 'Order.total' } }],
    });
    expect(await observeSubject(aQuestion(overridden), registry)).toEqual({ registered: { id: 2, version: 2 } });
  });

  it('in another language than Avro is judged by the registry alone', async () => {
    const registry = aRegistry();
    registry.put(subject, '{"type":"object"}', { format: 'JsonSchema' });
    const schema = { format: 'JsonSchema', text: '{"type":"string"}', references: [] } as const;
    const seen = await observeSubject({ ...aQuestion(''), schema }, registry);
    expect(seen).toEqual({ check: { isCompatible: true, messages: [] } });
  });
});

describe('a schema with references', () => {
  it('is judged with what they hold', async () => {
    const registry = aRegistry();
    registry.put('money-value', money);
    registry.put('money-value', record('Money', { name: 'amount', type: 'string' }));
    registry.put(subject, priced, { references: [toMoney] });
    const schema = { references: [{ ...toMoney, version: 2 }] };
    const seen = await observeSubject(aQuestion('', referring(priced, schema)), registry);
    expect(seen.findings).toMatchObject([
      { direction: 'reads', at: { rule: 'TypeMismatch', path: 'Order.price.amount' } },
      { direction: 'readBy', at: { rule: 'TypeMismatch', path: 'Order.price.amount' } },
    ]);
  });

  it('is registered only as what it references now', async () => {
    const registry = aRegistry();
    registry.put('money-value', money);
    registry.put(subject, priced, { references: [toMoney] });
    expect(await observeSubject(aQuestion('', referring(priced)), registry)).toEqual({
      registered: { id: 2, version: 1 },
    });
  });

  it.each([reasons.schemaInvalid, reasons.registryFailed])(
    'is judged by Sluice alone where the registry reads no references in a check and says %s',
    async (reason) => {
      const registry = aRegistry();
      registry.put('money-value', money);
      registry.put(subject, record('Order', id));
      registry.check = async () => {
        throw new SluiceError(reason, 'Invalid schema');
      };
      const seen = await observeSubject(aQuestion('', referring(priced)), registry);
      expect(seen).toMatchObject({ findings: [{ at: { rule: 'MissingDefault', path: 'Order.price' } }] });
      expect(seen).not.toHaveProperty('check');
      expect(seen).not.toHaveProperty('refusal');
    },
  );

  const refused: readonly {
    readonly what: string;
    readonly schema: Partial<SubjectQuestion['schema']> & { readonly text: string };
    readonly reason: Reason;
    readonly says: RegExp;
  }[] = [
    {
      what: 'that are not there',
      schema: { text: priced, references: [{ ...toMoney, version: 9 }] },
      reason: reasons.schemaReferenceNotFound,
      says: /^it references shop\.Money as version 9 of subject money-value, which the registry does not have: register it/,
    },
    {
      what: 'that do not declare what it uses',
      schema: { text: priced.replace('"Money"', '"Currency"') },
      reason: reasons.schemaInvalid,
      says: /^field price of Order: .*Currency/,
    },
    {
      what: 'in another language',
      schema: { text: priced, references: [{ ...toMoney, subject: 'json-value' }] },
      reason: reasons.schemaInvalid,
      says: /^it references version 1 of subject json-value, which is JSON Schema$/,
    },
    {
      what: 'that are nested without end',
      schema: { text: priced, references: [{ ...toMoney, subject: 'deep-value' }] },
      reason: reasons.schemaInvalid,
      says: /^what it references cannot be read: it is nested more than 200 levels deep$/,
    },
    {
      what: 'that declare one type twice',
      schema: { text: priced, references: [toMoney, { ...toMoney, name: 'other', subject: 'copy-value' }] },
      reason: reasons.schemaInvalid,
      says: /^what it references: duplicate type name: shop\.Money$/,
    },
  ];
  it.each(refused)('$what is refused with why, and nothing else is asked', async ({ schema, reason, says }) => {
    const registry = aRegistry();
    registry.put('money-value', money);
    registry.put('copy-value', money);
    registry.put('json-value', '{}', { format: 'JsonSchema' });
    registry.put('deep-value', deep);
    const seen = await observeSubject(aQuestion('', referring(schema.text, schema)), registry);
    expect(seen).toMatchObject({ refusal: { reason, message: expect.stringMatching(says) } });
    expect(seen).not.toHaveProperty('check');
    expect(seen.refusal?.waitsFor).toBe(reason === reasons.schemaReferenceNotFound ? 'money-value' : undefined);
    expect(registry.calls.every((call) => call.startsWith('version '))).toBe(true);
  });
});

describe('a registry', () => {
  it('that does not take the text for a schema is quoted, within what a condition holds', async () => {
    const registry = aRegistry();
    registry.failure = new SluiceError(reasons.schemaInvalid, `It says: ${'x'.repeat(100_000)}`, { retry: 'terminal' });
    const { refusal } = await observeSubject(aQuestion(record('Order', id)), registry);
    expect(refusal).toMatchObject({ reason: 'SchemaInvalid', message: expect.stringMatching(/^It says: x+…$/) });
    expect(refusal?.message.length).toBeLessThan(1_100);
  });

  it('that fails otherwise is no judgement', async () => {
    const registry = aRegistry();
    registry.failure = new SluiceError(reasons.registryUnreachable, 'It does not answer.');
    await expect(observeSubject(aQuestion(record('Order', id)), registry)).rejects.toBe(registry.failure);
  });

  it('that holds what Sluice cannot read judges by it alone', async () => {
    const registry = aRegistry();
    const held = [
      registry.put('a', '{"type":'),
      registry.put('b', '"strnig"'),
      registry.put('c', 'syntax = "proto3";', { format: 'Protobuf' }),
      registry.put('d', priced, { references: [{ ...toMoney, subject: 'gone-value' }] }),
      registry.put('e', deep),
    ];
    expect(await Promise.all(held.map((each) => readModel(each, registry)))).toEqual(held.map(() => undefined));
    expect(await readModel(registry.put('f', '"int"'), registry)).toEqual({ kind: 'int' });
  });
});
