// Reads back what the programs wrote down, as the judge takes it.
import type { Pool } from 'pg';
import type { Observations, RequestMade } from './check.ts';
import { KEYS } from './programs/event.ts';
import { tables } from './programs/tables.ts';

type Database = Pick<Pool, 'query'>;

export async function makeTables(database: Database): Promise<void> {
  await database.query(tables);
}

const inMs = 'extract(epoch FROM at)::float8 * 1000';

export async function observe(database: Database): Promise<Observations> {
  const sent = await database.query<{ id: string; key: number; sentMs: number; isAcknowledged: boolean }>(
    `SELECT event_id AS id, key, sent_ms AS "sentMs", is_acknowledged AS "isAcknowledged" FROM sent`,
  );
  const deliveries = await database.query<{ id: string; pod: string; atMs: number }>(
    `SELECT event_id AS id, pod, ${inMs} AS "atMs" FROM deliveries`,
  );
  const effects = await database.query<{ id: string; atMs: number }>(
    `SELECT event_id AS id, ${inMs} AS "atMs" FROM effects ORDER BY number`,
  );
  const requests = await database.query<{
    connection: RequestMade['connection'];
    atMs: number;
    problem: string | null;
  }>(`SELECT connection, at_ms AS "atMs", problem FROM requests`);
  // A bigint comes as text.
  const numbered = <Row extends { readonly id: string }>(rows: readonly Row[]) =>
    rows.map((row) => ({ ...row, id: Number(row.id) }));
  return {
    sent: numbered(sent.rows),
    deliveries: numbered(deliveries.rows),
    effects: numbered(effects.rows),
    requests: requests.rows.map(({ connection, atMs, problem }) => ({
      connection,
      atMs,
      ...(problem === null ? {} : { problem }),
    })),
  };
}

const RECENT = 20 * KEYS;
const FRESH_MS = 500;

/** Whether events of all keys have their effects as they are sent: nothing is waiting any more. */
export async function isFlowing(database: Database): Promise<boolean> {
  const { rows } = await database.query<{ keys: number; oldest: number; silent: number }>(
    `SELECT count(DISTINCT key)::int AS keys,
            max(extract(epoch FROM at) * 1000 - event_id / 1000)::float8 AS oldest,
            (extract(epoch FROM clock_timestamp() - max(at)) * 1000)::float8 AS silent
     FROM (SELECT * FROM effects ORDER BY number DESC LIMIT ${RECENT}) AS recent`,
  );
  const [found] = rows;
  return found?.keys === KEYS && found.oldest < FRESH_MS && found.silent < FRESH_MS;
}

/** Whether every event that was sent so far has had its effect. */
export async function isCaughtUp(database: Database): Promise<boolean> {
  const { rows } = await database.query(
    'SELECT 1 FROM sent WHERE is_acknowledged AND NOT EXISTS (SELECT 1 FROM inbox WHERE inbox.event_id = sent.event_id) LIMIT 1',
  );
  return rows.length === 0;
}
