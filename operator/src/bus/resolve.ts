// Which bus a resource lives on, and whether it may and can use it now.
import { busKeyOf, conditionTypes, type EventBus, reasons } from '../api/index.ts';
import { describeError } from '../errors.ts';
import type { Verdict } from '../plan/index.ts';
import { ApiError, keyOf, type ReconcileContext } from '../runtime/index.ts';
import { eventBuses, namespaces } from './resources.ts';
import { matchesSelector } from './selector.ts';
import type { BusDependent } from './watches.ts';

export type Resolved = { readonly bus: EventBus } | { readonly verdict: Verdict };

/** Never throws for what a condition can say; reads the resource's Namespace only where the bus selects by label. */
export async function resolveBus(
  object: BusDependent,
  { cache, client }: Pick<ReconcileContext, 'cache' | 'client'>,
): Promise<Resolved> {
  const key = busKeyOf(object);
  const name = keyOf(key);
  const bus = cache.get(eventBuses, key);
  if (!bus) {
    const message = `EventBus ${name} is not there: create it. What runs keeps running.`;
    return refuse(reasons.busNotFound, message, 'waiting');
  }
  const { namespace = '' } = object.metadata;
  const refusal = await refusalOf(
    bus,
    namespace,
    async () => (await client.get(namespaces, { name: namespace }))?.metadata.labels,
  );
  if (refusal !== undefined) return refuse(reasons.namespaceNotAllowed, refusal, 'stalled');
  const reachable = bus.status?.conditions?.find(({ type }) => type === conditionTypes.kafkaReachable);
  if (!reachable) return refuse(reasons.busNotReady, `EventBus ${name} has not been looked at yet.`, 'waiting');
  if (reachable.status !== 'True') {
    return refuse(reasons.busNotReady, `EventBus ${name} is not ready: ${reachable.message}`, 'waiting');
  }
  return { bus };
}

/** Why resources of that namespace may not use the bus; undefined when they may. */
async function refusalOf(
  { metadata, spec }: EventBus,
  namespace: string,
  readLabels: () => Promise<Readonly<Record<string, string>> | undefined>,
): Promise<string | undefined> {
  const { from, selector } = spec.allowedNamespaces;
  if (namespace === metadata.namespace || from === 'All') return undefined;
  const refused = `EventBus ${keyOf(metadata)} does not allow namespace ${namespace}: allow it in spec.allowedNamespaces there.`;
  if (from === 'Same') return refused;
  try {
    return matchesSelector(selector ?? {}, (await readLabels()) ?? {}) ? undefined : refused;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    return `EventBus ${keyOf(metadata)} selects namespaces by label and Sluice may not read Namespace ${namespace} (${describeError(error)}): grant it get on namespaces, or use allowedNamespaces.from All or Same.`;
  }
}

function refuse(reason: Verdict['reason'], message: string, effect: 'waiting' | 'stalled'): Resolved {
  return { verdict: { type: conditionTypes.topicsReady, status: 'Unknown', reason, message, effect } };
}
