// What a route answers, and the refusals that are answered in its stead.
import { ApiError } from '../runtime/index.ts';

export interface Answer {
  readonly status: number;
  /** Sent as JSON; as text where the caller asks for text and `text` is there. */
  readonly body: unknown;
  readonly text?: string;
}

/** Answered as it is: the message is for the caller and says what would do. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function refusalAnswer(status: number, message: string): Answer {
  return { status, body: { error: { status, message } }, text: `${message}\n` };
}

/** What the API server said, without our own call around it. */
export function wordsOf({ body, message }: ApiError): string {
  const isStatus = typeof body === 'object' && body !== null && 'message' in body;
  return isStatus && typeof body.message === 'string' ? body.message : message;
}

/** For errors that nobody made for the caller. 5xx but where the API server judged the caller's own call. */
export function answerTo(error: unknown): Answer {
  if (error instanceof Refused) return refusalAnswer(error.status, error.message);
  if (error instanceof ApiError) {
    return refusalAnswer(502, 'The API server does not answer as it should: try again, and see the operator log.');
  }
  return refusalAnswer(500, 'The operator could not answer: see its log.');
}
