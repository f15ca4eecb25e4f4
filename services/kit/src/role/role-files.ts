// The role as the operator writes it: one directory with two files, each `<epoch> <role>`. `role` comes from the colour's
// ConfigMap and is right for pods that start, `role.now` from an annotation of this very pod and is there within a second.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * `open`: all background work runs. `draining`: what is in hand is finished and nothing new begun. `closed`: there is none.
 * HTTP is answered in each of them.
 */
export type RoleState = 'open' | 'draining' | 'closed';

/** A file's text; undefined where there is none. */
export type RoleText = string | undefined;

const files = ['role', 'role.now'] as const;
const line = /^(\d{1,15}) (open|draining|closed)\n?$/;
/** The one that does least wins where both files have the same epoch. */
const caution: Readonly<Record<RoleState, number>> = { open: 0, draining: 1, closed: 2 };

interface Told {
  readonly epoch: number;
  readonly state: RoleState;
}

/**
 * What the two files say together: the higher epoch wins. An annotation that is not set makes an empty file, which says
 * nothing. Where nothing is said, or something that is no role, it is closed: a pod that does not know must not consume.
 */
export function decideRole(texts: readonly RoleText[]): RoleState {
  const told: Told[] = [];
  for (const text of texts) {
    if (text === undefined || text.trim() === '') continue;
    const found = parse(text);
    if (found === undefined) return 'closed';
    told.push(found);
  }
  const [newest] = told.toSorted((one, other) => other.epoch - one.epoch || caution[other.state] - caution[one.state]);
  return newest?.state ?? 'closed';
}

function parse(text: string): Told | undefined {
  const [, epoch, name] = line.exec(text) ?? [];
  const state = (['open', 'draining', 'closed'] as const).find((known) => known === name);
  return epoch === undefined || state === undefined ? undefined : { epoch: Number(epoch), state };
}

/** Never rejects: what cannot be read is closed. */
export async function readRole(directory: string, read = readText): Promise<RoleState> {
  const readTwice = (path: string) =>
    // Once more, because the kubelet swaps what is behind the path: the first look may have been into what it removed.
    read(path)
      .catch(() => read(path))
      .catch(() => undefined);
  return decideRole(await Promise.all(files.map((file) => readTwice(join(directory, file)))));
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8');
}
