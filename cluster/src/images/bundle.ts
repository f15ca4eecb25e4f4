// A workspace's program in one file, with what it reads at run time beside it.
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { folderInputs } from './key.ts';
import type { Part } from './part.ts';

const root = join(import.meta.dirname, '..', '..', '..');
// Dependencies in CommonJS call require; a bundle in ESM has none unless it makes one, under a name that no module uses.
const requireBanner =
  "import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);";

export interface Bundle {
  readonly code: string;
  readonly sourceMap: string;
}

const bundles = new Map<string, Bundle>();

/**
 * Bundles `<workspace>/src/main.ts`, or `<workspace>/main.ts` where there is no such folder, once per process: half a
 * second, and the same bytes on every machine. Throws an error that names what does not resolve or parse, and where.
 */
export function bundle(workspace: string): Bundle {
  const made = bundles.get(workspace) ?? runEsbuild(workspace);
  bundles.set(workspace, made);
  return made;
}

function runEsbuild(workspace: string): Bundle {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: [join(existsSync(join(root, workspace, 'src')) ? join(workspace, 'src') : workspace, 'main.ts')],
    outfile: join(workspace, 'dist', 'main.js'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    banner: { js: requireBanner },
    // The form that carries its WebAssembly in the text instead of a file beside it.
    alias: { '@platformatic/wasm-utils': '@platformatic/wasm-utils/bundled' },
    write: false,
    logLevel: 'silent',
  });
  const text = (suffix: string) => outputFiles.find(({ path }) => path.endsWith(suffix))?.text ?? '';
  return { code: text('.js'), sourceMap: text('.js.map') };
}

/** Writes the bundle to `dist/` of the workspace, to be run in place. */
export function writeBundle(workspace: string): void {
  writeProgram(workspace, join(root, workspace, 'dist'));
}

function writeProgram(workspace: string, folder: string): void {
  const { code, sourceMap } = bundle(workspace);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'main.js'), code);
  writeFileSync(join(folder, 'main.js.map'), sourceMap);
}

/** `app/` with the bundle in dist/, a package.json that makes it ESM, and the workspace's schemas/ if it has them. */
export function bundled(workspace: string): Part {
  const schemas = join(root, workspace, 'schemas');
  return {
    // The bundle's own text: a change anywhere in what it imports counts, and nothing else does.
    inputs: () => {
      const beside = existsSync(schemas) ? folderInputs(schemas) : {};
      return { texts: [bundle(workspace).code, ...(beside.texts ?? [])], files: beside.files ?? [] };
    },
    fetch: async (context) => {
      const app = join(context, 'app');
      writeProgram(workspace, join(app, 'dist'));
      writeFileSync(join(app, 'package.json'), '{"type": "module"}\n');
      if (existsSync(schemas)) cpSync(schemas, join(app, 'schemas'), { recursive: true });
    },
  };
}
