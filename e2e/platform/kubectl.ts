// kubectl as the demo and the stories use it: what a user would type, so that it is shown to work for one.
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

export interface Kubectl {
  /** Runs kubectl and returns its output. Throws with what it said on stderr. */
  run(flags: readonly string[], input?: string): Promise<string>;
  /** One object, or undefined when there is none. `resource` as kubectl takes it, such as `eventservice/order`. */
  get(namespace: string, resource: string): Promise<LiveObject | undefined>;
  list(namespace: string, kind: string, selector?: string): Promise<readonly LiveObject[]>;
}

/** What the stories read of an object; the rest by way of its own shape. */
export interface LiveObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly finalizers?: readonly string[];
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly LiveCondition[];
    readonly [field: string]: unknown;
  };
}

export interface LiveCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly stderr: string;

  constructor(command: string, status: number | null, stderr: string) {
    super(`${command} ended with ${status}: ${stderr.trim()}`);
    this.stderr = stderr;
  }
}

/** Runs a command with `input` on its standard input and returns what it printed. Throws CommandError. */
export async function runCommand(
  command: string,
  flags: readonly string[],
  environment: Readonly<Record<string, string>>,
  input = '',
): Promise<string> {
  const child = spawn(command, flags, {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const read = async (stream: AsyncIterable<Buffer>) => {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  // The command may end without reading its input: what it says then is told, not the broken pipe.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [stdout, stderr, status] = await Promise.all([read(child.stdout), read(child.stderr), ended]);
  if (status !== 0) throw new CommandError(`${command} ${flags.slice(0, 4).join(' ')}`, status, stderr);
  return stdout;
}

export function kubectlFor(binary: string, kubeconfigPath: string): Kubectl {
  const run = (flags: readonly string[], input?: string) =>
    runCommand(binary, flags, { KUBECONFIG: kubeconfigPath }, input);
  return {
    run,
    get: async (namespace, resource) => {
      const text = await run(['get', '-n', namespace, resource, '--ignore-not-found', '-o', 'json']);
      return text === '' ? undefined : JSON.parse(text);
    },
    list: async (namespace, kind, selector) => {
      const narrowed = selector === undefined ? [] : ['-l', selector];
      return JSON.parse(await run(['get', '-n', namespace, kind, ...narrowed, '-o', 'json'])).items;
    },
  };
}

export function conditionOf(object: LiveObject | undefined, type: string): LiveCondition | undefined {
  return object?.status?.conditions?.find((condition) => condition.type === type);
}

/** Whether the condition is True of the generation that is wanted now. */
export function isTrue(object: LiveObject | undefined, type: string): boolean {
  const condition = conditionOf(object, type);
  const generation = object?.metadata.generation;
  const isCurrent = condition?.observedGeneration === undefined || condition.observedGeneration === generation;
  return condition?.status === 'True' && isCurrent;
}

/**
 * Asks until there is an answer other than undefined and false. Throws when the time is up, with what was wanted and
 * what the last try threw.
 */
export async function eventually<T>(
  wanted: string,
  ask: () => Promise<T | undefined | false>,
  { timeoutMs = 120_000, everyMs = 500 }: { readonly timeoutMs?: number; readonly everyMs?: number } = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let failure: unknown;
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`${wanted}: not within ${timeoutMs / 1000} s`, { cause: failure });
    }
    await delay(everyMs);
  }
}
