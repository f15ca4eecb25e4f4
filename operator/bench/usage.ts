// What a process uses, as the kernel counts it.
import { readFileSync } from 'node:fs';

export interface Usage {
  /** User and system time used so far, seconds. */
  cpuSeconds(): number;
  /** Resident memory now and at its highest, MiB. */
  memory(): { readonly rssMiB: number; readonly peakMiB: number };
}

/** Of a process that runs; throws once it is gone. */
export function usageOf(pid: number): Usage {
  return { cpuSeconds: () => cpuSecondsOf(pid), memory: () => memoryOf(pid) };
}

// proc(5). The kernel counts in hundredths of a second on every architecture that Linux has.
const ticksPerSecond = 100;

function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The command's name, in brackets, may hold anything: fields are counted from behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function memoryOf(pid: number) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kibibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return { rssMiB: kibibytes('VmRSS') / 1024, peakMiB: kibibytes('VmHWM') / 1024 };
}
