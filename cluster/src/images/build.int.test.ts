import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeArchive } from './archive.ts';
import { ensureBuilt } from './build.ts';
import { hasImage } from './buildah.ts';
import { type ImageDefinition, imageRef } from './definition.ts';
import { hasLayout } from './layout.ts';
import { pruneTo } from './prune.ts';

describe('building images', () => {
  let work = '';
  let cacheBefore: string | undefined;

  beforeEach(() => {
    work = mkdtempSync(join(tmpdir(), 'sluice-build-'));
    cacheBefore = process.env['SLUICE_CACHE'];
    process.env['SLUICE_CACHE'] = join(work, 'cache');
  });

  afterEach(() => {
    if (cacheBefore === undefined) delete process.env['SLUICE_CACHE'];
    else process.env['SLUICE_CACHE'] = cacheBefore;
    rmSync(work, { recursive: true });
  });

  interface Options {
    readonly base?: ImageDefinition;
    /** Runs as the image's fetch. */
    readonly fetch?: () => Promise<void>;
  }

  /** One file on top of the base, or of nothing. */
  function anImage(name: string, { base, fetch = async () => {} }: Options = {}): ImageDefinition {
    const folder = join(work, name);
    mkdirSync(folder);
    const from = base ? 'ARG BASE\nFROM $BASE' : 'FROM scratch';
    writeFileSync(join(folder, 'Containerfile'), `${from}\nCOPY ${name} /${name}\nUSER 10001:10001\n`);
    writeFileSync(join(folder, name), name);
    return { name, folder, base, parts: [{ inputs: () => ({}), fetch }] };
  }

  function filesIn(archive: string): readonly string[] {
    return execFileSync('tar', ['-tf', archive], { encoding: 'utf8' }).trim().split('\n');
  }

  test('builds the base of several images once, and nothing again that is there', async () => {
    const fetched: string[] = [];
    const noting = (name: string) => async () => {
      fetched.push(name);
    };
    const base = anImage('base', { fetch: noting('base') });
    const left = anImage('left', { base, fetch: noting('left') });
    const right = anImage('right', { base, fetch: noting('right') });
    await ensureBuilt([left, right]);
    await ensureBuilt([left, right]);
    await ensureBuilt([anImage('later', { base, fetch: noting('later') })]);
    expect(fetched.toSorted()).toEqual(['base', 'later', 'left', 'right']);
    const archive = join(work, 'both.tar');
    await writeArchive([left, right].map(imageRef), archive);
    // One layer of the base and one of each, a configuration and a manifest of each.
    expect(filesIn(archive).filter((file) => file.startsWith('blobs/'))).toHaveLength(7);
  }, 120_000);

  test('forgets on request what nothing builds any more, and goes on building on what it kept', async () => {
    const base = anImage('base');
    const [kept, dropped] = [anImage('kept', { base }), anImage('dropped', { base })];
    await ensureBuilt([kept, dropped]);
    await pruneTo([base, kept]);
    expect([kept, dropped].map((image) => hasLayout(imageRef(image)))).toEqual([true, false]);
    const archive = join(work, 'kept.tar');
    await writeArchive([imageRef(kept)], archive);
    const blobs = readdirSync(join(work, 'cache', 'images', 'layout', 'blobs', 'sha256'));
    expect(filesIn(archive).filter((file) => file.startsWith('blobs/'))).toHaveLength(blobs.length);
    expect(await hasImage(imageRef(base))).toBe(true);
    await pruneTo([kept]);
    expect(await hasImage(imageRef(base))).toBe(false);
    await ensureBuilt([anImage('later', { base })]);
  }, 120_000);

  test('tells what the failing one said, leaves no image, and builds once the cause is gone', async () => {
    let isOffline = true;
    const image = anImage('late', {
      fetch: async () => {
        if (isOffline) throw new Error('no route to the mirror');
      },
    });
    await expect(ensureBuilt([image])).rejects.toThrow('no route to the mirror');
    expect(hasLayout(imageRef(image))).toBe(false);
    isOffline = false;
    await ensureBuilt([image]);
    expect(hasLayout(imageRef(image))).toBe(true);
  }, 120_000);
});
