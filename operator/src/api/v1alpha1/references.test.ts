import { describe, expect, it } from 'vitest';
import { durationToMs } from './references.ts';

describe('durationToMs', () => {
  it.each([
    ['0s', 0],
    ['500ms', 500],
    ['10s', 10_000],
    ['5m', 300_000],
    ['24h', 86_400_000],
    ['9999999999h', 35_999_999_996_400_000],
  ])('reads %s as %d ms', (text, ms) => {
    expect(durationToMs(text)).toBe(ms);
  });

  it.each(['', '10', '1.5s', '-1s', '01s', '1d', '10 s', '1h30m', ' 1s', '12345678901s'])(
    'refuses "%s" as the API server does, saying what to write',
    (text) => {
      expect(() => durationToMs(text)).toThrow('write for example 10s or 5m');
    },
  );
});
