// A service on the kit: it obeys its role. Events have their effect in PostgreSQL; over HTTP it tells its version.
import type { Parts } from '@sluice/kit';
import type { Pool } from 'pg';
import { decodeEvent } from './event.ts';
import type { LedgerConfig } from './ledger-config.ts';
import { recordEvent } from './tables.ts';

export function buildAwareLedger({ http, consume }: Parts, config: LedgerConfig, database: Pool): void {
  const { EVENTS_TOPIC: topic, GROUP: group, VERSION: version, POD_NAME: pod } = config;
  http.get('/version', async () => ({ version, pod }));
  consume(group, [{ topic, handle: async (record) => recordEvent(database, decodeEvent(record), pod) }]);
}
