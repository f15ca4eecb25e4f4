import { expect, test } from 'vitest';
import { memoryOf } from './memory.ts';

test.each([
  ['834Mi', { memory: '450m', memoryOverhead: '384m' }],
  ['1Gi', { memory: '640m', memoryOverhead: '384m' }],
  ['8Gi', { memory: '6144m', memoryOverhead: '2048m' }],
])('parts %s so that heap and overhead are the container’s memory', (quantity, parts) => {
  expect(memoryOf(quantity, 'memory')).toEqual(parts);
});

test.each(['833Mi', '100m', '0'])('refuses %s', (quantity) => {
  expect(() => memoryOf(quantity, 'memory')).toThrow('write 834Mi or more');
});
