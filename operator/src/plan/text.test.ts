import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Verdict } from './plan.ts';
import { aChild, oneOfEach } from './testing/changes.ts';
import { describePlan, toPlanStatus } from './text.ts';

const waiting = { ...oneOfEach.RegisterSchema, waitsFor: 'StreamJob shop/fraud, which could not read it' };
const all = [...Object.values(oneOfEach), waiting];

describe('a plan', () => {
  it('is told by falling risk, with the order of the changes and how to approve', async () => {
    const verdicts: readonly Verdict[] = [
      {
        type: 'TopicsReady',
        status: 'False',
        reason: 'PolicyViolated',
        message: 'Topic orders must begin with "shop.": rename it in spec.publishes.',
        effect: 'stalled',
      },
      { type: 'SchemasCompatible', status: 'True', reason: 'InSync', message: 'Every schema is registered.' },
      {
        type: 'WorkloadAvailable',
        status: 'False',
        reason: 'Progressing',
        message: 'There is no pod yet.',
        effect: 'waiting',
      },
    ];
    const context = { kind: 'EventService', key: { namespace: 'shop', name: 'order' }, verdicts };
    await expect(`${describePlan(all, context)}\n`).toMatchFileSnapshot('__golden__/plan.txt');
  });

  it.each(Object.values(oneOfEach))('of one $action reads well', async (change) => {
    await expect(`${describePlan([change])}\n`).toMatchFileSnapshot(`__golden__/changes/${change.action}.txt`);
  });

  it('tells no password and no content of a Secret', () => {
    const secret = {
      ...oneOfEach.Apply,
      isWriteOnly: true,
      object: { ...aChild(), stringData: { a: 'told-nowhere' } },
    };
    const told = [oneOfEach.PutUser, secret];
    expect(describePlan(told) + JSON.stringify(toPlanStatus(told))).not.toContain('told-nowhere');
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
