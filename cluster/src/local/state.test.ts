import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkOwnership, createStateDirectory, stateDirectory, statePaths } from './state.ts';

let parent = '';
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'sluice-state-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(parent, { recursive: true });
});

describe('stateDirectory', () => {
  it('follows links, since the kernel lists mounts by their real paths', () => {
    mkdirSync(join(parent, 'real'));
    symlinkSync(join(parent, 'real'), join(parent, 'link'));
    vi.stubEnv('SLUICE_STATE', join(parent, 'link', 'state'));
    expect(stateDirectory()).toBe(join(parent, 'real', 'state'));
  });

  it('is in the cache directory unless said otherwise', () => {
    vi.stubEnv('SLUICE_STATE', undefined);
    vi.stubEnv('SLUICE_CACHE', parent);
    expect(stateDirectory()).toBe(join(parent, 'state'));
  });
});

describe('statePaths', () => {
  it('refuses a directory in which no socket could be made', () => {
    expect(() => statePaths(`/${'x'.repeat(90)}`)).toThrow(/too long .* SLUICE_STATE/);
  });
});

describe('createStateDirectory', () => {
  it('makes a directory that is known as a cluster’s from then on', () => {
    const paths = statePaths(join(parent, 'state'));
    createStateDirectory(paths);
    expect(existsSync(paths.logs)).toBe(true);
    expect(() => checkOwnership(paths)).not.toThrow();
  });

  it('keeps keys from other users', () => {
    const paths = statePaths(join(parent, 'state'));
    createStateDirectory(paths);
    expect(statSync(paths.certificates).mode & 0o077).toBe(0);
  });

  it('refuses a directory with somebody’s files in it, which removing the cluster would remove', () => {
    writeFileSync(join(parent, 'thesis.tex'), '');
    expect(() => createStateDirectory(statePaths(parent))).toThrow(/holds files that no cluster made/);
  });
});
