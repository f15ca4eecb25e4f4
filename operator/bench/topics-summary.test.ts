import { describe, expect, it } from 'vitest';
import { renderTopics, summariseTopics, type TopicsRun } from './topics-summary.ts';

function aRun(createSeconds: number, changesMs: readonly number[], peakRssMiB: number): TopicsRun {
  const phases = { createSeconds, alterSeconds: 1, deleteSeconds: 0.5 };
  const many = { topics: 5000, createSeconds: 30, deleteSeconds: 20, cpuSeconds: 9, peakRssMiB, queueDepth: 400 };
  return {
    lives: [
      { topics: 250, perService: 10, hadRecords: false, cpuSeconds: 1, ...phases },
      { topics: 250, perService: 1, hadRecords: false, cpuSeconds: 2, ...phases, createSeconds: 2 * createSeconds },
    ],
    raw: [{ topics: 250, way: 'one a call', ...phases }],
    changesMs,
    singleChangesMs: [7],
    many,
  };
}

describe('the summary of the benchmark of topics', () => {
  const runs = [aRun(1, [10, 20], 200), aRun(3, [30], 300), aRun(2, [], 100)];

  it('has medians of the seconds, quantiles of all changes, and the highest memory', () => {
    expect(summariseTopics(runs)).toMatchObject({
      create_250_s: 2,
      create_250_single_s: 4,
      alter_250_s: 1,
      delete_250_s: 0.5,
      update_p50_ms: 20,
      update_p50_single_ms: 7,
      rss_mib: 300,
    });
  });

  it('leaves out what was not run', () => {
    expect(summariseTopics(runs)).not.toHaveProperty('create_1000_s');
  });

  it('sets each life beside the one that Strimzi takes', () => {
    const [head, ten, one, raw] = renderTopics([aRun(6.6, [], 1)]).split('\n');
    expect(head?.split(/ {2,}/)).toEqual([
      'way',
      'topics',
      'create s',
      'alter s',
      'delete s',
      'life s',
      'times Strimzi',
    ]);
    expect(ten?.split(/ {2,}/)).toEqual(['10 a service', '250', '6.60', '1.00', '0.50', '8.10', '2.0']);
    expect(one?.split(/ {2,}/)).toEqual(['1 a service', '250', '13.20', '1.00', '0.50', '14.70', '1.1']);
    expect(raw?.split(/ {2,}/)[0]).toBe('Admin API, one a call');
  });
});
