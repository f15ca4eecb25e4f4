import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ImageDefinition, imageRef } from './definition.ts';
import { addLayout, hasLayout } from './layout.ts';
import { loadMissing } from './load.ts';

let work = '';
let cacheBefore: string | undefined;

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'sluice-load-'));
  cacheBefore = process.env['SLUICE_CACHE'];
  process.env['SLUICE_CACHE'] = join(work, 'cache');
});

afterEach(() => {
  if (cacheBefore === undefined) delete process.env['SLUICE_CACHE'];
  else process.env['SLUICE_CACHE'] = cacheBefore;
  rmSync(work, { recursive: true });
});

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What buildah's `dir:` transport writes for an image of these layers. */
async function writeDirectory(folder: string, layers: readonly string[]): Promise<void> {
  const blob = (text: string) => {
    writeFileSync(join(folder, digestOf(text)), text);
    return { mediaType: 'application/octet-stream', digest: `sha256:${digestOf(text)}`, size: text.length };
  };
  const manifest = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: blob(`config of ${layers.join('+')}`),
    layers: layers.map(blob),
  };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
}

/** An image that is built: its layout is in the cache. */
async function aBuiltImage(name: string, layers: readonly string[]): Promise<ImageDefinition> {
  const folder = join(work, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'Containerfile'), `FROM ${name}\n`);
  const definition = { name, folder, base: undefined, parts: [] };
  await addLayout(imageRef(definition), (partial) => writeDirectory(partial, layers));
  return definition;
}

interface Loaded {
  readonly archive: string;
  readonly files: readonly string[];
  readonly index: { readonly manifests: readonly { readonly annotations: Readonly<Record<string, string>> }[] };
}

/** A cluster that has some images and takes in what is loaded, unless told to lose it. */
function aCluster(has: readonly ImageDefinition[], losing = false) {
  const refs = new Set(has.map(imageRef));
  const loads: Loaded[] = [];
  return {
    loads,
    hasImage: async (ref: string) => refs.has(ref),
    loadImage: async (archive: string) => {
      const tar = (...flags: string[]) => execFileSync('tar', [...flags], { encoding: 'utf8' });
      const index: Loaded['index'] = JSON.parse(tar('-xOf', archive, 'index.json'));
      loads.push({ archive, files: tar('-tf', archive).trim().split('\n'), index });
      if (losing) return;
      for (const { annotations } of index.manifests) refs.add(annotations['io.containerd.image.name'] ?? '');
    },
  };
}

describe('loading images into a cluster', () => {
  test('sends one archive of what it lacks, a shared layer once', async () => {
    const kafka = await aBuiltImage('kafka', ['debian', 'java', 'kafka']);
    const flink = await aBuiltImage('flink', ['debian', 'java', 'flink']);
    const registry = await aBuiltImage('registry', ['debian', 'registry']);
    const cluster = aCluster([registry]);
    await loadMissing(cluster, [kafka, flink, registry]);
    expect(cluster.loads).toHaveLength(1);
    const [load] = cluster.loads;
    expect(load?.index.manifests.map(({ annotations }) => annotations['io.containerd.image.name'])).toEqual(
      [kafka, flink].map(imageRef),
    );
    for (const layer of ['debian', 'java', 'kafka', 'flink']) {
      expect(load?.files.filter((file) => file === `blobs/sha256/${digestOf(layer)}`)).toHaveLength(1);
    }
    expect(load?.files).not.toContain(`blobs/sha256/${digestOf('registry')}`);
    expect(existsSync(load?.archive ?? '')).toBe(false);
  });

  test('sends nothing to a cluster that has all', async () => {
    const kafka = await aBuiltImage('kafka', ['kafka']);
    const cluster = aCluster([kafka]);
    await loadMissing(cluster, [kafka]);
    expect(cluster.loads).toEqual([]);
  });

  test('says which image is lost when the cluster took the archive but lacks it still', async () => {
    const kafka = await aBuiltImage('kafka', ['kafka']);
    await expect(loadMissing(aCluster([], true), [kafka])).rejects.toThrow(
      `the cluster still lacks ${imageRef(kafka)}`,
    );
  });

  test('leaves the archive for the hands that a refusing cluster asks for', async () => {
    const kafka = await aBuiltImage('kafka', ['kafka']);
    let offered = '';
    const refusing = {
      hasImage: async () => false,
      loadImage: async (archive: string) => {
        offered = archive;
        throw new Error('load it there');
      },
    };
    await expect(loadMissing(refusing, [kafka])).rejects.toThrow('load it there');
    expect(existsSync(offered)).toBe(true);
  });
});

describe('an image at rest', () => {
  test('counts as built only when all of it was written', async () => {
    const ref = 'docker.io/sluice/kafka:0123456789ab';
    const cutOff = addLayout(ref, async (folder) => {
      await writeDirectory(folder, ['kafka']);
      throw new Error('cut off');
    });
    await expect(cutOff).rejects.toThrow('cut off');
    expect(hasLayout(ref)).toBe(false);
    expect(readdirSync(join(work, 'cache', 'images', 'layout'))).toEqual(['blobs']);
    await addLayout(ref, (folder) => writeDirectory(folder, ['kafka']));
    expect(hasLayout(ref)).toBe(true);
  });
});
