// Asks the brokers and the registry of a bus who they are. An address that does not answer is part of what was seen.
import type { EventBus, Reason } from '../api/index.ts';
import { type BusConnections, type ReadSecret, secretsOf } from '../bus/index.ts';
import { SluiceError } from '../errors.ts';
import type { ClusterInfo } from '../kafka/index.ts';
import type { ReconcileContext } from '../runtime/index.ts';

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
  /** How many times in a row something could not be reached, this time included. */
  readonly failures: number;
}

/** Kept from one look to the next, for the back-off: by the bus's uid. */
export type FailureCounts = Map<string, number>;

export async function observeEventBus(
  bus: EventBus,
  { client }: Pick<ReconcileContext, 'client'>,
  buses: BusConnections,
  counts: FailureCounts,
): Promise<BusObserved> {
  const seen = await look(bus, secretsOf(bus, client), buses);
  const { uid = '' } = bus.metadata;
  const hasFailed = [seen.kafka, seen.registry].some(({ state }) => state === 'unreachable');
  const failures = hasFailed ? (counts.get(uid) ?? 0) + 1 : 0;
  counts.set(uid, failures);
  return { bus, ...seen, failures };
}

async function look(
  bus: EventBus,
  readSecret: ReadSecret,
  buses: BusConnections,
): Promise<Pick<BusObserved, 'kafka' | 'registry'>> {
  try {
    // The secrets are read again at each look, so that a login that was changed heals the bus.
    const { kafka, registry } = await buses.to(bus, readSecret, { isFresh: true });
    const [cluster, level] = await Promise.all([
      reached(async () => ({ state: 'reachable', cluster: await kafka.describeCluster() }) as const),
      registry
        ? reached(async () => ({ state: 'reachable', level: await registry.globalCompatibility() }) as const)
        : ({ state: 'notConfigured' } as const),
    ]);
    return { kafka: cluster, registry: level };
  } catch (error) {
    // Without its logins neither can be reached.
    const unreachable = toUnreachable(error);
    return { kafka: unreachable, registry: bus.spec.schemaRegistry ? unreachable : { state: 'notConfigured' } };
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
