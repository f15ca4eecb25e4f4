// What a FlinkDeployment's status.error means: the SQL runner's own sentence is dug out of the causes, and the exception's
// type tells who is at fault. Pure.
import { type Reason, reasons } from '../../api/index.ts';
import { maxErrorLength, programError } from '../program-error.ts';

export interface JobError {
  readonly reason: Reason;
  readonly message: string;
  /** The Flink operator judged the spec itself or tried to bring it in force; else it tells of what ran. */
  readonly isOfUpgrade: boolean;
  /** It may go away without a change of the spec: an image comes, a savepoint succeeds at the next try. */
  readonly isRetried: boolean;
}

/** Undefined when there is no error. */
export function jobErrorOf(error: string | undefined): JobError | undefined {
  if (error === undefined || error === '') return undefined;
  const { type, reason: podReason, messages } = parse(error);
  const ours = messages.map(programError).findLast((message) => message !== undefined);
  if (ours !== undefined) {
    return { reason: reasons.programInvalid, message: ours, isOfUpgrade: false, isRetried: false };
  }
  const message = (messages[0] ?? error).trim().slice(0, maxErrorLength);
  if (type.endsWith('.ValidationException')) {
    return { reason: reasons.engineRefused, message, isOfUpgrade: true, isRetried: false };
  }
  if (/ImagePull|ErrImage|InvalidImageName/.test(podReason)) {
    return { reason: reasons.imageUnavailable, message, isOfUpgrade: false, isRetried: true };
  }
  if (/\.(RecoveryFailure|UpgradeFailure)Exception$/.test(type)) {
    return { reason: reasons.jobFailed, message, isOfUpgrade: true, isRetried: false };
  }
  if (!type.endsWith('.ReconciliationException')) {
    return { reason: reasons.jobFailed, message, isOfUpgrade: false, isRetried: false };
  }
  // The outermost message of a savepoint that failed says only that reconciling failed.
  const savepoint = messages.find((each) => /savepoint/i.test(each))?.slice(0, maxErrorLength);
  return savepoint === undefined
    ? { reason: reasons.jobFailed, message, isOfUpgrade: true, isRetried: true }
    : { reason: reasons.savepointFailed, message: savepoint, isOfUpgrade: true, isRetried: true };
}

interface Parsed {
  readonly type: string;
  /** Why a pod waits, where the error tells of one. */
  readonly reason: string;
  /** The outermost first. */
  readonly messages: readonly string[];
}

function parse(error: string): Parsed {
  const json = parseJson(error);
  // Older operators wrote the bare message.
  if (json === undefined) return { type: '', reason: '', messages: [error] };
  const causes: readonly unknown[] = Array.isArray(json['throwableList']) ? json['throwableList'] : [];
  const metadata = isObject(json['additionalMetadata']) ? json['additionalMetadata'] : {};
  const messages = [json, ...causes].map((each) => (isObject(each) ? each['message'] : undefined));
  return {
    type: textOf(json['type']),
    reason: textOf(metadata['reason']),
    messages: messages.filter((message) => typeof message === 'string'),
  };
}

function parseJson(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
