import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { followRole, Role } from './role.ts';
import { decideRole, type RoleText, readRole } from './role-files.ts';

test.each<{ name: string; role: RoleText; now: RoleText; is: string }>([
  { name: 'the ConfigMap alone', role: '3 open\n', now: undefined, is: 'open' },
  { name: 'the annotation alone', role: undefined, now: '3 draining\n', is: 'draining' },
  { name: 'an annotation that is newer', role: '3 open\n', now: '4 draining', is: 'draining' },
  { name: 'a ConfigMap that is newer', role: '12 open\n', now: '9 closed', is: 'open' },
  { name: 'both with one epoch: the one that does less', role: '4 open\n', now: '4 draining', is: 'draining' },
  { name: 'an annotation that is not set', role: '1 open\n', now: '', is: 'open' },
  { name: 'neither', role: undefined, now: undefined, is: 'closed' },
  { name: 'no word in either', role: '', now: '\n', is: 'closed' },
  { name: 'a word that is no role, though the other is', role: '1 open\n', now: '2 opened', is: 'closed' },
  { name: 'no epoch', role: 'open\n', now: '', is: 'closed' },
  { name: 'an epoch that is no whole number', role: '-1 open', now: '1.5 open', is: 'closed' },
  { name: 'more than a role', role: '1 open closed', now: undefined, is: 'closed' },
])('reads $name as $is', ({ role, now, is }) => {
  expect(decideRole([role, now])).toBe(is);
});

/** A directory as the kubelet keeps one: names are links into ..data, which is swapped as a whole. */
function aRoleDirectory() {
  const path = mkdtempSync(join(tmpdir(), 'role-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  let version = 0;
  const write = (texts: Readonly<Record<string, string>>) => {
    version += 1;
    mkdirSync(join(path, `..${version}`));
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(path, `..${version}`, name), text);
    symlinkSync(`..${version}`, join(path, '..data_tmp'));
    renameSync(join(path, '..data_tmp'), join(path, '..data'));
    rmSync(join(path, `..${version - 1}`), { recursive: true, force: true });
  };
  for (const name of ['role', 'role.now']) symlinkSync(join('..data', name), join(path, name));
  return { path, write };
}

test('is closed in a directory that is not there', async () => {
  expect(await readRole('/nowhere/role')).toBe('closed');
});

test('follows the directory as the kubelet swaps it', async () => {
  const { path, write } = aRoleDirectory();
  write({ role: '1 closed\n', 'role.now': '' });
  const role = new Role(await readRole(path));
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  void followRole(role, path, { signal: stop.signal, log: pino({ level: 'silent' }), everyMs: 1 });
  const becomes = (state: string) => expect.poll(() => role.state, { interval: 1 }).toBe(state);
  write({ role: '1 closed\n', 'role.now': '2 open' });
  await becomes('open');
  write({ role: '2 open\n', 'role.now': '3 draining' });
  await becomes('draining');
  write({ role: '4 closed\n', 'role.now': '3 draining' });
  await becomes('closed');
});

test('looks twice at a file that was swapped away under its first look, and no more', async () => {
  const looks = (missing: number) => {
    const left = new Map<string, number>();
    return async (path: string) => {
      const times = left.get(path) ?? missing;
      left.set(path, times - 1);
      if (times > 0) throw new Error('ENOENT');
      return '1 open\n';
    };
  };
  expect(await readRole('/etc/sluice/role', looks(1))).toBe('open');
  expect(await readRole('/etc/sluice/role', looks(2))).toBe('closed');
});
