import { expect, test } from 'vitest';
import { ApiError, type KubeObject } from '../runtime/index.ts';
import { apiServerWords, refusalOf } from './refusal.ts';
import { type Deployment, deployments } from './resources/kinds.ts';
import { Taken } from './taken.ts';

const words = 'Deployment.apps "order-a" is invalid: spec.template.spec.containers[0].image: Required value';

interface Case {
  readonly name: string;
  readonly error: unknown;
  readonly words: string | undefined;
}

function anAnswer(status: number, message: string): ApiError {
  return new ApiError({ status, message: `PATCH /apis/apps/v1: ${status} ${message}`, body: { message } });
}

const unfit =
  'failed to create typed patch object (shop/order-a): .spec.template.spec.foo: field not declared in schema';
const cases: readonly Case[] = [
  { name: 'an invalid object', error: anAnswer(422, words), words },
  { name: 'an object that cannot be decoded', error: anAnswer(400, words), words },
  { name: 'an admission that says no', error: anAnswer(403, words), words },
  { name: 'an object that server-side apply cannot read', error: anAnswer(500, unfit), words: unfit },
  { name: 'a server in trouble', error: anAnswer(500, 'etcdserver: leader changed'), words: undefined },
  { name: 'a server that is not there', error: new ApiError({ status: 0, message: 'no answer' }), words: undefined },
  { name: 'a conflict', error: anAnswer(409, 'the object has been modified'), words: undefined },
  { name: 'an error of our own', error: new TypeError('x'), words: undefined },
  {
    name: 'a refusal by a proxy, which sends no Status',
    error: new ApiError({ status: 403, message: 'PATCH /apis: 403 <html>', body: '<html>' }),
    words: 'PATCH /apis: 403 <html>',
  },
];

test.each(cases)('takes from $name the words that judge what was sent', ({ error, words: expected }) => {
  expect(apiServerWords(error)).toBe(expected);
});

const deployment: Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'order-a', namespace: 'shop' },
  spec: { selector: { matchLabels: {} }, template: { spec: { containers: [{ name: 'order' }] } } },
};

/** Answers an apply and a create with these errors; absent: takes it. */
function answering({ apply, create }: { readonly apply?: ApiError; readonly create?: ApiError }) {
  const asked: string[] = [];
  const answer =
    (how: string, error: ApiError | undefined) =>
    async <T extends KubeObject>(_: unknown, object: T, options: { readonly dryRun?: boolean }): Promise<T> => {
      asked.push(options.dryRun ? how : `${how} in earnest`);
      if (error) throw error;
      return object;
    };
  return { asked, client: { apply: answer('apply', apply), create: answer('create', create) } };
}

const asking: readonly {
  readonly name: string;
  readonly apply?: ApiError;
  readonly create?: ApiError;
  readonly asNew?: boolean;
  readonly asked: readonly string[];
  readonly words: string | undefined;
}[] = [
  { name: 'once about what is taken', asked: ['apply'], words: undefined },
  { name: 'once about what is refused in words', apply: anAnswer(422, words), asked: ['apply'], words },
  {
    name: 'for better words where it does not fit its kind',
    apply: anAnswer(500, unfit),
    create: anAnswer(400, 'strict decoding error: unknown field "spec.template.spec.foo"'),
    asked: ['apply', 'create'],
    words: 'strict decoding error: unknown field "spec.template.spec.foo"',
  },
  {
    name: 'in vain where a create would take it',
    apply: anAnswer(500, unfit),
    asked: ['apply', 'create'],
    words: unfit,
  },
  {
    name: 'in vain where it is there already',
    apply: anAnswer(500, unfit),
    create: new ApiError({ status: 409, reason: 'AlreadyExists', message: '' }),
    asked: ['apply', 'create'],
    words: unfit,
  },
  {
    name: 'no create where that would be another thing',
    apply: anAnswer(500, unfit),
    asNew: false,
    asked: ['apply'],
    words: unfit,
  },
];

test.each(asking)('asks $name', async ({ apply, create, asNew, asked: expected, words: told }) => {
  const { asked, client } = answering({ ...(apply ? { apply } : {}), ...(create ? { create } : {}) });
  const options = { fieldManager: 'test', ...(asNew === undefined ? {} : { asNew }) };
  expect(await refusalOf(client, deployments, deployment, options)).toBe(told);
  expect(asked).toEqual(expected);
});

test('is not asked again about what was taken a moment ago, and is about what was refused', async () => {
  const taken = new Taken();
  const options = { fieldManager: 'test', taken };
  const refusing = answering({ apply: anAnswer(422, words) });
  expect(await refusalOf(refusing.client, deployments, deployment, options)).toBe(words);
  const { asked, client } = answering({});
  for (let times = 0; times < 3; times++) await refusalOf(client, deployments, deployment, options);
  expect(asked).toEqual(['apply']);
});

test('throws what is no judgement of the object', async () => {
  const { client } = answering({ apply: anAnswer(500, 'etcdserver: leader changed') });
  await expect(refusalOf(client, deployments, deployment, { fieldManager: 'test' })).rejects.toThrow('leader changed');
});
