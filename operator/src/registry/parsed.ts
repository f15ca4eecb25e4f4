// What every schema language shares: the outcome of reading a text, and JSON read within bounds. Pure.

export type ParsedSchema =
  | { readonly isValid: true; readonly fingerprint: string }
  /** What is wrong and where, without a full stop; it fits into a condition. */
  | { readonly isValid: false; readonly problem: string };

/** Deeper than any schema that people write; what walks a schema needs no more stack than this. */
const maxDepth = 200;
/** Parsers quote the whole schema, and a condition's message has an end. */
const maxProblemLength = 500;

/** Throws an Error that says what is wrong. */
export function readJson(text: string): unknown {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`it is not JSON: ${messageOf(error)}`);
  }
  if (isDeeperThan(json, maxDepth)) throw new Error(`it is nested more than ${maxDepth} levels deep`);
  return json;
}

export function refused(error: unknown): ParsedSchema {
  return { isValid: false, problem: shortened(messageOf(error), maxProblemLength) };
}

export function shortened(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)}…`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Level by level, since a walk that calls itself would itself be at the end of its stack. */
function isDeeperThan(json: unknown, limit: number): boolean {
  let level = [json].filter(isObject);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= limit) return true;
    level = level.flatMap((value) => Object.values(value).filter(isObject));
  }
  return false;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
