// Asks the brokers and the registry of a bus who they are. An address that does not answer is part of what was seen.
import type { EventBus, Reason } from '../api/index.ts';
import { type BusConnections, type ReadSecret, readAuthorities, secretsOf } from '../bus/index.ts';
import { SluiceError } from '../errors.ts';
import type { ClusterInfo } from '../kafka/index.ts';
import type { ReconcileContext } from '../runtime/index.ts';
import type { Endpoint, RemovalObserved } from '../strimzi/index.ts';
import { observeRemoval } from './observe-removal.ts';
import { endpointObserved, observeStrimzi, type StrimziObserved } from './observe-strimzi.ts';

/** What could not be reached, and why. */
export interface Unreachable {
  readonly state: 'unreachable';
  readonly reason: Reason;
  readonly message: string;
  readonly retry: SluiceError['retry'];
}

export interface BusObserved {
  readonly bus: EventBus;
  readonly kafka: { readonly state: 'reachable'; readonly cluster: ClusterInfo } | Unreachable;
  readonly registry:
    | { readonly state: 'reachable' /** The registry's global level. */; readonly level: string }
    | { readonly state: 'notConfigured' }
    | Unreachable;
  /** Of a bus whose cluster Strimzi runs. */
  readonly strimzi?: StrimziObserved;
  /** Of a bus that is deleted, and whose cluster goes with it. */
  readonly removal?: RemovalObserved;
  /** Where its listener is; absent where that is not known now. */
  readonly endpoint?: Endpoint;
  /** Of an external cluster: PEM of whom its clients must trust; absent where that is not known now. */
  readonly authorities?: readonly string[];
  /** How many times in a row something could not be reached, this time included. */
  readonly failures: number;
}

/** Kept from one look to the next, for the back-off: by the bus's uid. */
export type FailureCounts = Map<string, number>;

export async function observeEventBus(
  bus: EventBus,
  context: Pick<ReconcileContext, 'cache' | 'client'>,
  buses: BusConnections,
  counts: FailureCounts,
): Promise<BusObserved> {
  const strimzi = await observeStrimzi(bus, context);
  const removal = strimzi && (await observeRemoval(bus, strimzi, context, buses));
  const seen = {
    ...(strimzi ? { strimzi } : {}),
    ...(removal ? { removal } : {}),
    ...(await look(bus, strimzi, secretsOf(bus, context.client), buses)),
  };
  const { uid = '' } = bus.metadata;
  const hasFailed = [seen.kafka, seen.registry].some(({ state }) => state === 'unreachable');
  const failures = hasFailed ? (counts.get(uid) ?? 0) + 1 : 0;
  counts.set(uid, failures);
  return { bus, ...seen, failures };
}

async function look(
  bus: EventBus,
  strimzi: StrimziObserved | undefined,
  readSecret: ReadSecret,
  buses: BusConnections,
): Promise<Pick<BusObserved, 'kafka' | 'registry' | 'endpoint' | 'authorities'>> {
  let endpoint: Endpoint | undefined;
  try {
    endpoint = strimzi && endpointObserved(bus, strimzi);
    // The secrets are read again at each look, so that a login that was changed heals the bus.
    const found = { ...bus, status: { ...bus.status, ...endpoint } };
    const { kafka, registry } = await buses.to(found, readSecret, { isFresh: true });
    const authorities = await readAuthorities(bus, readSecret);
    const [cluster, level] = await Promise.all([
      reached(async () => ({ state: 'reachable', cluster: await kafka.describeCluster() }) as const),
      registry
        ? reached(async () => ({ state: 'reachable', level: await registry.globalCompatibility() }) as const)
        : ({ state: 'notConfigured' } as const),
    ]);
    return { kafka: cluster, registry: level, authorities, ...(endpoint ? { endpoint } : {}) };
  } catch (error) {
    // Without addresses and logins neither can be reached.
    const unreachable = toUnreachable(error);
    const registry = bus.spec.schemaRegistry ? unreachable : ({ state: 'notConfigured' } as const);
    return { kafka: unreachable, registry, ...(endpoint ? { endpoint } : {}) };
  }
}

async function reached<Seen>(ask: () => Promise<Seen>): Promise<Seen | Unreachable> {
  try {
    return await ask();
  } catch (error) {
    return toUnreachable(error);
  }
}

function toUnreachable(error: unknown): Unreachable {
  if (!(error instanceof SluiceError)) throw error;
  const { reason, message, retry } = error;
  return { state: 'unreachable', reason, message, retry };
}
