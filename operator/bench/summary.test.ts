import { describe, expect, it } from 'vitest';
import type { ContestantName } from './contestants.ts';
import type { ReadyResult } from './rounds.ts';
import { median, quantile, type Round, renderTable, summarise } from './summary.ts';

const sizes = { small: 1_000, idle: 2_000, large: 5_000, changes: 100, idleSeconds: 30 };

function aRound(contestant: ContestantName, smallSeconds: number, largeSeconds: number): Round {
  const requests = (writes: number) => ({ byMethod: { GET: 6, PATCH: writes }, writes, conflicts: 0 });
  const ready = (seconds: number, writes: number): ReadyResult => ({
    seconds,
    requests: requests(writes),
    cpuSeconds: 3,
    apiServerCpuSeconds: 14,
    etcdCpuSeconds: 4,
    etcdFsyncMs: { p50: 1, p99: 5 },
    rssMiB: contestant === 'ts' ? 300 : 150,
    peakRssMiB: 310,
  });
  return {
    contestant,
    large: ready(largeSeconds, 20_000),
    small: {
      ready: ready(smallSeconds, 4_000),
      updatesMs: Array.from({ length: 101 }, (_, i) => i),
      updateRequests: requests(300),
      idleRequests: requests(0),
      restart: { syncedMs: 500, writes: 0 },
    },
  };
}

describe('the summary', () => {
  it('compares medians with both of the reference’s', () => {
    const rounds = [
      ...[10, 12, 50].map((seconds) => aRound('ts', seconds, 90)),
      ...[15, 15, 15].map((seconds) => aRound('go-apply', seconds, 100)),
      ...[10, 10, 10].map((seconds) => aRound('go-update', seconds, 75)),
    ];
    expect(summarise(rounds, sizes).summary).toMatchObject({
      ready_1000_ratio: 0.8,
      ready_1000_ratio_update: 1.2,
      ready_5000_ratio: 0.9,
      ready_5000_ratio_update: 1.2,
      update_p99_ms: 99,
      update_p99_ratio: 1,
      writes_per_cr: 4,
      writes_per_cr_go: 4,
      idle_writes_per_min: 0,
      rss_mib: 300,
      rss_mib_go: 150,
    });
  });

  it('is shown as a table with ratios', () => {
    const row = { ts: 1, 'go-apply': 2, 'go-update': 4 };
    expect(renderTable({ 'time, s': row, nothing: { ts: 0, 'go-apply': 0, 'go-update': 0 } }).split('\n')).toEqual([
      'median   ts  go-apply  go-update  ts/apply  ts/update',
      'time, s   1         2          4      0.50       0.25',
      'nothing   0         0          0      1.00       1.00',
    ]);
  });
});

describe('quantiles', () => {
  it('lie between the two nearest values', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([1, 2])).toBe(1.5);
    expect(quantile([0, 100], 0.99)).toBe(99);
    expect(median([])).toBeNaN();
  });
});
