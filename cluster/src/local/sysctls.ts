// Kernel settings that a node needs, and how they were before.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Forwarding for pods; bridged packets through iptables, so that Services work between pods of one bridge. */
const needed = {
  'net/ipv4/ip_forward': '1',
  'net/bridge/bridge-nf-call-iptables': '1',
} as const;

/** What kubelet and kube-proxy set by themselves. */
const changedByOthers = [
  'net/ipv4/conf/all/route_localnet',
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
];

/** Sets what is needed, after writing the present values to `path`. */
export function setSysctls(path: string): void {
  const names = [...Object.keys(needed), ...changedByOthers].filter((name) => existsSync(fileOf(name)));
  writeFileSync(`${path}.new`, JSON.stringify(Object.fromEntries(names.map((name) => [name, read(name)]))));
  // Renamed, so that a crash leaves no half of it: it must be readable for the settings to come back.
  renameSync(`${path}.new`, path);
  for (const [name, value] of Object.entries(needed)) {
    if (!existsSync(fileOf(name))) {
      throw new Error(`this kernel has no ${name.replaceAll('/', '.')}: load the module br_netfilter`);
    }
    if (read(name) !== value) writeFileSync(fileOf(name), value);
  }
}

/** Sets back what `setSysctls` wrote to `path`. */
export function restoreSysctls(path: string): void {
  if (!existsSync(path)) return;
  const before: unknown = JSON.parse(readFileSync(path, 'utf8'));
  for (const [name, value] of Object.entries(before ?? {})) {
    if (read(name) !== value) writeFileSync(fileOf(name), String(value));
  }
}

function fileOf(name: string): string {
  return join('/proc/sys', name);
}

function read(name: string): string {
  return readFileSync(fileOf(name), 'utf8').trim();
}
