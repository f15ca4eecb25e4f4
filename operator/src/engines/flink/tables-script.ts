// The script that runs before the user's SQL: settings that its state depends on, then one table a topic.
import type { BusAddress } from '../engine.ts';
import { quoteLiteral } from './sql-text.ts';
import { createTable, type TableSpec } from './table.ts';

const settings: Readonly<Record<string, string>> = {
  // From the first version on: without it an INSERT added later moves the others' uids and no savepoint restores.
  'table.exec.uid.generation': 'ALWAYS',
  // A partition without events would hold the watermark, and with it every result, for ever.
  'table.exec.source.idle-timeout': '5 s',
  // Timestamp columns are UTC wall time; casts must not depend on where the job runs.
  'table.local-time-zone': 'UTC',
};

/**
 * The text of tables.sql.
 * @param configuration engineOptions.flink.configuration: a setting named there is left to it
 * @throws JobSpecError as {@link createTable}
 */
export function tablesScript(
  tables: readonly TableSpec[],
  bus: BusAddress,
  configuration: Readonly<Record<string, string>>,
): string {
  const set = Object.entries(settings)
    .filter(([key]) => !(key in configuration))
    .map(([key, value]) => `SET ${quoteLiteral(key)} = ${quoteLiteral(value)};`);
  return `${[set.join('\n'), ...tables.map((table) => `${createTable(table, bus)};`)].join('\n\n')}\n`;
}
