// Reads the broker's answer to a fetch into records by partition. Pure.
import { IS_CONTROL, protocolErrors } from '@platformatic/kafka';
import type { FetchResponse, FetchResponsePartition } from './protocol.ts';
import type { EventRecord } from './record.ts';

export type Fetched =
  | { readonly kind: 'Records'; readonly records: readonly EventRecord[]; readonly next: bigint; readonly end: bigint }
  /** The position is not in the log: records expired, or the topic is another one under the same name. */
  | { readonly kind: 'OutOfRange'; readonly logStart: bigint }
  | { readonly kind: 'Failed'; readonly errorCode: number };

/** One partition's part of the answer, for a fetch from `position`. */
export function readPartition(topic: string, position: bigint, part: FetchResponsePartition): Fetched {
  if (part.errorCode === protocolErrors['OFFSET_OUT_OF_RANGE']?.code) {
    return { kind: 'OutOfRange', logStart: part.logStartOffset };
  }
  if (part.errorCode !== 0) return { kind: 'Failed', errorCode: part.errorCode };
  const batches = part.records ?? [];
  const last = batches.at(-1);
  const records = batches
    // Transaction markers take an offset but are no event.
    .filter((batch) => (batch.attributes & IS_CONTROL) === 0)
    .flatMap((batch) =>
      batch.records.map((record) => ({
        topic,
        partition: part.partitionIndex,
        offset: batch.firstOffset + BigInt(record.offsetDelta),
        key: record.key,
        value: record.value,
        headers: new Map(
          record.headers.map(([name, value]) => [name?.toString() ?? '', value ?? Buffer.alloc(0)] as const),
        ),
        timestampMs: Number(batch.firstTimestamp + record.timestampDelta),
      })),
    )
    // A broker answers whole batches: the first one may begin before the position.
    .filter((record) => record.offset >= position);
  const next = last === undefined ? position : last.firstOffset + BigInt(last.lastOffsetDelta) + 1n;
  return { kind: 'Records', records, next, end: part.highWatermark };
}

/** The answer that an error carries when only some of its partitions failed. */
export function partialResponse(error: unknown): FetchResponse | undefined {
  const response: unknown = error instanceof Error && 'response' in error ? error.response : undefined;
  return isFetchResponse(response) ? response : undefined;
}

function isFetchResponse(value: unknown): value is FetchResponse {
  return typeof value === 'object' && value !== null && 'responses' in value && Array.isArray(value.responses);
}
