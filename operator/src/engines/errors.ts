// Why a job cannot be made into tables or an engine's resource. The StreamJob's condition carries reason and message as they are.
import type { Reason } from '../api/index.ts';

export type SpecReason = Extract<Reason, 'SchemaInvalid' | 'ProgramInvalid' | 'EngineRefused'>;

/** What the user has to change before the job can run; never solved by trying again. */
export class JobSpecError extends Error {
  readonly reason: SpecReason;
  /** The path inside the Avro schema (`items[].price`), or of the field in the spec. */
  readonly path: string;

  constructor(reason: SpecReason, path: string, message: string) {
    super(message);
    this.name = 'JobSpecError';
    this.reason = reason;
    this.path = path;
  }
}
