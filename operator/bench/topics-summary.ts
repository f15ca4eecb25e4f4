// What the benchmark of topics says in the end: medians over the runs, what Strimzi's Topic Operator took, and a table. Pure.
import { median, quantile } from './summary.ts';
import type { RawLife } from './topics-raw.ts';
import type { Life, Many } from './topics-rounds.ts';

export interface TopicsRun {
  readonly lives: readonly Life[];
  readonly raw: readonly RawLife[];
  /** ms, one by one; topics by services of ten. */
  readonly changesMs: readonly number[];
  /** The same, by services of one. */
  readonly singleChangesMs: readonly number[];
  readonly many: Many;
}

type Phases = Pick<Life, 'createSeconds' | 'alterSeconds' | 'deleteSeconds'>;

/**
 * The real Topic Operator 1.2.0 on such a machine (2 cores, JDK 25, default settings; at 1,000 its queue was raised, since
 * with the default one it stopped itself), one KafkaTopic a topic, s.
 */
const strimzi: ReadonlyMap<number, Phases> = new Map([
  [10, { createSeconds: 0.38, alterSeconds: 0.28, deleteSeconds: 0.19 }],
  [100, { createSeconds: 2.9, alterSeconds: 2.2, deleteSeconds: 1.55 }],
  [250, { createSeconds: 8.1, alterSeconds: 4.9, deleteSeconds: 3.2 }],
  [500, { createSeconds: 14.7, alterSeconds: 10.6, deleteSeconds: 6.1 }],
  [1000, { createSeconds: 34, alterSeconds: 20, deleteSeconds: 12 }],
]);

/** By key of the results file; a size that was not run is not there. */
export function summariseTopics(runs: readonly TopicsRun[]): Readonly<Record<string, number>> {
  const lives = runs.flatMap((run) => run.lives);
  const of = (topics: number, perService: number, phase: keyof Phases) =>
    median(lives.filter((life) => life.topics === topics && life.perService === perService).map((life) => life[phase]));
  const all = {
    create_250_s: of(250, 10, 'createSeconds'),
    alter_250_s: of(250, 10, 'alterSeconds'),
    delete_250_s: of(250, 10, 'deleteSeconds'),
    create_1000_s: of(1000, 10, 'createSeconds'),
    create_250_single_s: of(250, 1, 'createSeconds'),
    alter_250_single_s: of(250, 1, 'alterSeconds'),
    delete_250_single_s: of(250, 1, 'deleteSeconds'),
    create_1000_single_s: of(1000, 1, 'createSeconds'),
    update_p50_ms: median(runs.flatMap(({ changesMs }) => changesMs)),
    update_p99_ms: quantile(
      runs.flatMap(({ changesMs }) => changesMs),
      0.99,
    ),
    update_p50_single_ms: median(runs.flatMap(({ singleChangesMs }) => singleChangesMs)),
    update_p99_single_ms: quantile(
      runs.flatMap(({ singleChangesMs }) => singleChangesMs),
      0.99,
    ),
    rss_mib: Math.max(...runs.map(({ many }) => many.peakRssMiB)),
    many_create_s: median(runs.map(({ many }) => many.createSeconds)),
    queue_depth: Math.max(...runs.map(({ many }) => many.queueDepth)),
  };
  return Object.fromEntries(
    Object.entries(all)
      .filter(([, value]) => Number.isFinite(value))
      .map(([key, value]) => [key, Number(value.toPrecision(4))]),
  );
}

/** A line for each size and way: seconds, and how many times faster than Strimzi's and slower than the limit. */
export function renderTopics(runs: readonly TopicsRun[]): string {
  const ways = [
    ...[10, 1].map((perService) => ({
      what: perService === 1 ? '1 a service' : `${perService} a service`,
      rows: runs.flatMap(({ lives }) => lives.filter((life) => life.perService === perService)),
    })),
    ...(['one a call', 'many a call'] as const).map((way) => ({
      what: `Admin API, ${way}`,
      rows: runs.flatMap(({ raw }) => raw.filter((life) => life.way === way)),
    })),
  ];
  const sizes = [...new Set(runs.flatMap(({ lives }) => lives.map(({ topics }) => topics)))].toSorted((a, b) => a - b);
  const lines = ways.flatMap(({ what, rows }) =>
    sizes.flatMap((topics) => {
      const ofSize = rows.filter((row) => row.topics === topics);
      if (ofSize.length === 0) return [];
      const seconds = (phase: keyof Phases) => median(ofSize.map((row) => row[phase]));
      const phases = [seconds('createSeconds'), seconds('alterSeconds'), seconds('deleteSeconds')];
      const life = sum(phases);
      const theirs = strimzi.get(topics);
      const ratio = theirs
        ? (sum([theirs.createSeconds, theirs.alterSeconds, theirs.deleteSeconds]) / life).toFixed(1)
        : '-';
      return [[what, String(topics), ...[...phases, life].map((value) => value.toFixed(2)), ratio]];
    }),
  );
  return table([['way', 'topics', 'create s', 'alter s', 'delete s', 'life s', 'times Strimzi'], ...lines]);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function table(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line.map((cell, at) => (at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
    )
    .join('\n');
}
