// The node's control groups: all it runs, pods included, is below one group called `sluice`, so that whatever was left
// running can be found and ended, whoever started it. Works with cgroup v1 and v2.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kill, startTimeOf } from './process-record.ts';
import { becomesTrue } from './wait.ts';

/** The group seen from a hierarchy's root; kubelet's `cgroupRoot`. */
export const cgroupRoot = '/sluice';
const mountPoint = '/sys/fs/cgroup';
const killTimeoutMs = 20_000;
const removeTimeoutMs = 10_000;

/** Creates the groups; returns those that the node's own processes belong to. */
export function createCgroups(): string[] {
  const [unified] = hierarchies().filter(isUnified);
  // With both mounted, v1 has the controllers, and the kubelet and runc use those.
  const used = unified === mountPoint ? [unified] : hierarchies().filter((hierarchy) => hierarchy !== unified);
  return used.map((hierarchy) => {
    const root = join(hierarchy, cgroupRoot);
    const own = join(root, 'node');
    if (isUnified(hierarchy)) {
      // v2 hands a controller down only where the parent says so.
      enableControllers(hierarchy);
      mkdirSync(root, { recursive: true });
      enableControllers(root);
      mkdirSync(own, { recursive: true });
    } else {
      mkdirSync(own, { recursive: true });
      // A v1 cpuset takes no process before it has been given processors and memory.
      for (const group of [root, own]) inheritCpuset(group);
    }
    return own;
  });
}

/** Kills every process in the groups and removes them. Throws when something in them will not end. */
export async function removeCgroups(): Promise<void> {
  const roots = hierarchies()
    .map((hierarchy) => join(hierarchy, cgroupRoot))
    .filter((root) => existsSync(root));
  await killAll(roots);
  for (const root of roots) {
    const isGone = await becomesTrue(removeTimeoutMs, () => tryRemove(root), 20);
    if (!isGone) throw new Error(`the control group ${root} cannot be removed: it is busy`);
  }
}

/** Pids in a group and the groups below it. */
export function pidsIn(group: string): number[] {
  return groupsBelow(group).flatMap((path) => {
    try {
      return readFileSync(join(path, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
    } catch {
      // The group was removed meanwhile, and its processes with it.
      return [];
    }
  });
}

async function killAll(roots: readonly string[]): Promise<void> {
  let left: number[] = [];
  // Again and again: what is killed may have started another process just before.
  const areGone = await becomesTrue(
    killTimeoutMs,
    () => {
      left = [...new Set(roots.flatMap(pidsIn))].filter((pid) => startTimeOf(pid) !== undefined);
      for (const pid of left) kill(pid);
      return left.length === 0;
    },
    20,
  );
  if (!areGone) throw new Error(`processes ${left.join(', ')} do not end after SIGKILL`);
}

function hierarchies(): string[] {
  if (isUnified(mountPoint)) return [mountPoint];
  if (!existsSync(mountPoint)) throw new Error(`no control groups at ${mountPoint}: mount them first`);
  return readdirSync(mountPoint)
    .map((name) => join(mountPoint, name))
    .filter((path) => existsSync(join(path, 'cgroup.procs')));
}

function isUnified(hierarchy: string): boolean {
  return existsSync(join(hierarchy, 'cgroup.controllers'));
}

function enableControllers(group: string): void {
  const controllers = readFileSync(join(group, 'cgroup.controllers'), 'utf8').trim().split(' ').filter(Boolean);
  writeFileSync(join(group, 'cgroup.subtree_control'), controllers.map((name) => `+${name}`).join(' '));
}

function inheritCpuset(group: string): void {
  for (const name of ['cpuset.cpus', 'cpuset.mems']) {
    const file = join(group, name);
    if (existsSync(file)) writeFileSync(file, readFileSync(join(group, '..', name)));
  }
}

/** The group and all below it, each before its parent. */
function groupsBelow(group: string): string[] {
  try {
    const children = readdirSync(group)
      .map((name) => join(group, name))
      .filter((path) => statSync(path).isDirectory());
    return [...children.flatMap(groupsBelow), group];
  } catch {
    return [];
  }
}

function tryRemove(root: string): boolean {
  try {
    for (const group of groupsBelow(root)) rmdirSync(group);
    return true;
  } catch {
    // Busy for some milliseconds after its last process was reaped.
    return false;
  }
}
