// The one directory that holds what is built once and used again, keyed by what it is built from.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `$SLUICE_CACHE`, by default `~/.cache/sluice`. */
export function cacheDirectory(): string {
  return process.env['SLUICE_CACHE'] ?? join(homedir(), '.cache', 'sluice');
}

/** First 12 hex digits of the SHA-256 over the given texts and files, in their order. */
export function contentKey(input: { readonly texts?: readonly string[]; readonly files?: readonly string[] }): string {
  const hash = createHash('sha256');
  for (const text of input.texts ?? []) hash.update(text).update('\0');
  for (const file of input.files ?? []) hash.update(readFileSync(file)).update('\0');
  return hash.digest('hex').slice(0, 12);
}
