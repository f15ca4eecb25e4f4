// Runs the system's commands; what they say when they fail becomes the error.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { systemPath } from './executables.ts';

export interface CommandOptions {
  readonly input?: string;
  /** The command is killed after this, ms. Default 60,000. */
  readonly timeoutMs?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** The command's standard output. Throws with what it wrote to standard error when it fails or does not end in time. */
export async function output(command: string, flags: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { timeoutMs = 60_000 } = options;
  const child = spawn(command, flags, {
    stdio: 'pipe',
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    env: { ...process.env, PATH: systemPath(), ...options.environment },
  });
  // A command that ends without reading its input breaks the pipe; its exit code tells the rest.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const closed = once(child, 'close').catch((cause: unknown) => {
    throw new Error(`${command} cannot be run: is it installed?`, { cause });
  });
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  if (child.exitCode === 0) return out;
  const how = child.signalCode === 'SIGKILL' ? `did not end in ${timeoutMs / 1000} s` : `failed (${child.exitCode})`;
  throw new Error(`${command} ${flags.slice(0, 6).join(' ')} ${how}: ${(errors || out).trim()}`);
}

/** Whether the command succeeds. */
export async function succeeds(
  command: string,
  flags: readonly string[],
  options: CommandOptions = {},
): Promise<boolean> {
  try {
    await output(command, flags, options);
    return true;
  } catch {
    return false;
  }
}
