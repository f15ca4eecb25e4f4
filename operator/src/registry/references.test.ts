import { describe, expect, it } from 'vitest';
import type { SchemaReference } from '../api/index.ts';
import type { RegisteredSchema } from './client.ts';
import { maxReferenced, resolveReferences } from './references.ts';

function reference(subject: string, version = 1): SchemaReference {
  return { name: `shop.${subject}`, subject, version };
}

/** A registry that holds these subjects, each with what it references. */
function aRegistry(subjects: Readonly<Record<string, readonly SchemaReference[]>>) {
  const asked: string[] = [];
  const version = async (subject: string, number: number): Promise<RegisteredSchema | undefined> => {
    asked.push(`${subject} ${number}`);
    const references = subjects[subject];
    if (!references || number !== 1) return undefined;
    return { subject, version: number, id: 1, schema: `"${subject}"`, format: 'Avro', references };
  };
  return { asked, version };
}

describe('what a schema references', () => {
  it('is read with what that references, each before those that use it, and once', async () => {
    const registry = aRegistry({
      order: [reference('money'), reference('item')],
      item: [reference('money')],
      money: [],
    });
    const resolved = await resolveReferences([reference('order'), reference('item')], registry);
    expect(resolved).toMatchObject({
      state: 'found',
      schemas: [{ subject: 'money' }, { subject: 'item' }, { subject: 'order' }],
    });
    expect(registry.asked).toEqual(['order 1', 'money 1', 'item 1']);
  });

  it('and is not there is named, with who uses it', async () => {
    const registry = aRegistry({ order: [reference('money', 2)], money: [] });
    expect(await resolveReferences([reference('money', 7)], registry)).toMatchObject({
      state: 'missing',
      message:
        'it references shop.money as version 7 of subject money, which the registry does not have: register it, or name a version that is there',
    });
    expect(await resolveReferences([reference('order')], registry)).toMatchObject({
      message: expect.stringContaining('version 2 of subject money (by way of version 1 of subject order), which'),
    });
  });

  it('of itself is read once', async () => {
    const registry = aRegistry({ node: [reference('node')] });
    expect(await resolveReferences([reference('node')], registry)).toMatchObject({
      state: 'found',
      schemas: [{ subject: 'node' }],
    });
  });

  it('is not read to the end where it never ends', async () => {
    const asked: string[] = [];
    const version = async (subject: string, number: number): Promise<RegisteredSchema> => {
      asked.push(subject);
      const next = { name: 'next', subject, version: number + 1 };
      return { subject, version: number, id: number, schema: '"int"', format: 'Avro', references: [next] };
    };
    expect(await resolveReferences([reference('endless')], { version })).toEqual({ state: 'tooMany' });
    expect(asked).toHaveLength(maxReferenced);
  });
});
