// Where the TypeScript process spends its time, from V8's own sampling profiler.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface ProfileEntry {
  readonly where: string;
  readonly selfSeconds: number;
}

const entriesShown = 30;

/** Runs `body` with the flags that make Node write a profile, and returns where most time went, the most first. */
export async function profileOf(
  directory: string,
  body: (nodeFlags: readonly string[]) => Promise<unknown>,
): Promise<readonly ProfileEntry[]> {
  await body(['--cpu-prof', `--cpu-prof-dir=${directory}`]);
  const file = readdirSync(directory).find((name) => name.endsWith('.cpuprofile'));
  if (file === undefined) throw new Error('Node wrote no profile');
  const profile: CpuProfile = JSON.parse(readFileSync(join(directory, file), 'utf8'));
  const seconds = new Map<string, number>();
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  profile.samples.forEach((id, at) => {
    const where = frames.get(id) ?? '?';
    seconds.set(where, (seconds.get(where) ?? 0) + (profile.timeDeltas[at] ?? 0) / 1e6);
  });
  return [...seconds]
    .map(([where, self]) => ({ where, selfSeconds: Number(self.toFixed(3)) }))
    .sort((a, b) => b.selfSeconds - a.selfSeconds)
    .slice(0, entriesShown);
}

function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const file = url.split(/\/(?:node_modules|operator)\//).at(-1) ?? url;
  return file === '' ? functionName : `${functionName || '(anonymous)'} ${file}:${lineNumber + 1}`;
}
