// Settings of the ledger.
import { hostname } from 'node:os';
import Type, { type Static } from 'typebox';

export const LedgerConfigSchema = Type.Object({
  EVENTS_TOPIC: Type.String({ minLength: 1 }),
  GROUP: Type.String({ minLength: 1 }),
  DATABASE_URL: Type.String({ minLength: 1 }),
  VERSION: Type.String({ default: '1' }),
  POD_NAME: Type.String({ default: hostname() }),
});
export type LedgerConfig = Static<typeof LedgerConfigSchema>;
