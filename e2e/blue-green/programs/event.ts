// The event of the proof: a number that rises and tells when it was sent, under one of a few keys.

export interface LedgerEvent {
  /** Microseconds since the epoch at which it was sent, or a little more where there were several. */
  readonly id: number;
  readonly key: number;
}

/** As many as give every partition some. */
export const KEYS = 24;

export function encodeEvent({ id, key }: LedgerEvent): { readonly key: Buffer; readonly value: Buffer } {
  return { key: Buffer.from(String(key)), value: Buffer.from(String(id)) };
}

/** @throws Error when it is none */
export function decodeEvent(record: { readonly key: Buffer | null; readonly value: Buffer | null }): LedgerEvent {
  const event = { id: Number(record.value), key: Number(record.key) };
  if (!Number.isSafeInteger(event.id) || event.id === 0) throw new Error(`no event: ${record.value}`);
  return event;
}
