// A machine runs one local cluster: this says where its state is, for a command that looks in another place.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { StatePaths } from './state.ts';

// Gone after a reboot, as all that a cluster has outside its directory.
const path = '/run/sluice-cluster';

/** Throws when the machine's cluster has its state elsewhere: it would be damaged, and not removed. */
export function checkClaim({ directory }: StatePaths): void {
  const other = existsSync(path) ? readFileSync(path, 'utf8').trim() : directory;
  if (other === directory || !existsSync(other)) return;
  throw new Error(`this machine's cluster has its state in ${other}: remove it first, with SLUICE_STATE=${other}`);
}

export function claimMachine({ directory }: StatePaths): void {
  writeFileSync(path, `${directory}\n`);
}

export function releaseMachine(): void {
  rmSync(path, { force: true });
}
