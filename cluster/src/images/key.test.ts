import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ImageDefinition, imageKey, imageRef } from './definition.ts';

describe('the key of an image', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-key-'));
    mkdirSync(join(folder, 'config'));
    writeFileSync(join(folder, 'Containerfile'), 'FROM scratch\n');
    writeFileSync(join(folder, 'config', 'settings'), 'a=1\n');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function anImage(options: Partial<ImageDefinition> = {}): ImageDefinition {
    return { name: 'thing', folder, base: undefined, parts: [], ...options };
  }

  function aPart(...texts: string[]) {
    return { inputs: () => ({ texts }), fetch: async () => {} };
  }

  test('is twelve hex digits, and the tag', () => {
    expect(imageRef(anImage())).toMatch(/^docker\.io\/sluice\/thing:[0-9a-f]{12}$/);
    expect(imageKey(anImage())).toBe(imageKey(anImage()));
  });

  test('moves with what is in a file', () => {
    const before = imageKey(anImage());
    writeFileSync(join(folder, 'config', 'settings'), 'a=2\n');
    expect(imageKey(anImage())).not.toBe(before);
  });

  test('moves with where a file lies', () => {
    const before = imageKey(anImage());
    renameSync(join(folder, 'config', 'settings'), join(folder, 'config', 'options'));
    expect(imageKey(anImage())).not.toBe(before);
  });

  test('moves with what is fetched for it', () => {
    const keys = [[], [aPart('a')], [aPart('b')], [aPart('a'), aPart('b')]].map((parts) =>
      imageKey(anImage({ parts })),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('moves with the image below it, however far below', () => {
    const bottom = (text: string) => anImage({ name: 'bottom', parts: [aPart(text)] });
    const top = (below: ImageDefinition) => anImage({ base: anImage({ name: 'middle', base: below }) });
    expect(imageKey(top(bottom('a')))).toBe(imageKey(top(bottom('a'))));
    expect(imageKey(top(bottom('a')))).not.toBe(imageKey(top(bottom('b'))));
  });
});
