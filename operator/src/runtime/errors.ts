// The runtime's errors. API errors are made once, in the client; a controller throws TerminalError itself.

/** What to do about it: try again with back-off, after a given time, or not before the object changes. */
export type RetryClass = 'backoff' | 'after' | 'terminal';

/** An answer of the API server other than 2xx, or none at all (`status` 0, the cause says why). */
export class ApiError extends Error {
  readonly status: number;
  /** The Status object's reason, such as `Conflict`; empty when the body is not a Status. */
  readonly reason: string;
  readonly body: unknown;
  readonly retry: RetryClass;
  readonly retryAfterMs: number | undefined;

  constructor(fields: {
    readonly status: number;
    readonly message: string;
    readonly reason?: string;
    readonly body?: unknown;
    readonly retryAfterMs?: number | undefined;
    readonly cause?: unknown;
  }) {
    super(fields.message, { cause: fields.cause });
    this.name = 'ApiError';
    this.status = fields.status;
    this.reason = fields.reason ?? '';
    this.body = fields.body;
    this.retryAfterMs = fields.retryAfterMs;
    this.retry = fields.retryAfterMs === undefined ? retryClassOf(fields.status) : 'after';
  }
}

// 404 is not terminal: a namespace or kind that is missing now may come. 400, 413 and 422 judge what we sent.
function retryClassOf(status: number): RetryClass {
  return status === 400 || status === 413 || status === 422 ? 'terminal' : 'backoff';
}

/** Trying again changes nothing until the object changes: counted as an error, not re-queued. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

/** A write that was refused because leadership is lost or too old to be sure of. Nothing was sent. */
export class NotLeaderError extends Error {
  override readonly name = 'NotLeaderError';
}

export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409 && error.reason !== 'AlreadyExists';
}

export function isAlreadyExists(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409 && error.reason === 'AlreadyExists';
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

export function isForbidden(error: unknown): boolean {
  return error instanceof ApiError && error.status === 403;
}

/** The resourceVersion asked for is no longer known: list again. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 410;
}
