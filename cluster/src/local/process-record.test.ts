import { describe, expect, it } from 'vitest';
import { isAlive, parseRecord, parseStat, startTimeOf } from './process-record.ts';

// Field 22, of a real line.
const stat = (command: string, state: string) =>
  `4242 (${command}) ${state} 1 4242 4242 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 987654 1000 1 18446744073709551615`;

describe('parseStat', () => {
  it('finds the start time, whatever the command is called', () => {
    expect(parseStat(stat('etcd', 'S'))).toBe('987654');
    expect(parseStat(stat('a) S 1 2 (b', 'S'))).toBe('987654');
  });

  it('takes an unreaped process for an ended one', () => {
    expect(parseStat(stat('etcd', 'Z'))).toBeUndefined();
  });
});

describe('isAlive', () => {
  it('knows this process by its start time', () => {
    const startTime = startTimeOf(process.pid) ?? '';
    expect(isAlive({ pid: process.pid, startTime })).toBe(true);
  });

  it('is not deceived by a pid that belongs to another process by now', () => {
    expect(isAlive({ pid: process.pid, startTime: '1' })).toBe(false);
  });
});

describe('parseRecord', () => {
  const record = { name: 'etcd', pid: 4242, startTime: '987654', logPath: '/x/etcd.log' };

  it('reads what was written', () => {
    expect(parseRecord(JSON.stringify(record))).toEqual(record);
  });

  it.each([
    ['a write that was cut off', '{"name":"etcd","pid":42'],
    ['an empty file', ''],
    ['a pid of init', JSON.stringify({ ...record, pid: 1 })],
    ['a pid that is none', JSON.stringify({ ...record, pid: '42' })],
    ['another kind of JSON', 'null'],
  ])('passes over %s', (_, text) => {
    expect(parseRecord(text)).toBeUndefined();
  });
});
