// Kubeflow's own CRDs, fetched at set-up from the module that its operator is published as; nothing of them is ours.
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDirectory } from '../../../src/cache.ts';
import { folderInputs, keyOf } from '../../../src/images/key.ts';
import { output } from '../../../src/local/commands.ts';

const moduleName = 'github.com/kubeflow/spark-operator/v2';
const kinds = ['sparkapplications', 'scheduledsparkapplications'] as const;

/**
 * Folder with one file per CRD, for `kubectl apply --server-side -f`: they are too large for client-side apply.
 * The first call downloads 2 MB, checked against go.sum; the next ones do nothing.
 */
export async function sparkCrdPath(): Promise<string> {
  const source = import.meta.dirname;
  const place = join(cacheDirectory(), 'stand-ins', 'spark-crds', keyOf([folderInputs(source)]));
  if (existsSync(place)) return place;
  mkdirSync(dirname(place), { recursive: true });
  const made = mkdtempSync(`${place}.`);
  try {
    const told = await output('go', ['-C', source, 'mod', 'download', '-json', moduleName]);
    const { Dir: directory }: { readonly Dir: string } = JSON.parse(told);
    for (const kind of kinds) {
      const file = join(made, `${kind}.yaml`);
      copyFileSync(join(directory, 'config', 'crd', 'bases', `sparkoperator.k8s.io_${kind}.yaml`), file);
      // Modules are kept read-only.
      chmodSync(file, 0o644);
    }
    // Another process may have made the very same meanwhile.
    if (!existsSync(place)) renameSync(made, place);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  return place;
}
