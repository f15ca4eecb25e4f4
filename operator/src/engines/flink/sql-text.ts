// How values get into SQL text. Everything a user or a schema named passes through here, so nothing of it is read as SQL.

/** A quoted identifier: a backtick inside is doubled, as Flink's lexer wants it. */
export function quoteIdentifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** A string literal: a quote inside is doubled; a backslash has no meaning in Flink's literals. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * A duration as an interval literal of days to milliseconds. One form for all lengths, since `INTERVAL '300' SECOND`
 * does not fit that unit's default precision of two digits.
 */
export function intervalLiteral(milliseconds: number): string {
  const pad = (value: number, width: number) => String(value).padStart(width, '0');
  const days = Math.floor(milliseconds / 86_400_000);
  const hours = pad(Math.floor(milliseconds / 3_600_000) % 24, 2);
  const minutes = pad(Math.floor(milliseconds / 60_000) % 60, 2);
  const seconds = pad(Math.floor(milliseconds / 1000) % 60, 2);
  return `INTERVAL '${days} ${hours}:${minutes}:${seconds}.${pad(milliseconds % 1000, 3)}' DAY TO SECOND(3)`;
}

/** The options of a table or a setting, one a line. */
export function withClause(options: Readonly<Record<string, string>>): string {
  const lines = Object.entries(options).map(([key, value]) => `  ${quoteLiteral(key)} = ${quoteLiteral(value)}`);
  return `WITH (\n${lines.join(',\n')}\n)`;
}
