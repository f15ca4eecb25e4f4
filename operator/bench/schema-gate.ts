// What the schema gate costs a reconcile of a service with 200 schemas, beside the same one without; see README.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { startRegistry } from '@sluice/cluster';
import { type GateRun, renderGate, summariseGate } from './schema-gate-summary.ts';
import { type GateWorld, makeGateWorld, topicsPerService } from './schema-gate-world.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    reconciles: { type: 'string', default: '400' },
    changes: { type: 'string', default: '100' },
    'warm-up': { type: 'string', default: '50' },
    output: { type: 'string', default: join(import.meta.dirname, '..', '..', 'bench', 'results', 'schema-gate.json') },
  },
});

const runs: GateRun[] = [];
for (let run = 1; run <= Number(values.runs); run++) {
  // A registry of its own for each: what a former run registered is none of this one's versions.
  const registry = await startRegistry();
  try {
    runs.push(await runGate(registry.url));
  } finally {
    await registry.stop();
  }
  save();
}
console.log(`${renderGate(runs)}\n\n${JSON.stringify(summariseGate(runs), undefined, 2)}\n${values.output}`);

async function runGate(url: string): Promise<GateRun> {
  const startedAt = performance.now();
  const withGate = await makeGateWorld(url);
  const firstSeconds = (performance.now() - startedAt) / 1000;
  const withoutGate = await makeGateWorld(undefined);
  try {
    for (let i = 0; i < Number(values['warm-up']); i++) await pair(withGate, withoutGate);
    const before = withGate.calls();
    const pairs = [];
    for (let i = 0; i < Number(values.reconciles); i++) pairs.push(await pair(withGate, withoutGate));
    const callsUnchanged = withGate.calls() - before;
    const changedMs: number[] = [];
    const beforeChanges = withGate.calls();
    for (let i = 0; i < Number(values.changes); i++) changedMs.push(await changeOne(withGate, i % topicsPerService));
    return {
      withGateMs: pairs.map(({ withMs }) => withMs),
      withoutGateMs: pairs.map(({ withoutMs }) => withoutMs),
      changedMs,
      callsUnchanged,
      callsChanged: withGate.calls() - beforeChanges,
      firstSeconds,
    };
  } finally {
    await withGate.close();
    await withoutGate.close();
  }
}

/** One after the other, so that what else goes on meets both. */
async function pair(withGate: GateWorld, withoutGate: GateWorld) {
  const { ms: withMs, changes } = await withGate.reconcile();
  if (changes.length > 0) throw new Error(`nothing was changed, and there is to be done: ${changes[0]?.reason}`);
  const { ms: withoutMs } = await withoutGate.reconcile();
  return { withMs, withoutMs };
}

async function changeOne(world: GateWorld, at: number): Promise<number> {
  world.change(at);
  const { ms, changes } = await world.reconcile();
  world.change(undefined);
  if (changes.some(({ action }) => action === 'RegisterSchema')) return ms;
  throw new Error('a schema was changed, and nothing is to be registered');
}

function save(): void {
  const machine = { cpus: cpus().length, model: cpus()[0]?.model, node: process.version };
  const at = new Date().toISOString();
  const text = JSON.stringify({ name: 'schema-gate', machine, at, summary: summariseGate(runs), runs }, undefined, 2);
  mkdirSync(dirname(values.output), { recursive: true });
  writeFileSync(values.output, `${text}\n`);
}
