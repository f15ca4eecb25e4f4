// The Flink operator's CRDs as its own API's jar carries them.
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDirectory } from '../cache.ts';
import { imagesFolder } from './definition.ts';
import { folderInputs, keyOf } from './key.ts';
import { mavenArtifacts } from './maven.ts';

/** Folder with one file per CRD, for `kubectl apply --server-side -f`: they are too large for client-side apply. */
export async function flinkCrdPath(): Promise<string> {
  const source = join(imagesFolder, 'flink-operator');
  const place = join(cacheDirectory(), 'images', 'flink-crds', keyOf([folderInputs(source)]));
  if (existsSync(place)) return place;
  mkdirSync(dirname(place), { recursive: true });
  const context = mkdtempSync(`${place}.`);
  try {
    cpSync(source, context, { recursive: true });
    await mavenArtifacts.fetch(context);
    renameSync(join(context, 'target', 'crds', 'META-INF', 'fabric8'), place);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
  return place;
}
