// What a benchmark says in the end: medians over the rounds, ratios, and a table for people. Pure.
import type { ContestantName } from './contestants.ts';
import type { ReadyResult, RoundSizes, SmallRound } from './rounds.ts';

export interface Round {
  readonly contestant: ContestantName;
  readonly small: SmallRound;
  readonly large: ReadyResult;
}

type Row = Readonly<Record<ContestantName, number>>;

export function summarise(rounds: readonly Round[], sizes: RoundSizes) {
  const row = (value: (round: Round) => number): Row => {
    const of = (name: ContestantName) => median(rounds.filter(({ contestant }) => contestant === name).map(value));
    return { ts: of('ts'), 'go-apply': of('go-apply'), 'go-update': of('go-update') };
  };
  const perMinute = 60 / sizes.idleSeconds;
  const rows = {
    [`${sizes.small} CRs ready, s`]: row(({ small }) => small.ready.seconds),
    [`${sizes.large} CRs ready, s`]: row(({ large }) => large.seconds),
    'change to status p50, ms': row(({ small }) => quantile(small.updatesMs, 0.5)),
    'change to status p99, ms': row(({ small }) => quantile(small.updatesMs, 0.99)),
    'writes per CR': row(({ small }) => small.ready.requests.writes / sizes.small),
    'of these POST': row(({ small }) => (small.ready.requests.byMethod['POST'] ?? 0) / sizes.small),
    'of these PUT': row(({ small }) => (small.ready.requests.byMethod['PUT'] ?? 0) / sizes.small),
    'of these PATCH': row(({ small }) => (small.ready.requests.byMethod['PATCH'] ?? 0) / sizes.small),
    'reads per CR': row(({ small }) => (small.ready.requests.byMethod['GET'] ?? 0) / sizes.small),
    'writes per change': row(({ small }) => small.updateRequests.writes / sizes.changes),
    'conflicts per 100 changes': row(({ small }) => (100 * small.updateRequests.conflicts) / sizes.changes),
    'idle requests per min': row(({ small }) => totalOf(small) * perMinute),
    'idle writes per min': row(({ small }) => small.idleRequests.writes * perMinute),
    [`CPU for ${sizes.small} CRs, s`]: row(({ small }) => small.ready.cpuSeconds),
    [`CPU for ${sizes.large} CRs, s`]: row(({ large }) => large.cpuSeconds),
    [`API server CPU for ${sizes.large} CRs, s`]: row(({ large }) => large.apiServerCpuSeconds),
    [`etcd CPU for ${sizes.large} CRs, s`]: row(({ large }) => large.etcdCpuSeconds),
    'etcd fsync p50, ms': row(({ large }) => large.etcdFsyncMs.p50),
    'etcd fsync p99, ms': row(({ large }) => large.etcdFsyncMs.p99),
    [`RSS at ${sizes.large} CRs, MiB`]: row(({ large }) => large.rssMiB),
    [`peak RSS at ${sizes.large} CRs, MiB`]: row(({ large }) => large.peakRssMiB),
    [`restart to synced with ${sizes.idle} CRs, ms`]: row(({ small }) => small.restart.syncedMs),
    'writes after a restart': row(({ small }) => small.restart.writes),
  };
  const at = (name: string): Row => rows[name] ?? { ts: Number.NaN, 'go-apply': Number.NaN, 'go-update': Number.NaN };
  const ready = (count: number) => at(`${count} CRs ready, s`);
  const p99 = at('change to status p99, ms');
  const writes = at('writes per CR');
  const rss = at(`RSS at ${sizes.large} CRs, MiB`);
  const small = ready(sizes.small);
  const large = ready(sizes.large);
  const summary = {
    ready_1000_ratio: small.ts / small['go-apply'],
    ready_1000_ratio_update: small.ts / small['go-update'],
    ready_5000_ratio: large.ts / large['go-apply'],
    ready_5000_ratio_update: large.ts / large['go-update'],
    update_p99_ms: p99.ts,
    update_p99_ratio: p99.ts / p99['go-apply'],
    update_p99_ratio_update: p99.ts / p99['go-update'],
    writes_per_cr: writes.ts,
    writes_per_cr_go: writes['go-update'],
    writes_per_cr_go_apply: writes['go-apply'],
    idle_writes_per_min: at('idle writes per min').ts,
    rss_mib: rss.ts,
    rss_mib_go: rss['go-apply'],
    etcd_fsync_p99_ms: at('etcd fsync p99, ms').ts,
  };
  return {
    summary: Object.fromEntries(Object.entries(summary).map(([name, value]) => [name, rounded(value)])),
    rows,
  };
}

/** The rows with ratios to both of Go's. */
export function renderTable(rows: Readonly<Record<string, Row>>): string {
  const ratio = (a: number, b: number) => (b === 0 ? (a === 0 ? '1.00' : '-') : (a / b).toFixed(2));
  const lines = Object.entries(rows).map(([name, row]) => [
    name,
    ...[row.ts, row['go-apply'], row['go-update']].map((value) => String(rounded(value))),
    ratio(row.ts, row['go-apply']),
    ratio(row.ts, row['go-update']),
  ]);
  const table = [['median', 'ts', 'go-apply', 'go-update', 'ts/apply', 'ts/update'], ...lines];
  const widths = [0, 1, 2, 3, 4, 5].map((column) => Math.max(...table.map((line) => (line[column] ?? '').length)));
  return table
    .map((line) =>
      line.map((cell, at) => (at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
    )
    .join('\n');
}

function totalOf({ idleRequests }: SmallRound): number {
  return Object.values(idleRequests.byMethod).reduce((sum, value) => sum + value, 0);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** By linear interpolation between the two nearest values; NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  if (below === undefined || above === undefined) return Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
