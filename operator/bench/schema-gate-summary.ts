// What the benchmark of the schema gate says in the end: what the gate adds to a reconcile, and a table for people. Pure.
import { median, quantile } from './summary.ts';

export interface GateRun {
  /** One reconcile each, ms, in pairs that were measured one after the other. */
  readonly withGateMs: readonly number[];
  readonly withoutGateMs: readonly number[];
  /** With one schema of all being another than the registered one. */
  readonly changedMs: readonly number[];
  /** Calls to the registry in all reconciles of `withGateMs`, and in all of `changedMs`. */
  readonly callsUnchanged: number;
  readonly callsChanged: number;
  /** From nothing to everything registered and on record, s. */
  readonly firstSeconds: number;
}

/** By key of the results file. */
export function summariseGate(runs: readonly GateRun[]): Readonly<Record<string, number>> {
  const added = runs.flatMap(({ withGateMs, withoutGateMs }) =>
    withGateMs.map((ms, at) => ms - (withoutGateMs[at] ?? Number.NaN)),
  );
  const withGate = runs.flatMap(({ withGateMs }) => withGateMs);
  const withoutGate = runs.flatMap(({ withoutGateMs }) => withoutGateMs);
  const changed = runs.flatMap(({ changedMs }) => changedMs);
  const all = {
    added_p50_ms: median(added),
    added_p99_ms: quantile(added, 0.99),
    with_gate_p50_ms: median(withGate),
    with_gate_p99_ms: quantile(withGate, 0.99),
    without_gate_p50_ms: median(withoutGate),
    without_gate_p99_ms: quantile(withoutGate, 0.99),
    ratio_p50: median(withGate) / median(withoutGate),
    ratio_p99: quantile(withGate, 0.99) / quantile(withoutGate, 0.99),
    registry_calls_unchanged: runs.reduce((sum, { callsUnchanged }) => sum + callsUnchanged, 0),
    one_changed_p50_ms: median(changed),
    one_changed_p99_ms: quantile(changed, 0.99),
    registry_calls_one_changed: runs.reduce((sum, { callsChanged }) => sum + callsChanged, 0) / changed.length,
    first_s: median(runs.map(({ firstSeconds }) => firstSeconds)),
  };
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [key, Number(value.toPrecision(4))]));
}

export function renderGate(runs: readonly GateRun[]): string {
  const rows = [
    { what: 'without schemas', ms: runs.flatMap(({ withoutGateMs }) => withoutGateMs) },
    { what: 'nothing changed', ms: runs.flatMap(({ withGateMs }) => withGateMs) },
    { what: 'one schema changed', ms: runs.flatMap(({ changedMs }) => changedMs) },
  ];
  const base = { p50: median(rows[0]?.ms ?? []), p99: quantile(rows[0]?.ms ?? [], 0.99) };
  const lines = rows.map(({ what, ms }) => {
    const [p50, p99] = [median(ms), quantile(ms, 0.99)];
    const figures = [p50.toFixed(2), p99.toFixed(2), (p50 / base.p50).toFixed(1), (p99 / base.p99).toFixed(1)];
    return [what.padEnd(20), ...figures.map((figure) => figure.padStart(10))].join('');
  });
  const head = ['one reconcile'.padEnd(20), ...['p50 ms', 'p99 ms', '× p50', '× p99'].map((each) => each.padStart(10))];
  return [head.join(''), ...lines].join('\n');
}
