// Where a streaming job's checkpoints are. Spark resumes from whatever is there, so the path is the whole of an upgrade.
import type { SparkJob } from './job.ts';
import { STATE_MOUNT } from './pod-template.ts';
import type { SparkApplicationSpec } from './spark-application.ts';

const argument = '--checkpoints';

/** One claim may serve many jobs, so each has a directory; undefined where nothing is kept. */
export function checkpointsOf({ namespace, name, mode, storage, freshAs }: SparkJob): string | undefined {
  if (mode === 'Batch' || storage === undefined) return undefined;
  const base = 'uri' in storage ? storage.uri.replace(/\/+$/, '') : `file://${STATE_MOUNT}`;
  const directory = `${base}/${namespace}/${name}/checkpoints`;
  return freshAs === undefined ? directory : `${directory}-${freshAs}`;
}

export function checkpointArguments(path: string | undefined): readonly string[] {
  return path === undefined ? [] : [argument, path];
}

/** The checkpoints of a spec that was rendered once. */
export function checkpointsIn({ arguments: given }: SparkApplicationSpec): string | undefined {
  const at = given.indexOf(argument);
  return at < 0 ? undefined : given[at + 1];
}

/** The job goes on in that directory; what ends keeps nothing, and is left as it is. */
export function startingFrom(spec: SparkApplicationSpec, path: string): SparkApplicationSpec {
  const at = spec.arguments.indexOf(argument);
  if (at < 0) return spec;
  return { ...spec, arguments: spec.arguments.map((value, index) => (index === at + 1 ? path : value)) };
}
