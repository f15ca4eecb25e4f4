// Reads everything that the decision about a job is taken from; decides nothing.
import type { Engine as EngineName, StreamJob } from '../api/index.ts';
import { type BusConnections, type BusObservation, configMaps, observeBus } from '../bus/index.ts';
import type { Config } from '../config.ts';
import { backEndOf, type ConfigMap, type Engine, type Pod } from '../engines/index.ts';
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
  readonly engine: EngineObserved;
  /** For jobs that name none. */
  readonly image: string;
}

/** By engine, the image of jobs that name none. */
export type EngineImages = Readonly<Record<EngineName, string>>;

export function imagesOf({ flinkImage, sparkImage }: Pick<Config, 'flinkImage' | 'sparkImage'>): EngineImages {
  return { Flink: flinkImage, Spark: sparkImage };
}

export async function observe(
  object: StreamJob,
  context: ReconcileContext,
  { buses, images }: { readonly buses: BusConnections; readonly images: EngineImages },
): Promise<Observed> {
  return {
    object,
    bus: await observeBus(object, context, buses),
    engine: await observeEngine(object, backEndOf(object), context),
    image: images[object.spec.engine],
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
