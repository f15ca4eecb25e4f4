// Kills an operator before and after every write of its own in turn, starts it again, and compares where things end:
// always the same state, no orphan, no duplicate. For any operator that runs as a process of its own.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type ApiProxy, type ApiWrite, startApiProxy } from '@sluice/cluster';
import type { Client } from '../client.ts';
import type { Resource } from '../resource.ts';
import { clientOf } from './cluster.ts';
import { readEndState, removeAll } from './end-state.ts';

export interface CrashScenario {
  /** Of the API server, with an administrator's credentials. */
  readonly kubeconfigPath: string;
  /** Where everything happens; it exists. All objects of the kinds below in it are removed before each round. */
  readonly namespace: string;
  /** Every kind that the operator or `begin` makes: what is compared, orphans and duplicates with it. */
  readonly resources: readonly Resource[];
  /** What may differ between two runs, such as a hash of something with a uid in it; global, matched in the JSON text. */
  readonly volatile?: readonly RegExp[];
  /** Starts the operator with this kubeconfig; without leader election, or each restart waits for the Lease. */
  start(kubeconfigPath: string): ChildProcess;
  /** What is there before: the operator runs until `isDone`, unharmed. */
  prepare?(client: Client): Promise<void>;
  /** What the operator then has to answer; it does not run yet. */
  begin(client: Client): Promise<void>;
  /** Whether it has nothing left to do. */
  isDone(client: Client): Promise<boolean>;
  /** Which writes are points. Default: all but Leases and Events. */
  counts?(write: { readonly method: string; readonly path: string }): boolean;
  /** At which moments of a write the operator is killed. Default: both. */
  momentsOf?(write: ApiWrite): readonly Moment[];
  /** What the operator makes past the API server. */
  readonly beyond?: Beyond;
}

export type Moment = 'before' | 'after';

export interface Beyond {
  /** Removes all of it; before each round, when the objects are gone. */
  reset(): Promise<void>;
  /** All of it, in a form in which two rounds can be compared. */
  read(): Promise<unknown>;
}

export interface CrashPoint {
  readonly write: ApiWrite;
  readonly moment: Moment;
}

/** An operator that has written nothing for so long, and says that it is done, is done. */
const quietMs = 400;
const roundTimeoutMs = 60_000;

/** Runs all rounds; returns the points that were tried. Throws with the point's name when its end state differs. */
export async function tryCrashPoints(scenario: CrashScenario): Promise<readonly CrashPoint[]> {
  const client = clientOf(scenario.kubeconfigPath);
  const undisturbed = await runRound(scenario, client, undefined);
  assert.ok(undisturbed.writes.length > 0, 'the operator wrote nothing: there is no point to crash at');
  const tried: CrashPoint[] = [];
  for (const [index, write] of undisturbed.writes.entries()) {
    // By what it is and not by its number: how many writes of status come before it differs from round to round.
    const nth = undisturbed.writes.slice(0, index + 1).filter((each) => isAlike(each, write)).length;
    for (const moment of scenario.momentsOf?.(write) ?? (['before', 'after'] as const)) {
      const { crashedAt, state } = await runRound(scenario, client, { write, nth, moment });
      // Another order of writes may have needed fewer of them.
      if (!crashedAt) continue;
      const where = `killed ${moment} ${crashedAt.method} ${crashedAt.path}, write ${crashedAt.number}`;
      assert.deepEqual(state, undisturbed.state, `${where}: the end state is another one`);
      tried.push({ write: crashedAt, moment });
    }
  }
  return tried;
}

interface Round {
  readonly writes: readonly ApiWrite[];
  readonly crashedAt: ApiWrite | undefined;
  readonly state: readonly unknown[];
}

async function runRound(
  scenario: CrashScenario,
  client: Client,
  crash: { readonly write: ApiWrite; readonly nth: number; readonly moment: Moment } | undefined,
): Promise<Round> {
  const { kubeconfigPath, namespace, resources } = scenario;
  await removeAll(client, namespace, resources);
  await scenario.beyond?.reset();
  if (scenario.prepare) {
    await scenario.prepare(client);
    await runUnharmed(scenario, client);
  }
  await scenario.begin(client);

  let operator: ChildProcess | undefined;
  let crashedAt: ApiWrite | undefined;
  const killAt = (moment: Moment) => async (write: ApiWrite) => {
    if (crashedAt || crash?.moment !== moment || !isAlike(crash.write, write)) return true;
    const nth = proxy.writes.filter((each) => each.number <= write.number && isAlike(each, write)).length;
    if (nth !== crash.nth) return true;
    crashedAt = write;
    if (operator) await kill(operator);
    return false;
  };
  const proxy = await startApiProxy(kubeconfigPath, {
    counts: scenario.counts ?? countsByDefault,
    beforeWrite: killAt('before'),
    afterWrite: async (write) => void (await killAt('after')(write)),
  });
  try {
    const run = async () => {
      operator = scenario.start(proxy.kubeconfigPath);
      await untilDoneOrDead(scenario, client, proxy, operator);
      return operator;
    };
    let last = await run();
    if (crashedAt) last = await run();
    assert.ok(!hasEnded(last), 'the operator ended by itself');
    return {
      writes: [...proxy.writes],
      crashedAt,
      state: [
        ...(await readEndState(client, namespace, resources, scenario.volatile)),
        ...(scenario.beyond ? [await scenario.beyond.read()] : []),
      ],
    };
  } finally {
    if (operator) await kill(operator);
    await proxy.stop();
  }
}

async function runUnharmed(scenario: CrashScenario, client: Client): Promise<void> {
  const proxy = await startApiProxy(scenario.kubeconfigPath, { counts: scenario.counts ?? countsByDefault });
  const operator = scenario.start(proxy.kubeconfigPath);
  try {
    await untilDoneOrDead(scenario, client, proxy, operator);
    assert.ok(!hasEnded(operator), 'the operator ended by itself');
  } finally {
    await kill(operator);
    await proxy.stop();
  }
}

async function untilDoneOrDead(
  scenario: CrashScenario,
  client: Client,
  proxy: ApiProxy,
  operator: ChildProcess,
): Promise<void> {
  const { writes, watchCount } = proxy;
  let seen = writes.length;
  let quietSince = performance.now();
  for (const deadline = performance.now() + roundTimeoutMs; performance.now() < deadline; await delay(25)) {
    if (hasEnded(operator)) return;
    // Before its first watch it has only just been started.
    if (proxy.watchCount === watchCount || writes.length !== seen || !(await scenario.isDone(client))) {
      seen = writes.length;
      quietSince = performance.now();
    } else if (performance.now() - quietSince > quietMs) return;
  }
  throw new Error(
    `the operator is not done after ${roundTimeoutMs / 1000} s; its last write was ${text(writes.at(-1))}`,
  );
}

function isAlike(one: ApiWrite, other: ApiWrite): boolean {
  return one.method === other.method && one.path === other.path;
}

function text(write: ApiWrite | undefined): string {
  return write ? `${write.number}, ${write.method} ${write.path}` : 'none';
}

async function kill(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function countsByDefault({ path }: { readonly path: string }): boolean {
  return !/\/(leases|events)(\/|\?|$)/.test(path);
}
