// Runs the named groups of tests and ends with one line that sums them: `N passed, N failed, N skipped`.
// Groups: `runners` (Maven and Python) and vitest's projects; those joined by "+" run at the same time, the first one's output as it
// comes, the others' when they end. Exits non-zero when a test failed, a runner broke, or nothing ran.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ensureMaven } from '../cluster/src/index.ts';

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The runner itself ended badly, whatever it counted. */
  readonly isBroken: boolean;
  /** A line or more for each thing that went wrong. */
  readonly faults: readonly string[];
}

/** The part of vitest's JSON report that is counted. */
interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    /** Why a file failed as a whole: its import, or a hook. Empty where single tests failed. */
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly failureMessages?: readonly string[] }[];
  }[];
}

/** unittest, whose result is written as JSON, since what it prints is for people. */
const unittest = `
import json, sys, unittest
suite = unittest.defaultTestLoader.discover(sys.argv[1] + '/tests', top_level_dir=sys.argv[1])
result = unittest.TextTestRunner().run(suite)
faults = [[str(test), trace] for test, trace in result.failures + result.errors]
json.dump({'total': result.testsRun, 'faults': faults, 'skipped': len(result.skipped)}, open(sys.argv[2], 'w'))
`;

const root = join(import.meta.dirname, '..');
const results = mkdtempSync(join(tmpdir(), 'sluice-test-'));
const counts: Counts[] = [];
for (const together of process.argv.slice(2)) {
  counts.push(...(await Promise.all(together.split('+').map((group, index) => runGroup(group, index === 0)))).flat());
}
rmSync(results, { recursive: true, force: true });
// Once more at the end, where whoever reads only the end of a long log finds it.
for (const fault of counts.flatMap(({ faults }) => faults)) console.error(`✗ ${fault}`);

const sum = (count: (of: Counts) => number) => counts.reduce((total, of) => total + count(of), 0);
const passed = sum((of) => of.passed);
const failed = sum((of) => of.failed);
process.exitCode = passed === 0 || failed > 0 || counts.some((of) => of.isBroken) ? 1 : 0;
console.log(`${passed} passed, ${failed} failed, ${sum((of) => of.skipped)} skipped`);

async function runGroup(group: string, isShown: boolean): Promise<readonly Counts[]> {
  const startedAt = performance.now();
  const ended =
    group === 'runners'
      ? [
          await runMaven(join(root, 'runners', 'flink-sql'), isShown),
          await runPython(join(root, 'runners', 'spark-sql'), isShown),
        ]
      : [await runVitest(group, isShown)];
  console.error(`${group} took ${Math.round((performance.now() - startedAt) / 1000)} s`);
  return ended;
}

/** Its exit status; null when it was ended by a signal. What it prints is held until then unless it is shown. */
async function run(command: string, flags: readonly string[], isShown: boolean): Promise<number | null> {
  const output = isShown ? 'inherit' : 'pipe';
  const child = spawn(command, flags, { cwd: root, stdio: ['ignore', output, output] });
  const held: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part: Buffer) => held.push(part));
  const [status] = await once(child, 'close');
  process.stderr.write(Buffer.concat(held));
  return status;
}

async function runVitest(project: string, isShown: boolean): Promise<Counts> {
  const outputFile = join(results, `${project}.json`);
  const flags = [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${outputFile}`,
  ];
  const status = await run('vitest', flags, isShown);
  // None where the setup failed.
  if (!existsSync(outputFile)) return nothingRan(project);
  const report: VitestReport = JSON.parse(readFileSync(outputFile, 'utf8'));
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
    isBroken: status !== 0,
    faults: report.testResults.flatMap(({ name, message, assertionResults }) => [
      ...(message === '' ? [] : [`${relative(root, name)}: ${message}`]),
      ...assertionResults.flatMap(({ fullName, failureMessages = [] }) =>
        failureMessages.map((failure) => `${relative(root, name)}: ${fullName}: ${failure}`),
      ),
    ]),
  };
}

async function runMaven(directory: string, isShown: boolean): Promise<Counts> {
  await ensureMaven();
  const reports = join(directory, 'target', 'surefire-reports');
  rmSync(reports, { recursive: true, force: true });
  const status = await run('mvn', ['-q', '-B', '-f', join(directory, 'pom.xml'), 'test'], isShown);
  if (!existsSync(reports)) return nothingRan('runners');
  const suites = readdirSync(reports)
    .filter((file) => file.endsWith('.xml'))
    .map((file) => readFileSync(join(reports, file), 'utf8'));
  const total = (name: string) =>
    suites.reduce((all, xml) => all + Number(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(xml)?.[1] ?? 0), 0);
  const failed = total('failures') + total('errors');
  const skipped = total('skipped');
  return { passed: total('tests') - failed - skipped, failed, skipped, isBroken: status !== 0, faults: [] };
}

async function runPython(directory: string, isShown: boolean): Promise<Counts> {
  const outputFile = join(results, 'python.json');
  const status = await run('python3', ['-B', '-c', unittest, directory, outputFile], isShown);
  if (!existsSync(outputFile)) return nothingRan('runners');
  const { total, faults, skipped }: { total: number; faults: readonly (readonly [string, string])[]; skipped: number } =
    JSON.parse(readFileSync(outputFile, 'utf8'));
  return {
    passed: total - faults.length - skipped,
    failed: faults.length,
    skipped,
    isBroken: status !== 0,
    faults: faults.map((fault) => fault.join(': ')),
  };
}

function nothingRan(group: string): Counts {
  return { passed: 0, failed: 0, skipped: 0, isBroken: true, faults: [`${group}: nothing ran`] };
}
