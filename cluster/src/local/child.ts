// A server process that never outlives its starter, with its log in a file.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';

export interface Child {
  readonly pid: number;
  hasExited(): boolean;
  /** Last lines of its log, for the error that tells why it did not start. */
  logTail(): string;
  /** Sends the signal and resolves when the process is gone; SIGKILL follows after 10 s. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts the command; `setpriv --pdeathsig` has the kernel end it when this process dies, however it dies. */
export function startChild(command: string, flags: readonly string[], logPath: string): Child {
  const log = openSync(logPath, 'a');
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', command, ...flags], { stdio: ['ignore', log, log] });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} did not start: is setpriv (util-linux) installed?`);
  const hasExited = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid,
    hasExited,
    logTail: () => readFileSync(logPath, 'utf8').split('\n').slice(-15).join('\n'),
    stop: (signal = 'SIGTERM') => stop(child, hasExited, signal),
  };
}

async function stop(child: ChildProcess, hasExited: () => boolean, signal: NodeJS.Signals): Promise<void> {
  if (hasExited()) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  const killer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exited;
  clearTimeout(killer);
}
