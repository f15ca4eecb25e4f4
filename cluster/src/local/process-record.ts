// Processes that outlive their starter. Each is recorded by pid and start time: a pid alone may belong to a stranger
// after a crash.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemPath } from './executables.ts';

export interface ProcessRecord {
  readonly name: string;
  readonly pid: number;
  /** Clock ticks after boot (proc_pid_stat(5), field 22). */
  readonly startTime: string;
  readonly logPath: string;
}

export interface ProcessStart {
  readonly name: string;
  readonly command: string;
  readonly flags: readonly string[];
}

export interface ProcessPlace {
  /** Where the record is written. */
  readonly records: string;
  readonly logs: string;
  /** Control groups that the process and all its descendants belong to. */
  readonly cgroups: readonly string[];
}

// The shell moves itself and then becomes the command, so that no child of it can ever be outside the groups.
const enterCgroups = 'for group in $SLUICE_CGROUPS; do echo $$ > "$group/cgroup.procs" || exit 1; done; exec "$@"';

/** Starts the command in a session of its own, with its output in `<logs>/<name>.log`, and records it. */
export async function startRecorded(start: ProcessStart, place: ProcessPlace): Promise<ProcessRecord> {
  const logPath = join(place.logs, `${start.name}.log`);
  const log = openSync(logPath, 'a');
  const child = spawn('sh', ['-c', enterCgroups, 'sh', start.command, ...start.flags], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, PATH: systemPath(), SLUICE_CGROUPS: place.cgroups.join(' ') },
  });
  closeSync(log);
  await once(child, 'spawn');
  child.unref();
  const { pid } = child;
  const startTime = pid === undefined ? undefined : startTimeOf(pid);
  if (pid === undefined || startTime === undefined) {
    throw new Error(`${start.name} ended at once:\n${logTail(logPath)}`);
  }
  const record = { name: start.name, pid, startTime, logPath };
  writeFileSync(join(place.records, `${start.name}.json`), JSON.stringify(record));
  return record;
}

/** What `startRecorded` wrote, by name; a file that cannot be read as a record is passed over. */
export function readRecords(directory: string): ProcessRecord[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .flatMap((file) => parseRecord(readFileSync(join(directory, file), 'utf8')) ?? []);
}

export function isAlive(record: Pick<ProcessRecord, 'pid' | 'startTime'>): boolean {
  return startTimeOf(record.pid) === record.startTime;
}

/** Sends SIGKILL; a process that is gone by now is as good. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Last lines of a log and where it is, for the error that tells why something did not work. */
export function logTail(path: string): string {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n').slice(-15) : [];
  return [...lines, `(log: ${path})`].join('\n');
}

/** Undefined when there is no such process, or only its unreaped remains. */
export function startTimeOf(pid: number): string | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // No such file: no such process.
    return undefined;
  }
}

/** Start time in a line of /proc/<pid>/stat; undefined for a zombie. */
export function parseStat(stat: string): string | undefined {
  // The command's name, in parentheses, may itself hold spaces and parentheses: fields are counted from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  return state === 'Z' || state === 'X' ? undefined : fields[19];
}

/** The record in a text, or undefined when it is none: a write may have been cut off. */
export function parseRecord(text: string): ProcessRecord | undefined {
  try {
    const { name, pid, startTime, logPath } = JSON.parse(text);
    const isRecord =
      typeof name === 'string' &&
      Number.isInteger(pid) &&
      pid > 1 &&
      typeof startTime === 'string' &&
      typeof logPath === 'string';
    return isRecord ? { name, pid, startTime, logPath } : undefined;
  } catch {
    return undefined;
  }
}
