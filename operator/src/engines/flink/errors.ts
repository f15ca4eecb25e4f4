// Why a job cannot be made into tables or a FlinkDeployment. The StreamJob's condition carries reason and message as they are.
import type { Reason } from '../../api/index.ts';

export type FlinkReason = Extract<Reason, 'SchemaInvalid' | 'ProgramInvalid' | 'EngineRefused'>;

/** What the user has to change before the job can run on Flink; never solved by trying again. */
export class FlinkSpecError extends Error {
  readonly reason: FlinkReason;
  /** The path inside the Avro schema (`items[].price`), or of the field in the spec. */
  readonly path: string;

  constructor(reason: FlinkReason, path: string, message: string) {
    super(message);
    this.name = 'FlinkSpecError';
    this.reason = reason;
    this.path = path;
  }
}
