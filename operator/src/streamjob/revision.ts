// What makes a version of a job: hashes of what people wrote and of what their topics hold, which no release of the
// operator may change. Pure.
import type { StreamJob } from '../api/index.ts';
import type { JobInputs, TableSource } from '../engines/index.ts';
import { parseAvro } from '../registry/index.ts';
import { hashOf } from '../runtime/index.ts';

/**
 * 16 hex digits over what the job itself is made of: not what is said of its topics, nor whether it is suspended. A field
 * that is added here must be absent for the jobs that are there already, or every one of them restarts.
 */
export function revisionOf({ spec }: StreamJob): string {
  const { program, parallelism, resources, state, engineOptions } = spec;
  return hashOf({
    program,
    reads: spec.reads,
    writes: spec.writes?.map(({ topic, as }) => ({ topic, as })),
    parallelism,
    resources,
    state,
    engineOptions,
  });
}

/** 16 hex digits over all that a job is rendered from. A schema counts as its readers see it, without `doc`. */
export function inputsHashOf(job: StreamJob, { reads, writes, bus }: JobInputs): string {
  return hashOf({
    revision: revisionOf(job),
    reads: reads.map(fingerprint),
    writes: writes.map(fingerprint),
    bus: { ...bus, bootstrapServers: [...bus.bootstrapServers].sort() },
  });
}

function fingerprint({ topic, schema }: TableSource): readonly string[] {
  const parsed = parseAvro(schema);
  return [topic, parsed.isValid ? parsed.fingerprint : hashOf(schema)];
}
