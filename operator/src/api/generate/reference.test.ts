import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import { choice, list, node, text, whole } from '../schema.ts';
import { streamJobKind } from '../v1alpha1/kinds.ts';
import { referenceOf } from './reference.ts';

const spec = Type.Object({
  topic: text(249, { description: 'Name of the topic.' }),
  mode: choice(['One', 'Two'], { default: 'One', description: 'One | the other.' }),
  entries: Type.Optional(
    list(Type.Object({ count: whole(1, 9, { description: 'How many.' }) }), 4, { description: 'The entries.' }),
  ),
});
const rules = [{ id: 'named', rule: 'true', message: 'metadata.name is wrong: choose another.' }];
const reference = referenceOf({
  descriptor: streamJobKind,
  singular: 'streamjob',
  shortName: 'sjob',
  columns: [{ name: 'Bus', type: 'string', jsonPath: '.spec.bus.name', priority: 1 }],
  schema: Type.Object({ spec, status: spec }, node({ description: 'A job.', rules })),
});

describe('referenceOf', () => {
  it('says of each field of the spec its type, default, whether it is required, and what it is', () => {
    expect(reference).toContain('| `spec.topic` | text, at most 249 |  | **Required.** Name of the topic. |');
    expect(reference).toContain('| `spec.mode` | `One`, `Two` | `One` | One \\| the other. |');
  });

  it('goes into the objects of a list', () => {
    expect(reference).toContain('| `spec.entries` | list of objects, at most 4 |  | The entries. |');
    expect(reference).toContain('| `spec.entries[].count` | integer, 1 to 9 |  | **Required.** How many. |');
  });

  it('requires nothing of the status, which users do not write', () => {
    expect(reference).toContain('| `status.topic` | text, at most 249 | Name of the topic. |');
  });

  it('lists the rules with the message that a refusal shows, and the columns', () => {
    expect(reference).toContain('| `metadata` | metadata.name is wrong: choose another. |');
    expect(reference).toContain('| Bus | `.spec.bus.name` | with `-o wide` |');
  });
});
