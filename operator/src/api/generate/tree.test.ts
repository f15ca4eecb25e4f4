import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generatedTree } from './files.ts';
import { compare, settle } from './tree.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sluice-generate-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const tree = { files: new Map([['crds/a.yaml', 'a: 1\n']]), folders: ['crds'] };

describe('compare', () => {
  it('finds nothing to do where the files were just written', () => {
    for (const difference of compare(root, tree)) settle(root, difference);
    expect(readFileSync(join(root, 'crds/a.yaml'), 'utf8')).toBe('a: 1\n');
    expect(compare(root, tree)).toEqual([]);
  });

  it('says in a sentence which file was changed by hand, and what to do', () => {
    for (const difference of compare(root, tree)) settle(root, difference);
    writeFileSync(join(root, 'crds/a.yaml'), 'a: 2\n');
    expect(compare(root, tree).map(({ message }) => message)).toEqual([
      'crds/a.yaml is out of date: run npm run generate and commit the result.',
    ]);
  });

  it('finds a file of a kind that is gone', () => {
    for (const difference of compare(root, tree)) settle(root, difference);
    writeFileSync(join(root, 'crds/b.yaml'), 'b: 1\n');
    expect(compare(root, tree).map(({ path }) => path)).toEqual(['crds/b.yaml']);
    for (const difference of compare(root, tree)) settle(root, difference);
    expect(compare(root, tree)).toEqual([]);
  });
});

it('the generated files in this working copy are up to date', () => {
  const here = join(import.meta.dirname, '..', '..', '..', '..');
  expect(compare(here, generatedTree()).map(({ message }) => message)).toEqual([]);
});
