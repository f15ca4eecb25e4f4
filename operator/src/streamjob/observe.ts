// Reads everything that the decision about a job is taken from; decides nothing.
import type { Engine as EngineName, StreamJob } from '../api/index.ts';
import {
  type BusObservation,
  configMaps,
  isSecretMissing,
  type KindParts,
  type Login,
  observeBus,
  observeLogin,
  observeVisible,
} from '../bus/index.ts';
import type { Config } from '../config.ts';
import {
  backEndOf,
  type ConfigMap,
  type Engine,
  type EngineCapabilities,
  type JobHealth,
  type Pod,
} from '../engines/index.ts';
import { isForbidden, isNotFound, type KubeObject, keyOf, type ReconcileContext } from '../runtime/index.ts';
import type { CapabilityReader } from './capabilities.ts';
import type { HealthReader } from './health.ts';
import { loginSecret } from './logins.ts';

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
  /** What the engine's operator can do; absent where that is not known. */
  readonly capabilities?: EngineCapabilities;
  /** What the job says of itself; absent where it was not asked or does not tell. */
  readonly health?: JobHealth;
}

export interface Observed {
  readonly object: StreamJob;
  readonly bus: BusObservation;
  readonly engine: EngineObserved;
  /** For jobs that name none. */
  readonly image: string;
  /** Absent: the bus is not one that Sluice makes principals on. */
  readonly login?: Login;
  /** Topics that the login sees when it is used; undefined: it was not tried. */
  readonly visible?: ReadonlySet<string>;
  /** A Secret that was written is gone again. */
  readonly isSecretMissing: boolean;
}

/** `health`: absent where job managers cannot be reached. */
export type ObserveParts = Pick<KindParts, 'buses' | 'passwords'> & {
  readonly images: EngineImages;
  readonly health?: HealthReader | undefined;
  readonly capabilities?: CapabilityReader;
};

/** By engine, the image of jobs that name none. */
export type EngineImages = Readonly<Record<EngineName, string>>;

export function imagesOf({ flinkImage, sparkImage }: Pick<Config, 'flinkImage' | 'sparkImage'>): EngineImages {
  return { Flink: flinkImage, Spark: sparkImage };
}

export async function observe(
  object: StreamJob,
  context: ReconcileContext,
  { buses, passwords, images, health, capabilities }: ObserveParts,
): Promise<Observed> {
  const bus = await observeBus(object, context, buses);
  const seen = await observeEngine(object, backEndOf(object), context);
  const told = await health?.read(seen);
  const can = seen.isInstalled ? await capabilities?.read(seen.backEnd, context.client) : undefined;
  const engine = { ...seen, ...(told ? { health: told } : {}), ...(can ? { capabilities: can } : {}) };
  const isLiving = object.metadata.deletionTimestamp === undefined;
  const login = isLiving ? await observeLogin(object, bus, context, passwords) : undefined;
  return {
    object,
    bus,
    engine,
    image: images[object.spec.engine],
    ...(login ? { login } : {}),
    ...(await observeVisible(object, bus, login)),
    isSecretMissing: await isLoginMissing(object, engine, login, context),
  };
}

/** Asked only while the job does not run: pods that run have read it. */
async function isLoginMissing(
  object: StreamJob,
  engine: EngineObserved,
  login: Login | undefined,
  { client }: ReconcileContext,
): Promise<boolean> {
  const secret = engine.live && loginSecret(object, login, engine.backEnd);
  if (!secret || !engine.live || engine.backEnd.observe(engine.live, engine.pods).state === 'Running') return false;
  return isSecretMissing(secret, client);
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
