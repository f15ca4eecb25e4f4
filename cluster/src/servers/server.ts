// A server for tests that can die and come back at the same address with what it stored.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Child, startChild } from '../local/child.ts';

export interface Server {
  /** Ends it at once, as kill -9 does. */
  kill(): Promise<void>;
  /** Starts it again at the same address and on the same data; resolves when it answers. */
  start(): Promise<void>;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

export interface ServerProgram {
  readonly name: string;
  readonly command: string;
  /** Written for the directory that holds its data. */
  flags(directory: string): readonly string[];
  /** Runs once, before the first start. */
  prepare?(directory: string): Promise<void>;
  readonly environment?: Readonly<Record<string, string>>;
  isReady(): Promise<boolean>;
}

const readyTimeoutMs = 90_000;

/** Resolves when it answers; throws with its last log lines when it never does. It never outlives this process. */
export async function startServer(program: ServerProgram): Promise<Server> {
  const directory = mkdtempSync(join(tmpdir(), `sluice-${program.name}-`));
  const logPath = join(directory, `${program.name}.log`);
  let child: Child | undefined;
  const start = async () => {
    child = startChild(...commandOf(program, directory), logPath);
    await waitUntilReady(program, child);
  };
  const stop = async () => {
    await child?.stop('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await program.prepare?.(directory);
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { kill: async () => child?.stop('SIGKILL'), start, stop };
}

function commandOf({ command, environment = {}, flags }: ServerProgram, directory: string) {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return ['env', [...variables, command, ...flags(directory)]] as const;
}

async function waitUntilReady({ name, isReady }: ServerProgram, child: Child): Promise<void> {
  const deadline = performance.now() + readyTimeoutMs;
  while (performance.now() < deadline) {
    if (child.hasExited()) throw new Error(`${name} ended before it was ready:\n${child.logTail()}`);
    if (await isReady()) return;
    await delay(100);
  }
  throw new Error(`${name} is not ready after ${readyTimeoutMs / 1000} s:\n${child.logTail()}`);
}
