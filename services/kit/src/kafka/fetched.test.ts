import { IS_CONTROL } from '@platformatic/kafka';
import { expect, test } from 'vitest';
import { readPartition } from './fetched.ts';
import type { FetchResponsePartition } from './protocol.ts';

type Batch = NonNullable<FetchResponsePartition['records']>[number];

function aPart(overrides: Partial<FetchResponsePartition> = {}): FetchResponsePartition {
  return {
    partitionIndex: 3,
    errorCode: 0,
    highWatermark: 100n,
    lastStableOffset: 100n,
    logStartOffset: 5n,
    abortedTransactions: null,
    preferredReadReplica: -1,
    records: null,
    ...overrides,
  };
}

function aBatch(firstOffset: bigint, offsetDeltas: readonly number[], overrides: Partial<Batch> = {}): Batch {
  return {
    firstOffset,
    length: 0,
    partitionLeaderEpoch: 0,
    magic: 2,
    crc: 0,
    attributes: 0,
    lastOffsetDelta: offsetDeltas.at(-1) ?? 0,
    firstTimestamp: 1_000n,
    maxTimestamp: 1_000n,
    producerId: -1n,
    producerEpoch: -1,
    firstSequence: -1,
    records: offsetDeltas.map((offsetDelta) => ({
      length: 0,
      attributes: 0,
      timestampDelta: 7n,
      offsetDelta,
      key: Buffer.from('k'),
      value: null,
      headers: [[Buffer.from('h'), Buffer.from('v')]],
    })),
    ...overrides,
  };
}

test('gives records their offsets, headers and timestamps, and goes on behind the last batch', () => {
  // lastOffsetDelta 4: compaction took the records behind the second one
  const fetched = readPartition('t', 10n, aPart({ records: [aBatch(10n, [0, 2], { lastOffsetDelta: 4 })] }));
  expect(fetched).toMatchObject({ kind: 'Records', next: 15n, end: 100n });
  expect(fetched.kind === 'Records' && fetched.records).toEqual([
    expect.objectContaining({ topic: 't', partition: 3, offset: 10n, value: null, timestampMs: 1_007 }),
    expect.objectContaining({ offset: 12n, headers: new Map([['h', Buffer.from('v')]]) }),
  ]);
});

test('leaves out records before the position, which a broker sends when they share a batch with it', () => {
  const fetched = readPartition('t', 12n, aPart({ records: [aBatch(10n, [0, 1, 2, 3])] }));
  expect(fetched.kind === 'Records' && fetched.records.map(({ offset }) => offset)).toEqual([12n, 13n]);
});

test('passes over transaction markers', () => {
  const marker = aBatch(12n, [0], { attributes: IS_CONTROL });
  const fetched = readPartition('t', 10n, aPart({ records: [aBatch(10n, [0, 1]), marker] }));
  expect(fetched).toMatchObject({ next: 13n });
  expect(fetched.kind === 'Records' && fetched.records).toHaveLength(2);
});

test('stays where it is when there is nothing', () => {
  expect(readPartition('t', 10n, aPart())).toEqual({ kind: 'Records', records: [], next: 10n, end: 100n });
});

test('tells a position that is not in the log from other errors', () => {
  expect(readPartition('t', 1n, aPart({ errorCode: 1 }))).toEqual({ kind: 'OutOfRange', logStart: 5n });
  expect(readPartition('t', 1n, aPart({ errorCode: 6 }))).toEqual({ kind: 'Failed', errorCode: 6 });
});
