import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive, kill, logTail, type ProcessPlace, readRecords, startRecorded } from './process-record.ts';

let directory = '';
let place: ProcessPlace = { records: '', logs: '', cgroups: [] };
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-records-'));
  place = { records: directory, logs: directory, cgroups: [] };
});
afterAll(() => {
  for (const record of readRecords(directory)) if (isAlive(record)) kill(record.pid);
  rmSync(directory, { recursive: true });
});

describe('startRecorded', () => {
  it('starts a process in a session of its own, records it and keeps its output', async () => {
    const record = await startRecorded(
      { name: 'talker', command: 'sh', flags: ['-c', 'echo hello; exec sleep 60'] },
      place,
    );
    expect(isAlive(record)).toBe(true);
    expect(readRecords(directory)).toEqual([record]);
    await expect.poll(() => logTail(record.logPath)).toContain('hello');
    kill(record.pid);
    await expect.poll(() => isAlive(record)).toBe(false);
  });

  it('passes over a file that is no record', () => {
    writeFileSync(join(directory, 'broken.json'), '{');
    expect(readRecords(directory).map(({ name }) => name)).not.toContain('broken');
  });

  it('never runs a process outside its groups, and says in the log which group was not there', async () => {
    const start = { name: 'outcast', command: 'sleep', flags: ['60'] };
    // Whether the shell has ended before its start time is read is a matter of luck.
    const told = await startRecorded(start, { ...place, cgroups: ['/no/such/group'] }).then(
      async (record) => {
        await expect.poll(() => isAlive(record)).toBe(false);
        return logTail(record.logPath);
      },
      (error: Error) => error.message,
    );
    expect(told).toMatch(/no\/such\/group[\s\S]*outcast\.log/);
  });
});
