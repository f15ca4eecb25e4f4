import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseProvider } from './provider.ts';

let bin = '';
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'sluice-bin-'));
  vi.stubEnv('PATH', [bin, '/usr/bin', '/bin'].join(delimiter));
  vi.stubEnv('CLUSTER', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(bin, { recursive: true });
});

function install(command: string, script: string) {
  writeFileSync(join(bin, command), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, command), 0o755);
}

describe('chooseProvider', () => {
  it.each(['kind', 'local', 'current'])('takes the word of CLUSTER=%s', async (name) => {
    vi.stubEnv('CLUSTER', name);
    expect((await chooseProvider()).name).toBe(name);
  });

  it('refuses a word that it does not know, and says which it does', async () => {
    vi.stubEnv('CLUSTER', 'minikube');
    await expect(chooseProvider()).rejects.toThrow('CLUSTER=minikube is none of kind, local, current');
  });

  it('takes kind where Docker answers', async () => {
    install('kind', 'exit 0');
    install('docker', 'exit 0');
    expect((await chooseProvider()).name).toBe('kind');
  });

  it('runs a cluster of its own where Docker is installed and does not answer', async () => {
    install('kind', 'exit 0');
    install('docker', 'exit 1');
    expect((await chooseProvider()).name).toBe('local');
  });

  it('runs a cluster of its own where kind is not installed', async () => {
    install('docker', 'exit 0');
    expect((await chooseProvider()).name).toBe('local');
  });
});
