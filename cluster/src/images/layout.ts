// Built images at rest: a file for each that names its manifest, and one folder of blobs, so that a shared layer is
// kept once. Together they are OCI layouts, from which archives are written.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { cacheDirectory } from '../cache.ts';

/** Reference to a blob, as the OCI image specification has it. */
interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

interface Manifest {
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** Paths of blobs, as an OCI layout has them, are below this folder. */
export function layoutFolder(): string {
  return join(cacheDirectory(), 'images', 'layout');
}

export function hasLayout(ref: string): boolean {
  return existsSync(descriptorPath(ref));
}

/**
 * Takes in an image that `write` puts into a folder in the form of the `dir:` transport: a manifest.json, and blobs
 * named by their SHA-256. The image counts as there only when all of it is: its descriptor comes last.
 */
export async function addLayout(ref: string, write: (folder: string) => Promise<void>): Promise<void> {
  const blobs = join(layoutFolder(), 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const folder = mkdtempSync(join(layoutFolder(), 'partial-'));
  try {
    await write(folder);
    for (const file of readdirSync(folder)) {
      if (/^[0-9a-f]{64}$/.test(file)) renameSync(join(folder, file), join(blobs, file));
    }
    const manifest = readFileSync(join(folder, 'manifest.json'));
    const digest = createHash('sha256').update(manifest).digest('hex');
    writeFileSync(join(blobs, digest), manifest);
    const { mediaType }: Manifest = JSON.parse(manifest.toString());
    const descriptor: Descriptor = { mediaType, digest: `sha256:${digest}`, size: manifest.length };
    writeFileSync(join(folder, 'descriptor'), JSON.stringify(descriptor));
    renameSync(join(folder, 'descriptor'), descriptorPath(ref));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Paths below the layout's folder of all blobs that make the image. */
export function blobPaths(ref: string): readonly string[] {
  const { digest } = descriptorOf(ref);
  const { config, layers }: Manifest = JSON.parse(readFileSync(join(layoutFolder(), blobPath(digest)), 'utf8'));
  return [digest, config.digest, ...layers.map((layer) => layer.digest)].map(blobPath);
}

/** Writes the two files that make the blobs of these images a layout, with names that containerd and Docker read. */
export function writeIndex(folder: string, refs: readonly string[]): void {
  const manifests = refs.map((ref) => ({
    ...descriptorOf(ref),
    annotations: { 'io.containerd.image.name': ref, 'org.opencontainers.image.ref.name': ref },
  }));
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
}

/** Bytes of the image's layers and the rest, uncompressed. */
export function sizeOf(ref: string): number {
  const { digest, size } = descriptorOf(ref);
  const { config, layers }: Manifest = JSON.parse(readFileSync(join(layoutFolder(), blobPath(digest)), 'utf8'));
  return [config, ...layers].reduce((sum, blob) => sum + blob.size, size);
}

/** Removes all images but these, and every blob that none of these has. */
export function keepLayouts(refs: ReadonlySet<string>): void {
  const kept = [...refs].filter(hasLayout);
  const descriptors = new Set(kept.map((ref) => basename(descriptorPath(ref))));
  for (const file of listIfThere(layoutFolder())) {
    if (file.endsWith('.json') && !descriptors.has(file)) rmSync(join(layoutFolder(), file));
  }
  const blobs = new Set(kept.flatMap(blobPaths));
  const folder = join('blobs', 'sha256');
  for (const file of listIfThere(join(layoutFolder(), folder))) {
    if (!blobs.has(join(folder, file))) rmSync(join(layoutFolder(), folder, file));
  }
}

function listIfThere(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function descriptorOf(ref: string): Descriptor {
  return JSON.parse(readFileSync(descriptorPath(ref), 'utf8'));
}

function descriptorPath(ref: string): string {
  return join(layoutFolder(), `${fileName(ref)}.json`);
}

function blobPath(digest: string): string {
  return join('blobs', ...digest.split(':'));
}

/** `kafka-0123456789ab` of `docker.io/sluice/kafka:0123456789ab`. */
function fileName(ref: string): string {
  return ref.replace(/^.*\//, '').replace(':', '-');
}
