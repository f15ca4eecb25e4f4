import { expect, test } from 'vitest';
import type { RegisteredSchema } from '../client.ts';
import { breaksBetween } from '../compatibility/resolution.ts';
import { readUse } from './read-use.ts';
import { modelOfUse } from './use.ts';

const money = '{"type":"record","name":"Money","fields":[{"name":"cents","type":"int"}]}';
const order = '{"type":"record","name":"Order","fields":[{"name":"total","type":"Money"}]}';

function registryWith(schemas: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const version = async (subject: string, number: number): Promise<RegisteredSchema | undefined> => {
    asked.push(`${subject} ${number}`);
    const schema = schemas[`${subject} ${number}`];
    return schema === undefined
      ? undefined
      : { subject, version: number, id: 1, format: 'Avro', schema, references: [] };
  };
  return { asked, version };
}

const reference = (version: number) => ({ name: 'Money', subject: 'money', version });
const source = (version: number) => ({ format: 'Avro' as const, text: order, references: [reference(version)] });

test('a schema with references is judged by what they hold', async () => {
  const registry = registryWith({ 'money 1': money, 'money 2': money.replace('int', 'string') });
  const [first, second] = await Promise.all([1, 2].map((version) => readUse('orders', source(version), registry)));
  if (first?.state !== 'read' || second?.state !== 'read') throw new Error('they were not read');
  expect(first.use.fingerprint).not.toBe(second.use.fingerprint);
  const breaks = breaksBetween(modelOfUse(second.use), modelOfUse(first.use));
  expect(breaks).toMatchObject([{ path: 'Order.total.cents', rule: 'TypeMismatch' }]);
});

test('a reference that is not there is told', async () => {
  const read = await readUse('orders', source(3), registryWith({}));
  expect(read).toMatchObject({ state: 'missing', message: expect.stringContaining('version 3 of subject money') });
});

test.each([
  ['that is no Avro', { ...source(1), format: 'JsonSchema' as const, text: '{}' }],
  ['that does not fit what it references', { ...source(1), text: order.replace('"Money"', '"Euros"') }],
])('a schema %s is not judged here', async (_, given) => {
  expect(await readUse('orders', given, registryWith({ 'money 1': money }))).toEqual({ state: 'notJudged' });
});
