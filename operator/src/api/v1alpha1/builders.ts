// Test support: resources of the three kinds, as a user writes them and as the API server then returns them.
// A builder names what its test is about and leaves the rest to the smallest valid spec.
import type { TSchema } from 'typebox';
import Value from 'typebox/value';
import type { EventBus, EventBusSpec } from './event-bus.ts';
import type { EventService, EventServiceSpec } from './event-service.ts';
import { apiVersion, type KindDescriptor, type ObjectMeta } from './group.ts';
import { eventBusKind, eventServiceKind, kinds, streamJobKind } from './kinds.ts';
import type { StreamJob, StreamJobSpec } from './stream-job.ts';

/** A spec with as much left out as a user may leave out, and more: what is missing shows when it is built. */
export type Written<T> = T extends readonly (infer Item)[]
  ? readonly Written<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]?: Written<T[Key]> }
    : T;

/** What is around the spec. `metadata` is laid over the builder's own. */
export interface Around<Status> {
  readonly metadata?: Partial<ObjectMeta>;
  readonly status?: Status;
}

/** A manifest as it is given to `kubectl apply`. */
export interface Manifest<Spec = unknown> {
  readonly apiVersion: typeof apiVersion;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: Spec;
}

/** The smallest EventBus that a user writes. */
export const minimalEventBus = {
  apiVersion,
  kind: 'EventBus',
  metadata: { name: 'shop', namespace: 'shop' },
  spec: { kafka: { external: { bootstrapServers: ['kafka.shop:9092'] } } },
} as const satisfies Manifest<Written<EventBusSpec>>;

/** The smallest EventService that a user writes. */
export const minimalEventService = {
  apiVersion,
  kind: 'EventService',
  metadata: { name: 'order', namespace: 'shop' },
  spec: {
    bus: { name: 'shop' },
    template: { spec: { containers: [{ name: 'order', image: 'docker.io/sluice/order:dev' }] } },
  },
} as const satisfies Manifest<Written<EventServiceSpec>>;

/** The smallest StreamJob that a user writes. */
export const minimalStreamJob = {
  apiVersion,
  kind: 'StreamJob',
  metadata: { name: 'fraud', namespace: 'shop' },
  spec: {
    bus: { name: 'shop' },
    engine: 'Flink',
    program: { sql: 'INSERT INTO alerts SELECT * FROM orders' },
    reads: [{ topic: 'shop.orders', as: 'orders' }],
    writes: [{ topic: 'shop.fraud-alerts', as: 'alerts' }],
    state: { storage: { persistentVolumeClaim: 'flink-state' } },
  },
} as const satisfies Manifest<Written<StreamJobSpec>>;

/** A manifest of an EventBus; `spec` and `metadata` are laid over the minimal ones field by field, at the top alone. */
export function eventBusManifest(spec: Written<EventBusSpec> = {}, metadata: Partial<ObjectMeta> = {}): Manifest {
  return manifest(minimalEventBus, spec, metadata);
}

/** A manifest of an EventService, as {@link eventBusManifest}. */
export function eventServiceManifest(
  spec: Written<EventServiceSpec> = {},
  metadata: Partial<ObjectMeta> = {},
): Manifest {
  return manifest(minimalEventService, spec, metadata);
}

/** A manifest of a StreamJob, as {@link eventBusManifest}. */
export function streamJobManifest(spec: Written<StreamJobSpec> = {}, metadata: Partial<ObjectMeta> = {}): Manifest {
  return manifest(minimalStreamJob, spec, metadata);
}

/** An EventBus as stored, defaults filled in; `spec` is laid over the minimal one field by field, at the top alone. */
export function anEventBus(spec: Written<EventBusSpec> = {}, around: Around<EventBus['status']> = {}): EventBus {
  return stored<EventBus>(eventBusKind, minimalEventBus, spec, around);
}

/** An EventService as stored, as {@link anEventBus}. */
export function anEventService(
  spec: Written<EventServiceSpec> = {},
  around: Around<EventService['status']> = {},
): EventService {
  return stored<EventService>(eventServiceKind, minimalEventService, spec, around);
}

/** A StreamJob as stored, as {@link anEventBus}. */
export function aStreamJob(spec: Written<StreamJobSpec> = {}, around: Around<StreamJob['status']> = {}): StreamJob {
  return stored<StreamJob>(streamJobKind, minimalStreamJob, spec, around);
}

/** What the API server makes of a manifest's fields that are missing. The manifest itself is left as it is. */
export function withDefaults<T>(kind: string, manifest: T): T {
  // Value.Default gives back what it was given, with the schema's defaults in it: the type stays.
  return Value.Default(schemaOf(kind), structuredClone(manifest)) as T;
}

function manifest(minimal: Manifest, spec: object, metadata: Partial<ObjectMeta>): Manifest {
  return { ...minimal, metadata: { ...minimal.metadata, ...metadata }, spec: { ...Object(minimal.spec), ...spec } };
}

function stored<T>(descriptor: KindDescriptor, minimal: Manifest, spec: object, around: Around<unknown>): T {
  const object = withDefaults(descriptor.kind, {
    apiVersion,
    kind: descriptor.kind,
    metadata: {
      uid: `uid-of-${around.metadata?.name ?? minimal.metadata.name}`,
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...minimal.metadata,
      ...around.metadata,
    },
    spec: { ...Object(minimal.spec), ...spec },
    ...(around.status === undefined ? {} : { status: around.status }),
  });
  const [error] = Value.Errors(schemaOf(descriptor.kind), object);
  if (error) throw new TypeError(`${descriptor.kind} ${object.metadata.name}: ${error.instancePath} ${error.message}`);
  // The schema has just said that it is one.
  return object as T;
}

function schemaOf(kind: string): TSchema {
  const found = kinds.find(({ descriptor }) => descriptor.kind === kind);
  if (!found) throw new RangeError(`${kind} is none of Sluice's kinds`);
  return found.schema;
}
