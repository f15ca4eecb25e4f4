// The one error of everything outside the runtime: what failed against a broker, a registry or a source, said so that
// it can stand in a condition as it is. Made at the edge, in adapters; decisions return verdicts and throw nothing.
import type { Reason } from './api/index.ts';

export class SluiceError extends Error {
  override readonly name = 'SluiceError';
  readonly reason: Reason;
  /** `backoff`: trying again may help. `terminal`: not before a person changes something. */
  readonly retry: 'backoff' | 'terminal';

  /** `message` names the object and the next step. */
  constructor(
    reason: Reason,
    message: string,
    { retry = 'backoff', cause }: { readonly retry?: 'backoff' | 'terminal'; readonly cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.reason = reason;
    this.retry = retry;
  }
}

/** What went wrong, in words, with the causes that libraries hide below a general sentence. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const parts = [error.message || error.name];
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  if (inner instanceof Error && !error.message.includes(inner.message)) parts.push(describeError(inner));
  return parts.join(': ');
}
