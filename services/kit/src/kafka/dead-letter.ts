// What becomes of an event that cannot be handled: the same bytes on another topic, with headers that say why and from where.
import { messageOf } from '../errors.ts';
import type { OutgoingRecord } from './producer.ts';
import type { EventRecord } from './record.ts';

/** Headers hold a message, not a page. */
const MAX_REASON_LENGTH = 1_000;

export function deadLetter(topic: string, record: EventRecord, error: unknown): OutgoingRecord {
  const why = {
    'dead-letter-topic': record.topic,
    'dead-letter-partition': String(record.partition),
    'dead-letter-offset': String(record.offset),
    'dead-letter-timestamp': String(record.timestampMs),
    'dead-letter-reason': messageOf(error).slice(0, MAX_REASON_LENGTH),
  };
  const headers = Object.entries(why).map(([name, text]) => [name, Buffer.from(text)] as const);
  return { topic, key: record.key, value: record.value, headers: new Map([...record.headers, ...headers]) };
}
