import { describe, expect, it } from 'vitest';
import type { SchemaFormat, SchemaReference } from '../api/index.ts';
import type { SchemaText } from '../plan/index.ts';
import { parseSchema } from './schema.ts';

function parsed(format: SchemaFormat, text: string, references: readonly SchemaReference[] = []) {
  return parseSchema({ format, text, references });
}

function fingerprint(schema: SchemaText): string {
  const result = parseSchema(schema);
  if (!result.isValid) throw new Error(result.problem);
  return result.fingerprint;
}

const proto = `syntax = "proto3";
package shop;
message Order {
  string id = 1;
  int64 total = 2;
}
`;
const json = JSON.stringify({ type: 'object', title: 'Order', properties: { id: { type: 'string' } } });

interface Pair {
  readonly what: string;
  readonly format: SchemaFormat;
  readonly a: string;
  readonly b: string;
}

const same: readonly Pair[] = [
  { what: 'the order of keys of a JSON Schema', format: 'JsonSchema', a: json, b: reversed(json) },
  { what: 'space in a JSON Schema', format: 'JsonSchema', a: json, b: JSON.stringify(JSON.parse(json), null, 4) },
  { what: 'comments of a .proto file', format: 'Protobuf', a: proto, b: `// Orders.\n${proto}/* the end */` },
  { what: 'space in a .proto file', format: 'Protobuf', a: proto, b: proto.replace(/\s+/g, '\r\n\t ') },
  { what: 'space around its signs', format: 'Protobuf', a: proto, b: proto.replaceAll(' = ', '=') },
];

const different: readonly Pair[] = [
  {
    what: 'an annotation of a JSON Schema',
    format: 'JsonSchema',
    a: json,
    b: json.replace('Order', 'Purchase'),
  },
  {
    what: 'a property called doc',
    format: 'JsonSchema',
    a: json,
    b: json.replace('"title"', '"doc"'),
  },
  {
    what: 'the order in a list of a JSON Schema',
    format: 'JsonSchema',
    a: '{"enum":["a","b"]}',
    b: '{"enum":["b","a"]}',
  },
  { what: 'the number of a field', format: 'Protobuf', a: proto, b: proto.replace('total = 2', 'total = 3') },
  {
    what: 'a text that looks like a comment',
    format: 'Protobuf',
    a: `${proto}option java_package = "a//b";`,
    b: `${proto}option java_package = "a//c";`,
  },
  {
    what: 'space inside a text',
    format: 'Protobuf',
    a: `${proto}option java_package = "a b";`,
    b: `${proto}option java_package = "a  b";`,
  },
];

function reversed(text: string): string {
  return JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text) as object).reverse()));
}

describe('a fingerprint', () => {
  it.each(same)('is the same whatever $what', ({ format, a, b }) => {
    expect(fingerprint({ format, text: b, references: [] })).toBe(fingerprint({ format, text: a, references: [] }));
  });

  it.each(different)('is another one with $what', ({ format, a, b }) => {
    expect(fingerprint({ format, text: b, references: [] })).not.toBe(fingerprint({ format, text: a, references: [] }));
  });

  const money: SchemaReference = { name: 'shop.Money', subject: 'money-value', version: 1 };
  const item: SchemaReference = { name: 'shop.Item', subject: 'item-value', version: 3 };
  const text = '{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"total","type":"Money"}]}';

  it('is of what is referenced, too, in whatever order', () => {
    const of = (...references: readonly SchemaReference[]) => fingerprint({ format: 'Avro', text, references });
    expect(of(money, item)).toBe(of(item, money));
    const others = [of(money), of(item), of({ ...money, version: 2 }), of({ ...money, subject: 'other-value' })];
    expect(new Set([of(money, item), ...others]).size).toBe(5);
  });

  it('is another one in another language', () => {
    const both = '{"type":"string"}';
    expect(fingerprint({ format: 'Avro', text: both, references: [] })).not.toBe(
      fingerprint({ format: 'JsonSchema', text: both, references: [] }),
    );
  });

  it('of Avro is the one that versions of Sluice before references gave', () => {
    expect(fingerprint({ format: 'Avro', text: '"string"', references: [] })).toBe('e9e5c1c9e4f62773');
  });
});

describe('what is not of its language is refused with what is wrong', () => {
  it.each([
    { what: 'Avro IDL as JSON Schema', format: 'JsonSchema', text: 'record Order {}', says: /^it is not JSON: / },
    { what: 'a list as JSON Schema', format: 'JsonSchema', text: '[]', says: /neither an object nor a boolean/ },
    {
      what: 'an Avro schema as JSON Schema',
      format: 'JsonSchema',
      text: '{"type":"record","name":"Order","fields":[]}',
      says: /^\/type must be equal to one of the allowed values/,
    },
    {
      what: 'a wrong keyword below a property',
      format: 'JsonSchema',
      text: '{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"id":{"minLength":"3"}}}',
      says: /^\/properties\/id\/minLength must be integer/,
    },
    {
      what: 'a wrong keyword of a later draft',
      format: 'JsonSchema',
      text: '{"$schema":"https://json-schema.org/draft/2020-12/schema","prefixItems":{}}',
      says: /^\/prefixItems must be array/,
    },
    { what: 'JSON as Protobuf', format: 'Protobuf', text: json, says: /^it begins with {, which is no statement/ },
    { what: 'nothing but a comment', format: 'Protobuf', text: '// later', says: /^it is empty$/ },
    { what: 'Protobuf as Avro', format: 'Avro', text: proto, says: /^it is not JSON: / },
  ] as const)('$what', ({ format, text, says }) => {
    const result = parsed(format, text);
    expect(result.isValid ? 'valid' : result.problem).toMatch(says);
  });

  it('but a draft that is not known is left to the registry', () => {
    expect(parsed('JsonSchema', '{"$schema":"http://json-schema.org/draft-04/schema#","id":7}').isValid).toBe(true);
  });
});
