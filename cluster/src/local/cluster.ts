// The local cluster as a whole: up, down, and how it is.
import { existsSync, readFileSync } from 'node:fs';
import { step } from '../progress.ts';
import { withClusterLock } from './lock.ts';
import { isApiServerReady, isNodeReady, type NodePlan, planNode, processNames, startNode } from './node.ts';
import { checkPorts, ensurePrerequisites } from './prerequisites.ts';
import { isAlive, readRecords } from './process-record.ts';
import { type StatePaths, statePaths } from './state.ts';
import { tearDown } from './teardown.ts';
import { becomesTrue } from './wait.ts';

/**
 * Brings the cluster up, or leaves it alone when it is up and made from what would be started now. Anything else (a
 * process that died, a start that was broken off, another version) is removed completely, data included, and made anew.
 */
export async function clusterUp(): Promise<{ readonly kubeconfigPath: string }> {
  const paths = statePaths();
  await ensurePrerequisites();
  return withClusterLock(async () => {
    const plan = await planNode(paths);
    const fault = await findFault(paths, plan);
    if (fault !== undefined) {
      const title = existsSync(paths.directory) ? `remove the old cluster: ${fault}` : 'see that nothing is in the way';
      await step(title, () => tearDown(paths));
      await checkPorts();
      await startNode(plan);
    }
    return { kubeconfigPath: paths.kubeconfig };
  });
}

/** Removes the cluster and everything it has left on this machine; nothing to remove is no error. */
export async function clusterDown(): Promise<void> {
  const paths = statePaths();
  await withClusterLock(() => step('remove the cluster', () => tearDown(paths)));
}

const patienceMs = 60_000;

export interface ProcessStatus {
  readonly name: string;
  readonly pid: number | undefined;
  readonly isAlive: boolean;
}

/** What was recorded at the start, and what of it still runs. */
export function clusterProcesses(paths: StatePaths = statePaths()): ProcessStatus[] {
  const records = readRecords(paths.processes);
  return processNames.map((name) => {
    const record = records.find((one) => one.name === name);
    return { name, pid: record?.pid, isAlive: record !== undefined && isAlive(record) };
  });
}

/** Why the cluster cannot be used as it is; undefined when it can. */
async function findFault(paths: StatePaths, plan: NodePlan): Promise<string | undefined> {
  const key = readMark(paths);
  if (key === undefined) return 'its start was never finished';
  if (key !== plan.key) return 'it was made from other versions or settings';
  const dead = clusterProcesses(paths).filter((status) => !status.isAlive);
  if (dead.length > 0) return `not running: ${dead.map(({ name }) => name).join(', ')}`;
  // A machine with more to do than it can is slow to answer: no reason to lose what runs on it.
  if (!(await becomesTrue(patienceMs, () => isApiServerReady(plan)))) return 'its API server does not answer';
  if (!(await becomesTrue(patienceMs, () => isNodeReady(plan)))) return 'its node is not ready';
  return undefined;
}

function readMark({ mark }: StatePaths): string | undefined {
  if (!existsSync(mark)) return undefined;
  try {
    const { key } = JSON.parse(readFileSync(mark, 'utf8'));
    return typeof key === 'string' ? key : undefined;
  } catch {
    // Cut off while it was written.
    return undefined;
  }
}
