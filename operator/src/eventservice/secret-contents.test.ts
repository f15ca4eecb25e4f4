import { expect, test } from 'vitest';
import { anEventService } from '../api/v1alpha1/builders.ts';
import { Passwords, type Secret } from '../bus/index.ts';
import { ApiError, type Client, type ObjectKey } from '../runtime/index.ts';
import { readSecretContents } from './secret-contents.ts';

const mounting = { containers: [{ name: 'order' }], volumes: [{ name: 'a', secret: { secretName: 'db' } }] };
const service = anEventService({ template: { spec: mounting } });

/** Secrets by name, with the operator's own key among them; `forbidden` may not be read. */
function reading(contents: Record<string, Record<string, string>>, forbidden: readonly string[] = []) {
  const asked: string[] = [];
  const all: typeof contents = { ...contents, key: { key: Buffer.from('k'.repeat(32)).toString('base64') } };
  const get = async (_: unknown, { name }: ObjectKey): Promise<Secret | undefined> => {
    asked.push(name);
    if (forbidden.includes(name)) throw new ApiError({ status: 403, reason: 'Forbidden', message: 'no' });
    const data = all[name];
    return data && { apiVersion: 'v1', kind: 'Secret', metadata: { name }, data };
  };
  return { asked, client: { get } as unknown as Client };
}

function granting(...namespaces: readonly string[]) {
  return { namespaces, passwords: new Passwords({ namespace: 'sluice', name: 'key' }) };
}

test('tells one content of a Secret from another by a hash that holds nothing of it', async () => {
  const of = async (value: string) => {
    const { client } = reading({ db: { password: value } });
    return (await readSecretContents(service, { client }, granting('shop')))?.get('db');
  };
  const hash = await of('aHVudGVyMg==');
  expect(hash).toMatch(/^[\w-]{22}$/);
  expect(await of('aHVudGVyMg==')).toBe(hash);
  expect(await of('aHVudGVyMw==')).not.toBe(hash);
});

test('leaves out what is not there', async () => {
  const { client } = reading({});
  expect(await readSecretContents(service, { client }, granting('shop'))).toEqual(new Map());
});

const unread = [
  { name: 'in a namespace that is not granted', object: service, granted: ['bank'] },
  {
    name: 'of a service that looks itself',
    object: { ...service, spec: { ...service.spec, onConfigChange: 'Nothing' as const } },
    granted: ['shop'],
  },
  { name: 'of a service that uses none', object: anEventService(), granted: ['shop'] },
];

test.each(unread)('asks for nothing $name', async ({ object, granted }) => {
  const { client, asked } = reading({ db: {} });
  expect(await readSecretContents(object, { client }, granting(...granted))).toBeUndefined();
  expect(asked).toEqual([]);
});

test('goes on without where the right is missing, and tells of any other failure', async () => {
  const { client } = reading({ db: {} }, ['db']);
  expect(await readSecretContents(service, { client }, granting('shop'))).toBeUndefined();
  const broken = { get: () => Promise.reject(new Error('no answer')) } as unknown as Client;
  await expect(readSecretContents(service, { client: broken }, granting('shop'))).rejects.toThrow('no answer');
});
