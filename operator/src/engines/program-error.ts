// What a SQL runner's last words are in whatever an engine says. Pure.

/** How the runners begin: `job.sql statement 2 (line 4, column 1): …`. */
const sentence = /\S+\.sql(?: statement \d+ \(line \d+, column \d+\))?(?:: | statement \d+: )[\s\S]*/;
/** No condition carries more of an exception. */
export const maxErrorLength = 1_000;

/** The runner's sentence in a text that may hold more; undefined when it is not there. */
export function programError(text: string): string | undefined {
  const found = sentence.exec(text)?.[0].trim();
  return found === undefined ? undefined : found.slice(0, maxErrorLength);
}
