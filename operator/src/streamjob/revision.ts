// What makes a version of a job: hashes of what people wrote and of what their topics hold, which no release of the
// operator may change. Pure.
import { annotations, runtimeModeOf, type StreamJob } from '../api/index.ts';
import type { JobInputs, TableSource } from '../engines/index.ts';
import { parseAvro } from '../registry/index.ts';
import { hashOf } from '../runtime/index.ts';

/**
 * 16 hex digits over what the job itself is made of: not what is said of its topics, nor whether it is suspended. A field
 * that is added here must be absent for the jobs that are there already, or every one of them restarts.
 */
export function revisionOf({ spec }: StreamJob): string {
  const { program, runtimeMode, schedule, parallelism, resources, engineOptions } = spec;
  const { startDeadline: _of, ...state } = spec.state ?? {};
  return hashOf({
    program,
    runtimeMode,
    schedule,
    reads: spec.reads,
    writes: spec.writes?.map(({ topic, as, key, delivery }) => ({ topic, as, key, delivery })),
    parallelism,
    resources,
    state: spec.state && state,
    engineOptions,
  });
}

/**
 * 16 hex digits over all that a job is rendered from. A schema counts as its readers see it, without `doc`. What runs once
 * is run again for what a person says alone: what became of its topics since is found when it next runs.
 */
export function inputsHashOf(job: StreamJob, { reads, writes, bus }: JobInputs): string {
  if (runtimeModeOf(job.spec) === 'Batch' && !job.spec.schedule) {
    return hashOf({ revision: revisionOf(job), run: job.metadata.annotations?.[annotations.run] });
  }
  return hashOf({
    revision: revisionOf(job),
    reads: reads.map(fingerprint),
    writes: writes.map(fingerprint),
    bus: { ...bus, bootstrapServers: [...bus.bootstrapServers].sort() },
  });
}

function fingerprint({ topic, schema, isCompacted }: TableSource): readonly string[] {
  const parsed = parseAvro(schema);
  return [topic, parsed.isValid ? parsed.fingerprint : hashOf(schema), ...(isCompacted ? ['compacted'] : [])];
}
