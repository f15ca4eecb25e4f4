// Built images as OCI archives: for `ctr images import`, `kind load image-archive` and `docker load`.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { output } from '../local/commands.ts';
import { blobPaths, layoutFolder, writeIndex } from './layout.ts';

/** Writes one archive of all these images; a layer that several have is in it once. */
export async function writeArchive(refs: readonly string[], path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const folder = mkdtempSync(`${path}.`);
  try {
    writeIndex(folder, refs);
    const blobs = new Set(refs.flatMap(blobPaths));
    const flags = ['-cf', path, '-C', folder, 'oci-layout', 'index.json', '-C', layoutFolder(), ...blobs];
    await output('tar', flags, { timeoutMs: 300_000 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
