// Test support: the alerts as the chart brings them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { chart } from './helm.ts';

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Rules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Alert[] }[];
}

export const alertsFile = join(chart, 'alerts.yaml');

export function alertsOf({ groups }: Rules): readonly Alert[] {
  return groups.flatMap(({ rules }) => rules);
}

export function alertsAsWritten(): readonly Alert[] {
  const rules: Rules = parse(readFileSync(alertsFile, 'utf8'));
  return alertsOf(rules);
}

/** Names of the metrics that the expressions select, each with its matchers; Prometheus' own `up` is none of ours. */
export function selectedMetrics(alerts: readonly Alert[]): readonly string[] {
  const names = alerts.flatMap(({ expr }) => [...expr.matchAll(/([a-zA-Z_:]+)\{/g)].flatMap(([, name]) => name ?? []));
  return [...new Set(names)].filter((name) => name !== 'up').sort();
}
