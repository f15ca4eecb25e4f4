// What the engines offer to the kinds.
import type { Engine as EngineName, StreamJob } from '../api/index.ts';
import type { Engine } from './engine.ts';
import { flinkEngine } from './flink/index.ts';
import { sparkEngine, sparkScheduleEngine } from './spark/index.ts';

export {
  type BusAddress,
  type BusSecurity,
  type ConfigMap,
  type Engine,
  type EngineCapabilities,
  isRefusal,
  type JobHealth,
  type JobInputs,
  type JobObservation,
  type JobRun,
  type JobState,
  type Pod,
  type Refusal,
  type RenderedJob,
  type Run,
  type TableSource,
  type UserCredential,
} from './engine.ts';

export { laidOver } from './laid-over.ts';

/** The back end of each engine's jobs that run once or all the time. */
export const engines: Readonly<Record<EngineName, Engine>> = { Flink: flinkEngine, Spark: sparkEngine };

/** All there are: what they serve is watched. */
export const backEnds: readonly Engine[] = [...Object.values(engines), sparkScheduleEngine];

/** A schedule is served by a kind of its own. */
export function backEndOf({ spec }: StreamJob): Engine {
  return spec.engine === 'Spark' && spec.schedule ? sparkScheduleEngine : engines[spec.engine];
}
