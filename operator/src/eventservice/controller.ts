// The controller of EventServices: what wakes it, and the four steps of its reconcile.
import { type EventService, fieldManagers, finalizer, labels } from '../api/index.ts';
import { configMaps, dependsOnBus, eventServices } from '../bus/index.ts';
import { reconcileBy, type Steps } from '../plan/index.ts';
import {
  annotationsChanged,
  anyOf,
  type ControllerOptions,
  controllerOf,
  generationChanged,
  hasFinalizer,
  indexOf,
  keyOf,
  type Predicate,
  resourceVersionChanged,
  watchOf,
} from '../runtime/index.ts';
import { Checks } from './blue-green/checks.ts';
import { contentHash } from './config-map-contents.ts';
import { templateConfigMaps } from './config-map-references.ts';
import { decide } from './decide.ts';
import { foreignBudgets, type Observed, observe, podsByService, type ServiceParts } from './observe.ts';
import { explainRefusal } from './refused.ts';
import { report } from './report.ts';
import { hasPods } from './resources/disruption-budget.ts';
import {
  deployments,
  disruptionBudgets,
  networkPolicies,
  type Pod,
  type PodDisruptionBudget,
  pods,
  serviceAccounts,
  serviceMonitors,
  services,
} from './resources/kinds.ts';
import { activeColourOf } from './resources/labels.ts';
import { Taken } from './taken.ts';

const byTemplateConfigMap = 'templateConfigMap';
/** What they ask of Kafka goes in one request, so that the more work at once, the fewer requests. */
const concurrency = 10;

export function eventServiceController(given: ServiceParts): ControllerOptions<EventService> {
  const release = given.release ?? {
    looks: new Map(),
    checks: new Checks({ prometheusUrl: given.config?.prometheusUrl }),
  };
  const parts = { ...given, release, taken: new Taken() };
  const { turns } = parts.buses;
  const steps: Steps<EventService, Observed> = {
    resource: eventServices,
    fieldManager: fieldManagers.EventService,
    observe: async (object, context) => turns.take(await observe(object, context, parts), context.cache),
    decide,
    ports: ({ bus }) => (bus.state === 'available' ? bus.ports : {}),
    report: (observed, _plan, _outcome, common) => report(observed, common),
    explain: explainRefusal,
    topicsFirst: true,
  };
  const bus = dependsOnBus(eventServices);
  return {
    name: 'eventservice',
    for: eventServices,
    predicate: anyOf(generationChanged, annotationsChanged, finalizerTaken),
    owns: [deployments, services, serviceAccounts, disruptionBudgets, networkPolicies, serviceMonitors],
    watches: [
      ...bus.watches,
      watchOf<Pod>({ resource: pods, predicate: resourceVersionChanged, map: serviceOf }),
      watchOf<PodDisruptionBudget>({
        resource: disruptionBudgets,
        predicate: generationChanged,
        // Those of others: ours gives way to them.
        map: (budget, cache) => {
          const { namespace = '' } = budget.metadata;
          const services = cache.list(eventServices, { namespace });
          return services
            .filter((service) => hasPods(budget, service, activeColourOf(service)))
            .map(({ metadata }) => metadata);
        },
      }),
      watchOf({
        resource: configMaps,
        predicate: ({ old, object }) => !old || !object || contentHash(old) !== contentHash(object),
        map: ({ metadata }, cache) => {
          const index = { name: byTemplateConfigMap, value: keyOf(metadata) };
          return cache.list(eventServices, { index }).map((service) => service.metadata);
        },
      }),
    ],
    indexes: [
      ...bus.indexes,
      indexOf(pods, podsByService, (pod) => serviceOf(pod).map(keyOf)),
      indexOf(disruptionBudgets, foreignBudgets, (budget) =>
        controllerOf(budget)?.kind === eventServices.kind ? [] : [budget.metadata.namespace ?? ''],
      ),
      indexOf(eventServices, byTemplateConfigMap, (service) =>
        templateConfigMaps(service).map(({ name }) => keyOf({ namespace: service.metadata.namespace, name })),
      ),
    ],
    reads: bus.reads,
    concurrency,
    reconcile: turns.during('EventService', reconcileBy(steps)),
  };
}

function serviceOf({ metadata }: Pod) {
  const name = metadata.labels?.[labels.service];
  return name === undefined ? [] : [{ namespace: metadata.namespace, name }];
}

/** Our own finalizer went: it is set again where it is needed. That it came is our own doing and wakes nobody. */
const finalizerTaken: Predicate = ({ old, object }) =>
  old !== undefined && object !== undefined && hasFinalizer(old, finalizer) && !hasFinalizer(object, finalizer);
