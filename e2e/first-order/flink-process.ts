// Flink SQL scripts run as the job would run them, by the SQL runner, in one JVM beside a real broker and registry: for tests
// of what the SQL finds, without a cluster.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureMaven } from '@sluice/cluster';

export interface FlinkProcess {
  /** Rejects with the last of its output when it ends by itself: a streaming job never does. */
  readonly ended: Promise<never>;
  stop(): Promise<void>;
}

const runner = join(import.meta.dirname, '..', '..', 'runners', 'flink-sql');
const dependencyPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';
// What the scripts of a Flink distribution open on Java 17.
const opens = [
  'java.lang',
  'java.util',
  'java.util.concurrent',
  'java.net',
  'java.nio',
  'java.io',
  'java.time',
  'java.text',
];
const LOG_TAIL = 4_000;

/** @param options of the JVM, such as where its JAAS file is */
export async function startFlinkSql(
  tables: string,
  sql: string,
  options: readonly string[] = [],
): Promise<FlinkProcess> {
  const directory = mkdtempSync(join(tmpdir(), 'flink-sql-'));
  const classPath = await compile(directory);
  writeFileSync(join(directory, 'tables.sql'), tables);
  writeFileSync(join(directory, 'job.sql'), sql);
  const child = spawn(
    'java',
    [
      ...['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
      ...opens.map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
      ...options,
      ...['-cp', classPath, 'dev.sluice.flink.SqlRunner'],
      ...['--tables', join(directory, 'tables.sql'), '--sql', join(directory, 'job.sql')],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-LOG_TAIL);
    });
  }
  const exited = new Promise<string>((resolve) =>
    child.once('exit', (code, signal) => resolve(String(code ?? signal))),
  );
  const ended = exited.then((how) => Promise.reject(new Error(`Flink ended (${how}): ${output}`)));
  ended.catch(() => undefined);
  return {
    ended,
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
      rmSync(directory, { recursive: true });
    },
  };
}

/** Compiles the runner; what to run it with, the Flink that its own tests use among it. */
async function compile(directory: string): Promise<string> {
  const file = join(directory, 'classpath');
  const build = ['-q', '-B', '-f', join(runner, 'pom.xml')];
  const goals = ['compile', `${dependencyPlugin}:build-classpath`, '-DincludeScope=test', `-Dmdep.outputFile=${file}`];
  await ensureMaven();
  await promisify(execFile)('mvn', [...build, ...goals]);
  return [join(runner, 'target', 'classes'), readFileSync(file, 'utf8').trim()].join(':');
}
