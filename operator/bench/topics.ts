// How fast declared topics come about, change and go, beside the Admin API alone; see README.md.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type RawLife, runRaw } from './topics-raw.ts';
import { runLife, runMany, runSingleChanges } from './topics-rounds.ts';
import { renderTopics, summariseTopics, type TopicsRun } from './topics-summary.ts';
import { buildOperator, inTopicsWorld, type TopicsWorld } from './topics-world.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1' },
    sizes: { type: 'string', default: '10,100,250,500,1000' },
    'with-records': { type: 'string', default: '100' },
    idle: { type: 'string', default: '200' },
    changes: { type: 'string', default: '100' },
    many: { type: 'string', default: '5000' },
    'cpu-prof': { type: 'string' },
    output: { type: 'string', default: join(import.meta.dirname, '..', '..', 'bench', 'results', 'topics.json') },
  },
});
const sizes = values.sizes.split(',').map(Number);
const withRecords = Number(values['with-records']);
const many = Number(values.many);
const changes = { idle: Number(values.idle), changes: Number(values.changes) };
/** The larger one first: what the operator was warmed up by is the same for both. */
const perServices = [10, 1] as const;

const runs: TopicsRun[] = [];
const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
try {
  const program = await buildOperator(directory);
  const profile = values['cpu-prof'];
  const flags = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  for (let run = 1; run <= Number(values.runs); run++) {
    const started = performance.now();
    // A world of its own for each way, so that neither finds the other's leftovers.
    const rounds = [];
    for (const perService of perServices) {
      rounds.push(await inTopicsWorld(program, (world) => runWay(world, perService), flags));
    }
    const thousands = await inTopicsWorld(program, (world) => runMany(world, { topics: many, perService: 10 }), flags);
    console.error(`run ${run}: ${JSON.stringify(thousands)}`);
    const [ten, one] = rounds;
    runs.push({
      lives: rounds.flatMap(({ lives }) => lives),
      raw: rounds.flatMap(({ raw }) => raw),
      changesMs: ten?.changesMs ?? [],
      singleChangesMs: one?.changesMs ?? [],
      many: thousands,
    });
    console.error(`run ${run} took ${((performance.now() - started) / 1000).toFixed(0)} s`);
    save();
  }
  console.log(`${renderTopics(runs)}\n\n${JSON.stringify(summariseTopics(runs), undefined, 2)}\n${values.output}`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function runWay(world: TopicsWorld, perService: number) {
  const lives = [];
  for (const topics of sizes) {
    const life = await runLife(world, { topics, perService, withRecords: topics === withRecords });
    console.error(JSON.stringify(life));
    lives.push(life);
  }
  const changesMs = await runSingleChanges(world, { ...changes, perService });
  // The limit, on the same broker; once is enough.
  const raw: RawLife[] = [];
  for (const topics of perService === 1 ? [] : sizes) {
    raw.push(await runRaw(world.bootstrapServers, topics, 'one a call'));
    raw.push(await runRaw(world.bootstrapServers, topics, 'many a call'));
  }
  return { lives, changesMs, raw };
}

function save(): void {
  const machine = { cpus: cpus().length, model: cpus()[0]?.model, node: process.version };
  const at = new Date().toISOString();
  mkdirSync(dirname(values.output), { recursive: true });
  const result = { name: 'topics', machine, at, summary: summariseTopics(runs), runs };
  writeFileSync(values.output, `${JSON.stringify(result, undefined, 2)}\n`);
}
