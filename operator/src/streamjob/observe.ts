// Reads everything that the decision about a job is taken from; decides nothing.
import type { StreamJob } from '../api/index.ts';
import { type BusConnections, type BusObservation, configMaps, observeBus } from '../bus/index.ts';
import { type ConfigMap, type Engine, engines, type Pod } from '../engines/index.ts';
import { isForbidden, isNotFound, type KubeObject, keyOf, type ReconcileContext } from '../runtime/index.ts';

/** Index of ConfigMaps and pods by the job they belong to. */
export const byJob = 'streamJob';

export type EngineResource = KubeObject & { readonly spec: unknown };

export interface EngineObserved {
  readonly backEnd: Engine;
  /** The API server knows the engine's kind, and lets the operator read it. */
  readonly isInstalled: boolean;
  /** What is there under the job's name, whoever made it. */
  readonly live?: EngineResource | undefined;
  readonly pods: readonly Pod[];
  /** Scripts of this job, of whatever version. */
  readonly configMaps: readonly ConfigMap[];
}

export interface Observed {
  readonly object: StreamJob;
  readonly bus: BusObservation;
  /** Absent: there is no back end for the job's engine. */
  readonly engine?: EngineObserved | undefined;
  /** For jobs that name none. */
  readonly image: string;
}

export async function observe(
  object: StreamJob,
  context: ReconcileContext,
  { buses, image }: { readonly buses: BusConnections; readonly image: string },
): Promise<Observed> {
  const backEnd = engines[object.spec.engine];
  return {
    object,
    bus: await observeBus(object, context, buses),
    engine: backEnd && (await observeEngine(object, backEnd, context)),
    image,
  };
}

async function observeEngine(
  { metadata }: StreamJob,
  backEnd: Engine,
  { cache, client }: ReconcileContext,
): Promise<EngineObserved> {
  const index = { name: byJob, value: keyOf(metadata) };
  const seen = { backEnd, pods: cache.list(backEnd.pods, { index }), configMaps: cache.list(configMaps, { index }) };
  const cached = cache.get(backEnd.resource, metadata);
  if (cached) return { ...seen, isInstalled: true, live: cached };
  try {
    // The cache does not tell a kind that is not installed from one of which there is none, and it may be behind.
    const live = (await client.list(backEnd.resource, { namespace: metadata.namespace })).items.find(
      (item) => item.metadata.name === metadata.name,
    );
    return { ...seen, isInstalled: true, live };
  } catch (error) {
    if (isNotFound(error) || isForbidden(error)) return { ...seen, isInstalled: false };
    throw error;
  }
}
