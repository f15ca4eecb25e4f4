// Sources of this repository that run as they are, such as Python's.
import { cpSync, mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { filesBelow, type Inputs } from './key.ts';
import type { Part } from './part.ts';

/** `folder` of the context with the named files and folders of a project, without what Python compiled there. */
export function sources(project: string, names: readonly string[], folder: string): Part {
  const files = () =>
    filesBelow(project).filter((file) => {
      const [top = ''] = relative(project, file).split('/');
      return names.includes(top) && !file.includes('__pycache__');
    });
  return {
    inputs: (): Inputs => ({ texts: files().map((file) => relative(project, file)), files: files() }),
    fetch: async (context) => {
      for (const file of files()) {
        const target = join(context, folder, relative(project, file));
        mkdirSync(join(target, '..'), { recursive: true });
        cpSync(file, target);
      }
    },
  };
}
