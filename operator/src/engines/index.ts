// What the engines offer to the kinds.
import type { Engine as EngineName } from '../api/index.ts';
import type { Engine } from './engine.ts';
import { flinkEngine } from './flink/index.ts';

export {
  type BusAddress,
  type ConfigMap,
  type Engine,
  isRefusal,
  type JobInputs,
  type JobObservation,
  type JobState,
  type Pod,
  type Refusal,
  type RenderedJob,
  type Run,
  type TableSource,
} from './engine.ts';

/** The back ends there are; a job of another engine is refused with a sentence. */
export const engines: Readonly<Partial<Record<EngineName, Engine>>> = { Flink: flinkEngine };
