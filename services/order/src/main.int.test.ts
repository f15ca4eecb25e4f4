// The service as a process: what it says when it cannot start, and how it goes when it is told to.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function start(env: Readonly<Record<string, string>>) {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  closers.push(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const exited = once(child, 'exit').then(([code]) => code);
  return { child, exited, output: () => output };
}

/** Bindings to a broker and a registry that are not there. */
function bindings(): string {
  const root = mkdtempSync(join(tmpdir(), 'bindings-'));
  closers.push(() => rmSync(root, { recursive: true }));
  const all = {
    kafka: { type: 'kafka', 'bootstrap-servers': '127.0.0.1:9', 'security-protocol': 'PLAINTEXT' },
    registry: { type: 'schema-registry', uri: 'http://127.0.0.1:9' },
  };
  for (const [name, entries] of Object.entries(all)) {
    mkdirSync(join(root, name));
    for (const [entry, text] of Object.entries(entries)) writeFileSync(join(root, name, entry), text);
  }
  return root;
}

test('is alive without broker and registry, is not ready, and stops at once when told to', async () => {
  const service = start({ PORT: '0', SERVICE_BINDING_ROOT: bindings() });
  const port = async () => /listening at http:\/\/127\.0\.0\.1:(\d+)/.exec(service.output())?.[1];
  await expect.poll(port, { timeout: 20_000 }).toBeDefined();
  const status = async (path: string) => (await fetch(`http://127.0.0.1:${await port()}${path}`)).status;
  expect(await status('/healthz')).toBe(200);
  expect(await status('/readyz')).toBe(503);
  service.child.kill('SIGTERM');
  expect(await service.exited).toBe(0);
  expect(service.output()).toContain('"message":"stopped"');
});

test('is ready in preview without broker and registry, and stays so for the moment that being opened takes', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'role-'));
  closers.push(() => rmSync(directory, { recursive: true }));
  const tell = (role: string) => {
    writeFileSync(join(directory, 'next'), role);
    renameSync(join(directory, 'next'), join(directory, 'role'));
  };
  tell('1 closed\n');
  const env = { PORT: '0', SERVICE_BINDING_ROOT: bindings(), SLUICE_ROLE_DIRECTORY: directory };
  const service = start(env);
  const port = async () => /listening at http:\/\/127\.0\.0\.1:(\d+)/.exec(service.output())?.[1];
  await expect.poll(port, { timeout: 20_000 }).toBeDefined();
  const ask = async (path: string) => fetch(`http://127.0.0.1:${await port()}${path}`);
  const isOpen = async () => /service_open{[^}]*} (\d)/.exec(await (await ask('/metrics')).text())?.[1];
  expect([await isOpen(), (await ask('/readyz')).status]).toEqual(['0', 200]);
  tell('2 open\n');
  await expect.poll(isOpen).toBe('1');
  expect((await ask('/readyz')).status).toBe(200);
  tell('3 draining\n');
  await expect.poll(isOpen).toBe('0');
  expect((await ask('/readyz')).status).toBe(200);
});

test.each([
  { name: 'a setting that does not fit', env: { PORT: 'many' }, says: 'PORT' },
  { name: 'a binding that is missing', env: { SERVICE_BINDING_ROOT: '/nowhere' }, says: '/nowhere' },
])('ends with 1 and says why: $name', async ({ env, says }) => {
  const service = start(env);
  expect(await service.exited).toBe(1);
  const line = service.output().trim().split('\n').at(-1) ?? '';
  expect(JSON.parse(line)).toMatchObject({ level: 'fatal', message: 'cannot start' });
  expect(line).toContain(says);
});
