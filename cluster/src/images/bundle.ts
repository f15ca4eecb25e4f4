// A workspace's program in one file, with what it reads at run time beside it.
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
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
  /** WebAssembly that a module reads from its own folder, which is the bundle's then. */
  readonly wasm: readonly string[];
}

const bundles = new Map<string, Bundle>();

/**
 * Bundles `<workspace>/src/main.ts`, once per process: half a second, and the same bytes on every machine.
 * Throws an error that names what does not resolve or parse, and where.
 */
export function bundle(workspace: string): Bundle {
  const made = bundles.get(workspace) ?? runEsbuild(workspace);
  bundles.set(workspace, made);
  return made;
}

function runEsbuild(workspace: string): Bundle {
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: [join(workspace, 'src', 'main.ts')],
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
    metafile: true,
    logLevel: 'silent',
  });
  const text = (suffix: string) => outputFiles.find(({ path }) => path.endsWith(suffix))?.text ?? '';
  return { code: text('.js'), sourceMap: text('.js.map'), wasm: wasmBeside(Object.keys(metafile.inputs)) };
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

function wasmBeside(modules: readonly string[]): readonly string[] {
  const folders = new Set(modules.map((module) => join(root, dirname(module))));
  return [...folders].flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.wasm'))
      .map((file) => join(folder, file)),
  );
}

/** `app/` with the bundle in dist/, a package.json that makes it ESM, and the workspace's schemas/ if it has them. */
export function bundled(workspace: string): Part {
  const schemas = join(root, workspace, 'schemas');
  return {
    // The bundle's own text: a change anywhere in what it imports counts, and nothing else does.
    inputs: () => {
      const beside = existsSync(schemas) ? folderInputs(schemas) : {};
      const { code, wasm } = bundle(workspace);
      return { texts: [code, ...(beside.texts ?? [])], files: [...wasm, ...(beside.files ?? [])] };
    },
    fetch: async (context) => {
      const app = join(context, 'app');
      const { code, sourceMap, wasm } = bundle(workspace);
      writeProgram(workspace, join(app, 'dist'));
      writeFileSync(join(app, 'package.json'), '{"type": "module"}\n');
      if (existsSync(schemas)) cpSync(schemas, join(app, 'schemas'), { recursive: true });
    },
  };
}
