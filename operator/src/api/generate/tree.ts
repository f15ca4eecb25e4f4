// Compares and writes the generated files in a working copy.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { command } from './files.ts';

/** What a working copy should hold: files by their path from its root, and folders that hold nothing else. */
export interface Tree {
  readonly files: ReadonlyMap<string, string>;
  readonly folders: readonly string[];
}

/** One path that is not as it should be; `content` undefined: it should not be there. */
export interface Difference {
  readonly path: string;
  readonly content: string | undefined;
  /** A sentence that says what is wrong and what to do. */
  readonly message: string;
}

export function compare(root: string, { files, folders }: Tree): readonly Difference[] {
  const outdated = [...files]
    .filter(([path, content]) => read(join(root, path)) !== content)
    .map(([path, content]) => ({
      path,
      content,
      message: `${path} is out of date: run ${command} and commit the result.`,
    }));
  const leftOver = folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
    .filter((path) => !files.has(path))
    .map((path) => ({
      path,
      content: undefined,
      message: `${path} is not generated any more: run ${command} and commit its removal.`,
    }));
  return [...outdated, ...leftOver];
}

/** Makes the working copy as it should be at that path. */
export function settle(root: string, { path, content }: Difference): void {
  const at = join(root, path);
  if (content === undefined) {
    rmSync(at, { recursive: true });
  } else {
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, content);
  }
}

function read(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
