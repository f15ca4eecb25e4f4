// Runs the named vitest projects and ends with one line that sums them: `N passed, N failed, N skipped`.
// Exits non-zero when a test failed, a runner broke, or nothing ran.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

const results = mkdtempSync(join(tmpdir(), 'sluice-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };
let broken = false;

for (const project of process.argv.slice(2)) {
  const outputFile = join(results, `${project}.json`);
  const { status } = spawnSync(
    'vitest',
    ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${outputFile}`],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  broken ||= status !== 0;
  const report: Report = JSON.parse(readFileSync(outputFile, 'utf8'));
  total.passed += report.numPassedTests;
  total.failed += report.numFailedTests;
  total.skipped += report.numPendingTests + report.numTodoTests;
}
rmSync(results, { recursive: true, force: true });

process.exitCode = broken || total.passed === 0 ? 1 : 0;
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
