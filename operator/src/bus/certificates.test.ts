import { expect, test } from 'vitest';
import { certificateTexts } from './certificates.ts';

const certificate = (body: string) => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----`;

test('takes certificates alone out of what stands beside them', () => {
  const key = '-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----';
  const texts = certificateTexts(`# authority\n${certificate('one')}\n${key}\n${certificate('two')}\n`);
  expect(texts).toEqual([`${certificate('one')}\n${certificate('two')}`]);
});

test('puts as many into a text as it holds', () => {
  const half = certificate('x'.repeat(40_000));
  expect(certificateTexts([half, half, certificate('small')].join('\n'))).toEqual([
    half,
    `${half}\n${certificate('small')}`,
  ]);
});

test.each(['', 'no PEM'])('finds none in "%s"', (text) => {
  expect(certificateTexts(text)).toEqual([]);
});
