import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { KitError } from '../errors.ts';
import { createMetrics } from '../metrics.ts';
import { aRecord } from '../testing/records.ts';
import { Partition, type PartitionOptions } from './partition.ts';
import type { EventRecord } from './record.ts';

const away = new KitError('RegistryUnavailable', 'away');
const poisoned = new KitError('EventInvalid', 'not an event');

function aPartition(options: Partial<PartitionOptions> & Pick<PartitionOptions, 'handle'>) {
  const metrics = createMetrics('test');
  const partition = new Partition({
    topic: 'shop.orders',
    partition: 0,
    position: 0n,
    setAside: undefined,
    retry: { attempts: 3, baseMs: 1, maxMs: 2 },
    log: pino({ level: 'silent' }),
    metrics,
    ...options,
  });
  return { partition, metrics };
}

function records(...offsets: readonly number[]): readonly EventRecord[] {
  return offsets.map((offset) => aRecord({ offset: BigInt(offset), value: Buffer.from(String(offset)) }));
}

const positionOf = (partition: Partition) => expect.poll(() => partition.position, { interval: 1 });

test('handles events one after the other, in order, over several fetches', async () => {
  const seen: string[] = [];
  let atWork = 0;
  const { partition } = aPartition({
    handle: async (record) => {
      atWork += 1;
      expect(atWork).toBe(1);
      await Promise.resolve();
      seen.push(String(record.value));
      atWork -= 1;
    },
  });
  partition.push(records(0, 1), 2n, 4n);
  partition.push(records(2, 3), 4n, 4n);
  await positionOf(partition).toBe(4n);
  expect(seen).toEqual(['0', '1', '2', '3']);
  expect(partition.lag).toBe(0);
});

test('moves its position only behind what was handled', async () => {
  const handled = Promise.withResolvers<void>();
  const { partition } = aPartition({ handle: ({ offset }) => (offset === 1n ? handled.promise : Promise.resolve()) });
  partition.push(records(0, 1, 2), 3n, 10n);
  await positionOf(partition).toBe(1n);
  expect(partition.fetchFrom).toBe(3n);
  expect(partition.lag).toBe(9);
  handled.resolve();
  await positionOf(partition).toBe(3n);
});

test('moves its position over offsets that hold no event', async () => {
  const { partition } = aPartition({ handle: async () => undefined });
  partition.push(records(0), 3n, 3n);
  await positionOf(partition).toBe(3n);
  partition.push([], 5n, 5n);
  await positionOf(partition).toBe(5n);
});

test('handles what is pushed in the very turn in which it ran out of work', async () => {
  const seen: bigint[] = [];
  const { partition } = aPartition({ handle: async ({ offset }) => void seen.push(offset) });
  partition.push([], 0n, 0n);
  partition.push(records(0), 1n, 1n);
  await positionOf(partition).toBe(1n);
  queueMicrotask(() => partition.push(records(1), 2n, 2n));
  await positionOf(partition).toBe(2n);
  expect(seen).toEqual([0n, 1n]);
});

test('tries a failing event again before the next one', async () => {
  const seen: bigint[] = [];
  const { partition, metrics } = aPartition({
    handle: async ({ offset }) => {
      seen.push(offset);
      if (seen.length < 3) throw new Error('not yet');
    },
  });
  partition.push(records(0, 1), 2n, 2n);
  await positionOf(partition).toBe(2n);
  expect(seen).toEqual([0n, 0n, 0n, 1n]);
  expect(await metrics.partitionsHeld.get()).toMatchObject({ values: [{ value: 0 }] });
});

test('sets an event aside after its attempts and goes on with the next', async () => {
  const setAside = vi.fn(async () => undefined);
  const handle = vi.fn(async ({ offset }: EventRecord) => {
    if (offset === 0n) throw new Error('never');
  });
  const { partition, metrics } = aPartition({ handle, setAside });
  partition.push(records(0, 1), 2n, 2n);
  await positionOf(partition).toBe(2n);
  expect(handle).toHaveBeenCalledTimes(3 + 1);
  expect(setAside).toHaveBeenCalledExactlyOnceWith(records(0)[0], new Error('never'));
  const { values } = await metrics.handled.get();
  expect(values.map(({ labels, value }) => [labels['outcome'], value])).toEqual([
    ['DeadLetter', 1],
    ['Handled', 1],
  ]);
});

test('sets aside at once what no second attempt mends', async () => {
  const handle = vi.fn(() => Promise.reject(poisoned));
  const { partition } = aPartition({ handle, setAside: async () => undefined });
  partition.push(records(0), 1n, 1n);
  await positionOf(partition).toBe(1n);
  expect(handle).toHaveBeenCalledTimes(1);
});

test('never sets an event aside because something it needs is away', async () => {
  const setAside = vi.fn(async () => undefined);
  let attempts = 0;
  const { partition } = aPartition({
    handle: async () => {
      attempts += 1;
      if (attempts < 9) throw away;
    },
    setAside,
  });
  partition.push(records(0), 1n, 1n);
  await positionOf(partition).toBe(1n);
  expect(attempts).toBe(9);
  expect(setAside).not.toHaveBeenCalled();
});

test('does not pass over an event that could not be set aside', async () => {
  const setAside = vi.fn().mockRejectedValueOnce(away).mockResolvedValue(undefined);
  const handle = vi.fn(({ offset }: EventRecord) => (offset === 0n ? Promise.reject(poisoned) : Promise.resolve()));
  const { partition } = aPartition({ handle, setAside });
  partition.push(records(0, 1), 2n, 2n);
  await positionOf(partition).toBe(2n);
  expect(handle.mock.calls.map(([{ offset }]) => offset)).toEqual([0n, 0n, 1n]);
});

test('without a dead-letter topic a poisoned event holds its partition, and fetching stops when enough waits', async () => {
  const handle = vi.fn(() => Promise.reject(poisoned));
  const { partition, metrics } = aPartition({ handle });
  partition.push(records(...Array.from({ length: 501 }, (_, offset) => offset)), 501n, 501n);
  await vi.waitUntil(() => handle.mock.calls.length > 20, { interval: 1 });
  expect(partition.position).toBe(0n);
  expect(partition.hasRoom).toBe(false);
  expect(await metrics.partitionsHeld.get()).toMatchObject({ values: [{ value: 1 }] });
  await partition.stop();
  expect(await metrics.partitionsHeld.get()).toMatchObject({ values: [{ value: 0 }] });
});

test('stops after the event in hand, which still counts as handled', async () => {
  const handled = Promise.withResolvers<void>();
  const handle = vi.fn(() => handled.promise);
  const { partition } = aPartition({ handle });
  partition.push(records(0, 1), 2n, 2n);
  const stopped = partition.stop();
  handled.resolve();
  await stopped;
  expect(partition.position).toBe(1n);
  expect(handle).toHaveBeenCalledTimes(1);
  partition.push(records(2), 3n, 3n);
  expect(handle).toHaveBeenCalledTimes(1);
});

test('gives up the wait between attempts when it is stopped, and leaves the event to whoever comes next', async () => {
  const { partition } = aPartition({
    handle: () => Promise.reject(away),
    retry: { attempts: 3, baseMs: 60_000, maxMs: 60_000 },
  });
  partition.push(records(0), 1n, 1n);
  await partition.stop();
  expect(partition.position).toBe(0n);
});
