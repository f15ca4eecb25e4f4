import { expect, test } from 'vitest';
import { ApiError } from '../runtime/index.ts';
import { apiServerWords } from './refusal.ts';

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
