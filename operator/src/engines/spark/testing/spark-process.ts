// Test support: the scripts of a Spark job run as the job would run them, by the runner, in one process beside a real
// broker and registry: for tests of what the SQL does, without a cluster.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sparkDistribution } from '@sluice/cluster';

const runner = join(import.meta.dirname, '..', '..', '..', '..', '..', 'runners', 'spark-sql', 'spark_sql.py');
const logTail = 6_000;

export interface SparkScripts {
  /** tables.json. */
  readonly tables: string;
  readonly sql: string;
  /** Directory; absent for a job that ends. */
  readonly checkpoints?: string;
}

export interface SparkProcess {
  /** How it ended, and the last of what it said. */
  readonly ended: Promise<{ readonly exitCode: number | null; readonly said: string }>;
  /** As a node does that goes away: nothing is closed or committed. */
  kill(): Promise<void>;
}

export async function startSparkSql({ tables, sql, checkpoints }: SparkScripts): Promise<SparkProcess> {
  const home = await sparkDistribution();
  const directory = mkdtempSync(join(tmpdir(), 'spark-sql-'));
  writeFileSync(join(directory, 'tables.json'), tables);
  writeFileSync(join(directory, 'job.sql'), sql);
  const settings = {
    'spark.ui.enabled': 'false',
    'spark.sql.shuffle.partitions': '1',
    'spark.sql.session.timeZone': 'UTC',
    'spark.databricks.delta.snapshotPartitions': '2',
    'spark.sql.warehouse.dir': join(directory, 'warehouse'),
  };
  const child = spawn(
    join(home, 'bin', 'spark-submit'),
    [
      ...['--master', 'local[1]', '--driver-memory', '700m', '--driver-java-options', '-XX:TieredStopAtLevel=1'],
      ...Object.entries(settings).flatMap(([key, value]) => ['--conf', `${key}=${value}`]),
      ...[runner, '--tables', join(directory, 'tables.json'), '--sql', join(directory, 'job.sql')],
      ...(checkpoints === undefined ? [] : ['--checkpoints', `file://${checkpoints}`]),
    ],
    // A group of its own: Python runs the JVM, or the JVM runs Python.
    { cwd: directory, detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: environment(home) },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-logTail);
    });
  }
  const ended = once(child, 'close').then(() => {
    rmSync(directory, { recursive: true, force: true });
    return { exitCode: child.exitCode, said };
  });
  return {
    ended,
    async kill() {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
      await ended;
    },
  };
}

function environment(home: string): NodeJS.ProcessEnv {
  return { ...process.env, SPARK_HOME: home, SPARK_LOCAL_IP: '127.0.0.1', PYSPARK_PYTHON: 'python3' };
}
