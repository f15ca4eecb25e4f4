// The kit's one error type. Who catches it asks `retry`, never the message.

/**
 * `backoff`: something needed is away, try again for as long as it takes. `attempts`: try again a few times.
 * `terminal`: trying again changes nothing.
 */
export type RetryClass = 'backoff' | 'attempts' | 'terminal';

export type KitErrorCode =
  | 'ConfigInvalid'
  | 'BindingInvalid'
  | 'RegistryUnavailable'
  | 'SchemaNotRegistered'
  | 'SchemaUnknown'
  | 'EventInvalid'
  | 'PublishFailed'
  | 'Stopping';

const retryClasses: Readonly<Record<KitErrorCode, RetryClass>> = {
  ConfigInvalid: 'terminal',
  BindingInvalid: 'terminal',
  RegistryUnavailable: 'backoff',
  // Sluice registers: the schema comes, or the roll-out that needs it is held back.
  SchemaNotRegistered: 'backoff',
  // No id like this: the bytes are no event, or the registry does not know it yet.
  SchemaUnknown: 'attempts',
  EventInvalid: 'terminal',
  PublishFailed: 'backoff',
  Stopping: 'backoff',
};

export class KitError extends Error {
  override readonly name = 'KitError';
  readonly code: KitErrorCode;
  readonly retry: RetryClass;

  constructor(code: KitErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.retry = retryClasses[code];
  }
}

/** What to do about whatever was thrown; what says nothing itself is tried a few times. */
export function retryOf(error: unknown): RetryClass {
  return error instanceof KitError ? error.retry : 'attempts';
}

/** The text of whatever was thrown, for messages and headers. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
