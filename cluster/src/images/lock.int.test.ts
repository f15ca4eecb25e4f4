import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withLock } from './lock.ts';

describe('the lock of builders', () => {
  let folder = '';
  let path = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-lock-'));
    path = join(folder, 'lock');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  test('lets one in at a time', async () => {
    let inside = 0;
    let most = 0;
    const enter = () =>
      withLock(path, async () => {
        inside += 1;
        most = Math.max(most, inside);
        // Any other that could come in would do so while this one lets the loop turn.
        for (let turn = 0; turn < 50; turn += 1) await setImmediate();
        inside -= 1;
      });
    await Promise.all([enter(), enter(), enter()]);
    expect(most).toBe(1);
  });

  test('is free again when the work throws', async () => {
    const failing = withLock(path, async () => {
      throw new Error('no space left');
    });
    await expect(failing).rejects.toThrow('no space left');
    expect(await withLock(path, async () => 'in')).toBe('in');
  });

  test('is free again when its holder is killed', async () => {
    const program = `
      import { withLock } from ${JSON.stringify(join(import.meta.dirname, 'lock.ts'))};
      await withLock(${JSON.stringify(path)}, () => new Promise(() => process.stdout.write('held')));`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', program, '--'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    holder.kill('SIGKILL');
    expect(await withLock(path, async () => 'in')).toBe('in');
  });
});
