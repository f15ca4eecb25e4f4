// What the proof writes down, in PostgreSQL: what was sent, every delivery, the effect of each event, every request.
import type { Pool } from 'pg';
import type { LedgerEvent } from './event.ts';

/** Made once, before any program starts. `effects` has no key: were one doubled, it would be found there twice. */
export const tables = `
  CREATE TABLE IF NOT EXISTS sent (event_id bigint, key int, sent_ms float8, is_acknowledged bool);
  CREATE TABLE IF NOT EXISTS deliveries (event_id bigint, pod text, at timestamptz DEFAULT clock_timestamp());
  CREATE TABLE IF NOT EXISTS inbox (event_id bigint PRIMARY KEY);
  CREATE TABLE IF NOT EXISTS effects (number bigserial, event_id bigint, key int, pod text, at timestamptz DEFAULT clock_timestamp());
  CREATE TABLE IF NOT EXISTS requests (connection text, at_ms float8, problem text);
`;

// One statement is one transaction: either the delivery, the inbox and the effect are there, or none of them.
const record = `
  WITH delivered AS (INSERT INTO deliveries (event_id, pod) VALUES ($1, $2)),
       new AS (INSERT INTO inbox (event_id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING event_id)
  INSERT INTO effects (event_id, key, pod) SELECT event_id, $3, $2 FROM new`;

/** Has the effect of an event, once however often it is delivered. */
export async function recordEvent(database: Pick<Pool, 'query'>, { id, key }: LedgerEvent, pod: string): Promise<void> {
  await database.query({ name: 'record', text: record, values: [id, pod, key] });
}
