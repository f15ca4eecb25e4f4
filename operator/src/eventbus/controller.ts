// Keeps the status of every EventBus true: whether its brokers and its registry answer, and what they are.
import { type EventBus, fieldManagers } from '../api/index.ts';
import { eventBuses, type KindParts } from '../bus/index.ts';
import { reconcileBy } from '../plan/index.ts';
import { annotationsChanged, anyOf, type ControllerOptions, generationChanged } from '../runtime/index.ts';
import { decideEventBus } from './decide.ts';
import { type BusObserved, type FailureCounts, observeEventBus } from './observe.ts';
import { reportEventBus } from './report.ts';

export function eventBusController({ buses }: Pick<KindParts, 'buses'>): ControllerOptions<EventBus> {
  const counts: FailureCounts = new Map();
  const reconcile = reconcileBy<EventBus, BusObserved>({
    resource: eventBuses,
    fieldManager: fieldManagers.EventBus,
    observe: (bus, context) => observeEventBus(bus, context, buses, counts),
    decide: (observed) => decideEventBus(observed),
    ports: () => ({}),
    report: (observed, _plan, _outcome, common) => reportEventBus(observed, common),
  });
  return {
    name: 'eventbus',
    for: eventBuses,
    predicate: anyOf(generationChanged, annotationsChanged),
    reconcile: async (key, context) => {
      if (!context.cache.get(eventBuses, key)) {
        const uids = new Set(context.cache.list(eventBuses).map(({ metadata }) => metadata.uid ?? ''));
        for (const uid of counts.keys()) if (!uids.has(uid)) counts.delete(uid);
        await buses.keepOnly(uids);
      }
      return reconcile(key, context);
    },
  };
}
