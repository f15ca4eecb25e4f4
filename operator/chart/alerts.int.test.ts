// What Prometheus itself makes of the chart's alerts: each over series on which it has to fire, and has to keep quiet before.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { alertsAsWritten, alertsFile, alertsOf, type Rules } from './alerts.ts';
import { chart, type Rendered, render, renderAs } from './helm.ts';
import { promtool } from './promtool.ts';

const directory = mkdtempSync(join(tmpdir(), 'sluice-alerts-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** By series without the matchers that every one has, values a minute apart in promtool's notation. */
type Series = Readonly<Record<string, string>>;

/** Two replicas, of which the first leads. */
const healthy: Series = {
  'up{pod="a"}': '1x180',
  'up{pod="b"}': '1x180',
  'leader_election_master_status{pod="a",name="sluice"}': '1x180',
  'leader_election_master_status{pod="b",name="sluice"}': '0x180',
  'controller_runtime_reconcile_errors_total{pod="a",controller="eventservice"}': '3x180',
  'controller_runtime_reconcile_panics_total{pod="a",controller="eventservice"}': '0x180',
  'controller_runtime_reconcile_total{pod="a",controller="eventservice",result="success"}': '0+2x180',
  'workqueue_depth{pod="a",controller="eventservice",name="eventservice",priority="0"}': '1x180',
  'sluice_condition{pod="a",kind="EventBus",type="KafkaReachable",status="True"}': '1x180',
  'sluice_condition{pod="a",kind="EventBus",type="KafkaReachable",status="False"}': '0x180',
  'sluice_condition{pod="a",kind="EventService",type="Stalled",status="False"}': '9x180',
  'sluice_condition{pod="a",kind="EventService",type="Stalled",status="True"}': '0x180',
  'sluice_approval_oldest_seconds{pod="a",kind="EventService"}': '80000x180',
};

interface Case {
  readonly alert: string;
  /** Laid over the healthy ones; undefined: there is no such series. */
  readonly series: Readonly<Record<string, string | undefined>>;
  /** Minutes after which it does not fire yet, and after which it does. */
  readonly quietAt: number;
  readonly firesAt: number;
}

const cases: readonly Case[] = [
  {
    alert: 'SluiceOperatorDown',
    series: { 'up{pod="a"}': '1x5 0x170', 'up{pod="b"}': '1x5 0x170' },
    quietAt: 10,
    firesAt: 12,
  },
  {
    // Prometheus does not find the pods any more.
    alert: 'SluiceOperatorDown',
    series: { 'up{pod="a"}': undefined, 'up{pod="b"}': undefined },
    quietAt: 4,
    firesAt: 6,
  },
  {
    alert: 'SluiceNotLeading',
    series: { 'leader_election_master_status{pod="a",name="sluice"}': '0x180' },
    quietAt: 4,
    firesAt: 6,
  },
  {
    // One object that fails once in 1000 s, the longest back-off.
    alert: 'SluiceReconcileErrors',
    series: {
      'controller_runtime_reconcile_errors_total{pod="a",controller="eventservice"}':
        '0x16 1x16 2x16 3x16 4x16 5x16 6x16 7x16',
    },
    quietAt: 70,
    firesAt: 90,
  },
  {
    alert: 'SluiceReconcilePanics',
    series: { 'controller_runtime_reconcile_panics_total{pod="a",controller="eventservice"}': '0x5 1x170' },
    quietAt: 4,
    firesAt: 8,
  },
  {
    alert: 'SluiceWorkQueueStuck',
    series: { 'controller_runtime_reconcile_total{pod="a",controller="eventservice",result="success"}': '7x180' },
    quietAt: 14,
    firesAt: 16,
  },
  {
    alert: 'SluiceResourceStalled',
    series: { 'sluice_condition{pod="a",kind="EventService",type="Stalled",status="True"}': '2x180' },
    quietAt: 29,
    firesAt: 31,
  },
  {
    alert: 'SluiceBusUnreachable',
    series: { 'sluice_condition{pod="a",kind="EventBus",type="RegistryReachable",status="False"}': '1x180' },
    quietAt: 9,
    firesAt: 11,
  },
  {
    alert: 'SluiceTopicsDrifted',
    series: { 'sluice_condition{pod="a",kind="StreamJob",type="Drifted",status="True"}': '1x180' },
    quietAt: 59,
    firesAt: 61,
  },
  {
    alert: 'SluiceTopicRecreated',
    series: { 'sluice_condition{pod="a",kind="EventService",type="TopicRecreated",status="True"}': '0x5 1x170' },
    quietAt: 5,
    firesAt: 6,
  },
  {
    alert: 'SluiceApprovalOutstanding',
    series: { 'sluice_approval_oldest_seconds{pod="a",kind="EventService"}': '86340+60x180' },
    quietAt: 1,
    firesAt: 2,
  },
  {
    alert: 'SluiceAccessNotEnforced',
    series: { 'sluice_condition{pod="a",kind="EventService",type="AccessNotEnforced",status="True"}': '1x180' },
    quietAt: 59,
    firesAt: 61,
  },
];

/** What fires, all of it, at each of the minutes. */
function expecting(series: Case['series'], firing: readonly (readonly [minute: number, alerts: readonly string[]])[]) {
  return {
    interval: '1m',
    input_series: Object.entries({ ...healthy, ...series }).flatMap(([name, values]) =>
      values === undefined
        ? []
        : { series: name.replace('{', '{job="sluice-metrics",namespace="sluice-system",'), values },
    ),
    promql_expr_test: firing.map(([minute, alerts]) => ({
      expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
      eval_time: `${minute}m`,
      exp_samples: alerts.map((alert) => ({ labels: `{alertname="${alert}"}`, value: 1 })),
    })),
  };
}

function testRules(test: ReturnType<typeof expecting>): Promise<string> {
  const file = join(directory, 'test.yaml');
  writeFileSync(file, stringify({ rule_files: [alertsFile], evaluation_interval: '1m', tests: [test] }));
  return promtool('test', 'rules', file);
}

describe("the chart's alerts", () => {
  it('are rules that Prometheus takes', async () => {
    await expect(promtool('check', 'rules', alertsFile)).resolves.toContain('SUCCESS');
  });

  it('all keep quiet while nothing is wrong', async () => {
    await expect(
      testRules(
        expecting({}, [
          [0, []],
          [30, []],
          [180, []],
        ]),
      ),
    ).resolves.toContain('SUCCESS');
  });

  it.each(cases)('$alert fires when it should, and nothing else does', async ({ alert, series, quietAt, firesAt }) => {
    await expect(
      testRules(
        expecting(series, [
          [quietAt, []],
          [firesAt, [alert]],
        ]),
      ),
    ).resolves.toContain('SUCCESS');
  });

  it('have a case each, a severity, and words that say what is wrong and what to do', () => {
    const alerts = alertsAsWritten();
    expect(alerts.map(({ alert }) => alert)).toEqual([...new Set(cases.map(({ alert }) => alert))]);
    for (const { labels, annotations } of alerts) {
      expect(labels['severity']).toMatch(/^(critical|warning)$/);
      expect(annotations).toEqual({ summary: expect.stringMatching(/\.$/), description: expect.stringMatching(/\.$/) });
    }
  });

  it('are all explained, with what to do, in the guide for operators', () => {
    const guide = readFileSync(join(chart, '..', '..', 'docs', 'how-to', 'operate.md'), 'utf8');
    const explained = [...guide.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
    expect(explained).toEqual(alertsAsWritten().map(({ alert }) => alert));
  });

  it("speak of the release's own Service and namespace", async () => {
    const objects = await render('monitoring.enabled=true');
    const rules = rulesIn(objects);
    expect(rules).toEqual(alertsAsWritten());
    const [service] = objects.filter(({ kind, metadata }) => kind === 'Service' && /metrics/.test(metadata.name));
    expect(rules.every(({ expr }) => expr.includes(`job="${service?.metadata.name}"`))).toBe(true);

    const elsewhere = rulesIn(await renderAs({ name: 'mine', namespace: 'team-a' }, 'monitoring.enabled=true'));
    const text = JSON.stringify(elsewhere);
    expect(text).not.toMatch(/sluice-system|sluice-metrics|deployment sluice/);
    expect(elsewhere.every(({ expr }) => expr.includes('{job="mine-metrics",namespace="team-a"'))).toBe(true);
  });
});

function rulesIn(objects: readonly Rendered[]) {
  const rule = objects.find(({ kind }) => kind === 'PrometheusRule');
  return alertsOf((rule as unknown as { readonly spec: Rules }).spec);
}
