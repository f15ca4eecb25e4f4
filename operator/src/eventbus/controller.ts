// Keeps the status of every EventBus true: whether its brokers and its registry answer, and what they are. On Strimzi it
// has the cluster made that the bus describes, and the operator's own login.
import { type EventBus, fieldManagers, labels } from '../api/index.ts';
import { eventBuses, type KindParts } from '../bus/index.ts';
import { reconcileBy } from '../plan/index.ts';
import {
  annotationsChanged,
  anyOf,
  type Cache,
  type ControllerOptions,
  finalizersChanged,
  generationChanged,
  type KubeObject,
  type ObjectKey,
  resourceVersionChanged,
  watchOf,
} from '../runtime/index.ts';
import { clusterLabel, kafkas, kafkaUsers, nodePools, operatorUserName } from '../strimzi/index.ts';
import { decideEventBus } from './decide.ts';
import { type BusObserved, type FailureCounts, observeEventBus } from './observe.ts';
import { reportEventBus } from './report.ts';

export function eventBusController({ buses }: Pick<KindParts, 'buses'>): ControllerOptions<EventBus> {
  const counts: FailureCounts = new Map();
  const reconcile = reconcileBy<EventBus, BusObserved>({
    resource: eventBuses,
    fieldManager: fieldManagers.EventBus,
    observe: (bus, context) => observeEventBus(bus, context, buses, counts),
    decide: decideEventBus,
    ports: () => ({}),
    report: (observed, _plan, _outcome, common) => reportEventBus(observed, common),
  });
  return {
    name: 'eventbus',
    for: eventBuses,
    predicate: anyOf(generationChanged, annotationsChanged, finalizersChanged),
    watches: [
      watchOf({
        resource: kafkas,
        predicate: resourceVersionChanged,
        map: (kafka, cache) => busesOn(kafka, kafka.metadata.name, cache),
      }),
      watchOf({
        resource: nodePools,
        predicate: generationChanged,
        map: (pool, cache) => busesOn(pool, pool.metadata.labels?.[clusterLabel], cache),
      }),
      watchOf({
        resource: kafkaUsers,
        predicate: resourceVersionChanged,
        map: ({ metadata }) => {
          const bus = { namespace: metadata.namespace, name: metadata.labels?.[labels.bus] ?? '' };
          // Those of services and jobs are theirs to look at.
          return metadata.name === operatorUserName({ metadata: { name: bus.name } }) ? [bus] : [];
        },
      }),
    ],
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

/** The buses that use the cluster of that name, which is where `object` is. */
function busesOn({ metadata }: KubeObject, cluster: string | undefined, cache: Cache): readonly ObjectKey[] {
  return cache
    .list(eventBuses, metadata.namespace === undefined ? {} : { namespace: metadata.namespace })
    .filter(({ spec }) => cluster !== undefined && spec.kafka.strimzi?.cluster === cluster)
    .map((bus) => bus.metadata);
}
