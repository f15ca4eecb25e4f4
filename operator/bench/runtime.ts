// Compares this runtime with controller-runtime by the same controller on the same API server; see README.md.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildContestants, type ContestantName, contestantNames } from './contestants.ts';
import { profileOf } from './profile.ts';
import { type RoundSizes, runLargeRound, runSmallRound } from './rounds.ts';
import { type Round, renderTable, summarise } from './summary.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    small: { type: 'string', default: '1000' },
    idle: { type: 'string', default: '2000' },
    large: { type: 'string', default: '5000' },
    changes: { type: 'string', default: '200' },
    'idle-seconds': { type: 'string', default: '30' },
    output: { type: 'string', default: join(import.meta.dirname, '..', '..', 'bench', 'results', 'runtime.json') },
  },
});
const sizes: RoundSizes = {
  small: Number(values.small),
  idle: Number(values.idle),
  large: Number(values.large),
  changes: Number(values.changes),
  idleSeconds: Number(values['idle-seconds']),
};

const rounds: Round[] = [];
const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
try {
  const commands = await buildContestants(directory);
  const profile = await profileOf(directory, (nodeFlags) =>
    runLargeRound(commands.ts, { large: sizes.small }, nodeFlags),
  );
  for (let run = 1; run <= Number(values.runs); run++) {
    for (const contestant of inTurn(run)) {
      const small = await runSmallRound(commands[contestant], sizes);
      const large = await runLargeRound(commands[contestant], sizes);
      rounds.push({ contestant, small, large });
      const seconds = [small.ready, large].map((result) => `${result.seconds.toFixed(1)} s`);
      console.error(`run ${run}, ${contestant}: ${sizes.small} in ${seconds[0]}, ${sizes.large} in ${seconds[1]}`);
    }
    // After every run: an hour's work is not lost with its last minute.
    save(run, profile);
  }
  const { summary, rows } = summarise(rounds, sizes);
  console.log(`${renderTable(rows)}\n\n${JSON.stringify(summary, undefined, 2)}\n${values.output}`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

function save(completedRuns: number, profile: Awaited<ReturnType<typeof profileOf>>): void {
  const { summary, rows: medians } = summarise(rounds, sizes);
  const machine = { cpus: cpus().length, model: cpus()[0]?.model, node: process.version };
  const at = new Date().toISOString();
  mkdirSync(dirname(values.output), { recursive: true });
  const result = { name: 'runtime', machine, at, summary, runs: rounds, sizes, completedRuns, medians, profile };
  writeFileSync(values.output, `${JSON.stringify(result, undefined, 2)}\n`);
}

/** Every contestant once, another one first in each run: nobody always meets the warm machine. */
function inTurn(run: number): readonly ContestantName[] {
  const first = (run - 1) % contestantNames.length;
  return [...contestantNames.slice(first), ...contestantNames.slice(0, first)];
}
