// Builders of records, for tests.
import type { EventRecord } from '../kafka/record.ts';

export function aRecord(overrides: Partial<EventRecord> = {}): EventRecord {
  return {
    topic: 'shop.orders',
    partition: 0,
    offset: 0n,
    key: Buffer.from('key'),
    value: Buffer.from('value'),
    headers: new Map(),
    timestampMs: 1_700_000_000_000,
    ...overrides,
  };
}
