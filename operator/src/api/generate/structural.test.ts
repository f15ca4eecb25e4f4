import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import { choice, listMap, node, open, text, textMap } from '../schema.ts';
import { asNode, placedRulesOf, toStructural } from './structural.ts';

const rule = { id: 'lower', rule: "self.matches('^[a-z]+$')", message: 'Write it in lower-case letters.' };
const structural = (schema: object) => toStructural(asNode(schema));

describe('toStructural', () => {
  it('turns rules into validations and leaves their ids out', () => {
    expect(structural(text(8, { rules: [{ ...rule, fieldPath: '.name' }] }))).toEqual({
      type: 'string',
      minLength: 1,
      maxLength: 8,
      'x-kubernetes-validations': [{ rule: rule.rule, message: rule.message, fieldPath: '.name' }],
    });
  });

  it('requires no field that has a default', () => {
    const schema = Type.Object({ name: text(8), mode: choice(['On', 'Off'], { default: 'On' }) });
    expect(structural(schema)).toMatchObject({ required: ['name'] });
    expect(structural(Type.Object({ mode: choice(['On', 'Off'], { default: 'On' }) }))).not.toHaveProperty('required');
  });

  it('spells a default out, since it is judged before the defaults within are filled in', () => {
    const schema = Type.Object({ mode: choice(['On', 'Off'], { default: 'On' }) }, { default: {} });
    expect(structural(schema)).toMatchObject({ default: { mode: 'On' } });
    expect(schema).toMatchObject({ default: {} });
  });

  it('goes into lists, maps and open objects', () => {
    const schema = Type.Object({
      items: listMap(open(Type.Object({ name: text(8) })), ['name'], 4),
      labels: Type.Optional(textMap(2, 16)),
    });
    expect(structural(schema)).toMatchObject({
      properties: {
        items: {
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            'x-kubernetes-preserve-unknown-fields': true,
            required: ['name'],
            properties: { name: { type: 'string' } },
          },
        },
        labels: { additionalProperties: { type: 'string', maxLength: 16 } },
      },
    });
  });

  it('refuses a keyword that the API server would not know, naming where it is', () => {
    const schema = Type.Object({ name: Type.Union([Type.String(), Type.Null()]) });
    expect(() => structural(schema)).toThrow('name: anyOf is no keyword of a structural schema');
  });
});

describe('placedRulesOf', () => {
  it('names the place of each rule through objects, lists and maps', () => {
    const named = Type.Object({ name: text(8, { rules: [rule] }) }, node({ rules: [rule] }));
    const schema = Type.Object({ items: listMap(named, ['name'], 4), labels: textMap(2, 16, { rules: [rule] }) });
    expect(placedRulesOf(asNode(schema)).map(({ path }) => path)).toEqual(['items[]', 'items[].name', 'labels']);
  });
});
