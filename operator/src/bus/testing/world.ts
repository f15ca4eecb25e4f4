// Test support: the bus layer over a cache that a test fills by hand, so that no API server is needed.
import { KubeConfig } from '@kubernetes/client-node';
import { pino } from 'pino';
import type { EventBus, EventService, StreamJob } from '../../api/index.ts';
import { anEventBus, anEventService, aStreamJob, type Written } from '../../api/v1alpha1/builders.ts';
import { type Cache, Client, Credentials, type KubeObject, Manager, type Resource } from '../../runtime/index.ts';
import { type ConfigMap, configMaps, eventBuses, eventServices, streamJobs } from '../resources.ts';
import { type BusDependent, dependsOnBus } from '../watches.ts';

export interface World {
  readonly cache: Cache;
  /** Answers reads by name from `objects`, and with 404 otherwise. */
  readonly client: Client;
  /** What the API server holds that no cache has: Secrets and Namespaces, by name. */
  readonly objects: Map<string, KubeObject>;
  put<T extends KubeObject>(resource: Resource<T>, object: T): T;
}

export function aWorld(): World {
  const client = new Client(new Credentials(new KubeConfig()));
  const manager = new Manager({
    client,
    logger: pino({ level: 'silent' }),
    reportingController: 'test',
    instance: 'test',
  });
  const reconcile = async () => undefined;
  manager.addController({ name: 'services', for: eventServices, ...dependsOnBus(eventServices), reconcile });
  manager.addController({ name: 'jobs', for: streamJobs, ...dependsOnBus(streamJobs), reconcile });
  const objects = new Map<string, KubeObject>();
  let revision = 0;
  return {
    cache: manager.cache,
    // Reads by name are all that the bus layer does past the cache.
    client: { get: async (_resource: Resource, { name }: { name: string }) => objects.get(name) } as unknown as Client,
    objects,
    put(resource, object) {
      const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(++revision) } };
      manager.cache.assume(resource, stored);
      return stored;
    },
  };
}

/** A bus whose own controller has reached its brokers. */
export function aReadyBus(
  spec: Written<EventBus['spec']> = {},
  metadata: Partial<EventBus['metadata']> = {},
): EventBus {
  const now = '2026-01-01T00:00:00Z';
  const condition = { status: 'True', reason: 'Reachable', message: '', lastTransitionTime: now } as const;
  return anEventBus(spec, { metadata, status: { conditions: [{ ...condition, type: 'KafkaReachable' }] } });
}

export function putBus(world: World, spec: Written<EventBus['spec']> = {}): EventBus {
  return world.put(eventBuses, aReadyBus(spec));
}

export function putConfigMap(world: World, name: string, data: Record<string, string>): ConfigMap {
  return world.put(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop' }, data });
}

export function putService(
  world: World,
  spec: Written<EventService['spec']>,
  around: Parameters<typeof anEventService>[1] = {},
): EventService {
  return world.put(eventServices, anEventService(spec, around));
}

export function putJob(
  world: World,
  spec: Written<StreamJob['spec']>,
  around: Parameters<typeof aStreamJob>[1] = {},
): StreamJob {
  return world.put(streamJobs, aStreamJob(spec, around));
}

/** The resource with its status as a reconcile that saw everything in order would have left it. */
export function settled<T extends BusDependent>(object: T, status: NonNullable<T['status']>): T {
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  const inSync = { type: 'TopicsReady', status: 'True', reason: 'InSync', message: '', lastTransitionTime } as const;
  return {
    ...object,
    status: { conditions: [inSync], observedGeneration: object.metadata.generation ?? 0, ...status },
  };
}
