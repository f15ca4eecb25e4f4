// One record of a topic, as handlers and dead letters see it.

export interface EventRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: ReadonlyMap<string, Buffer>;
  /** When it was written, ms since the epoch; the producer's clock unless the topic says otherwise. */
  readonly timestampMs: number;
}

/** Where a record stands, for logs and messages. */
export function locationOf({ topic, partition, offset }: EventRecord): string {
  return `${topic}/${partition}@${offset}`;
}
