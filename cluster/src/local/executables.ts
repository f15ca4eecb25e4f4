// Where the system's commands are. Debian's administration commands are in directories that `su` leaves out of PATH.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** PATH, with the directories of administration commands. */
export function systemPath(): string {
  return [process.env['PATH'] ?? '', '/usr/local/sbin', '/usr/sbin', '/sbin'].filter(Boolean).join(delimiter);
}

export function isInstalled(command: string): boolean {
  return systemPath()
    .split(delimiter)
    .some((directory) => existsSync(join(directory, command)));
}
