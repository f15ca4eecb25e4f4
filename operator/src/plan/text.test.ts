import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { oneOfEach } from './testing/changes.ts';
import { describePlan, toPlanStatus } from './text.ts';

const waiting = { ...oneOfEach.RegisterSchema, waitsFor: 'StreamJob shop/fraud, which could not read it' };
const all = [...Object.values(oneOfEach), waiting];

describe('a plan', () => {
  it('is told in one line a change and the hash to approve', async () => {
    await expect(`${describePlan(all)}\n`).toMatchFileSnapshot('__golden__/plan.txt');
  });

  it('is shown in status by action, target, risk and reason', async () => {
    await expect(stringify(toPlanStatus(all), { lineWidth: 120 })).toMatchFileSnapshot('__golden__/plan-status.yaml');
  });

  it('with nothing to change says so, and shows nothing', () => {
    expect(describePlan([])).toBe('nothing to change');
    expect(toPlanStatus([])).toBeUndefined();
  });

  it('without data loss has no hash', () => {
    expect(toPlanStatus([oneOfEach.CreateTopic])).not.toHaveProperty('hash');
    expect(describePlan([oneOfEach.CreateTopic])).not.toContain('approve');
  });

  it('of any length fits the status', () => {
    const long = { ...oneOfEach.CreateTopic, reason: 'x'.repeat(5000), waitsFor: 'y'.repeat(5000) };
    const shown = toPlanStatus(Array.from({ length: 1000 }, () => long));
    expect(shown?.changes).toHaveLength(256);
    expect(shown?.changes[0]?.reason).toHaveLength(2048);
    expect(shown?.changes[0]?.waitsFor).toHaveLength(512);
  });
});
