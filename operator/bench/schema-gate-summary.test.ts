import { describe, expect, it } from 'vitest';
import { type GateRun, renderGate, summariseGate } from './schema-gate-summary.ts';

const run: GateRun = {
  withGateMs: [10, 12, 30],
  withoutGateMs: [4, 2, 10],
  changedMs: [20, 40],
  callsUnchanged: 0,
  callsChanged: 8,
  firstSeconds: 3,
};

describe('the summary of the benchmark of the schema gate', () => {
  it('says what the gate adds to each reconcile, not how far its quantiles are apart', () => {
    expect(summariseGate([run])).toMatchObject({ added_p50_ms: 10, added_p99_ms: 19.8, with_gate_p99_ms: 29.64 });
    const paired = { ...run, withoutGateMs: run.withoutGateMs.toReversed() };
    expect(summariseGate([paired])).toMatchObject({ added_p50_ms: 10, added_p99_ms: 25.68, with_gate_p99_ms: 29.64 });
  });

  it('counts the calls of all runs while nothing changed, and per reconcile where a schema did', () => {
    const other = { ...run, callsUnchanged: 3 };
    expect(summariseGate([run, other])).toMatchObject({ registry_calls_unchanged: 3, registry_calls_one_changed: 4 });
  });

  it('is a table with ratios', () => {
    expect(renderGate([run]).split('\n')).toEqual([
      'one reconcile           p50 ms    p99 ms     × p50     × p99',
      'without schemas           4.00      9.88       1.0       1.0',
      'nothing changed          12.00     29.64       3.0       3.0',
      expect.stringMatching(/^one schema changed /),
    ]);
  });
});
