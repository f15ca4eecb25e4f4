import { describe, expect, it } from 'vitest';
import { parseAvro } from './avro.ts';

describe('a text', () => {
  it('that is an Avro schema has a fingerprint', () => {
    expect(parseAvro('{"type": "record", "name": "A", "fields": []}')).toEqual({
      isValid: true,
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  const wrong: readonly { readonly what: string; readonly text: string; readonly says: RegExp }[] = [
    { what: 'that is not JSON', text: '{"type": ', says: /^it is not JSON: / },
    { what: 'that is a GraphQL schema', text: 'type Order { id: ID }', says: /^it is not JSON: / },
    { what: 'with a type that does not exist', text: '"strnig"', says: /strnig/ },
    {
      what: 'with a wrong type in a field names the field',
      text: '{"type":"record","name":"A","fields":[{"name":"a","type":"int"},{"name":"b","type":"strnig"}]}',
      says: /^field b of A: .*strnig/,
    },
    {
      what: 'with a default of the wrong type names the field',
      text: '{"type":"record","name":"A","fields":[{"name":"a","type":"int","default":"x"}]}',
      says: /^field a of A: /,
    },
    { what: 'that is a number', text: '7', says: /./ },
    { what: 'with a record without fields', text: '{"type":"record","name":"A"}', says: /./ },
  ];
  it.each(wrong)('$what is refused', ({ text, says }) => {
    const parsed = parseAvro(text);
    expect(parsed.isValid).toBe(false);
    expect(parsed.isValid ? '' : parsed.problem).toMatch(says);
  });
});
