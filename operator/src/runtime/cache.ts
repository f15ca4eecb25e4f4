// What the API server holds, as last seen: one store per kind, filled by reflectors, read by every controller.
// Objects are shared: nobody changes them.
import type { Client } from './client.ts';
import { type ReflectorTarget, runReflector } from './reflector.ts';
import { type KubeObject, keyOf, type ObjectKey, type Resource, resourceName } from './resource.ts';
import type { WatchEvent } from './watch.ts';

export interface ObjectChange<T extends KubeObject = KubeObject> {
  /** Absent when the object is new. */
  readonly old?: T | undefined;
  /** Absent when the object is gone. */
  readonly object?: T | undefined;
  /** From the first list. */
  readonly isInitial: boolean;
}

export type Indexer<T extends KubeObject> = (object: T) => readonly string[];

export interface CacheEvents {
  onList(resource: string): void;
  onFailure(resource: string, error: unknown): void;
}

class Store<T extends KubeObject> implements Iterable<T> {
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<string, { readonly values: Indexer<T>; readonly keys: Map<string, Set<string>> }>();
  readonly #listeners = new Set<(change: ObjectChange<T>) => void>();

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#objects.values();
  }

  addIndex(name: string, values: Indexer<T>): void {
    const index = { values, keys: new Map<string, Set<string>>() };
    this.#indexes.set(name, index);
    for (const object of this) for (const value of values(object)) addTo(index.keys, value, keyOf(object.metadata));
  }

  byIndex(name: string, value: string): T[] {
    const index = this.#indexes.get(name);
    if (!index) throw new RangeError(`there is no index ${name}: declare it on the controller`);
    const found: T[] = [];
    for (const key of index.keys.get(value) ?? []) {
      const object = this.#objects.get(key);
      if (object) found.push(object);
    }
    return found;
  }

  listen(listener: (change: ObjectChange<T>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  put(object: T, isInitial: boolean): void {
    const key = keyOf(object.metadata);
    const old = this.#objects.get(key);
    if (old) this.#unindex(key, old);
    this.#objects.set(key, object);
    for (const { values, keys } of this.#indexes.values()) {
      for (const value of values(object)) addTo(keys, value, key);
    }
    this.#tell({ old, object, isInitial });
  }

  remove(key: string): void {
    const old = this.#objects.get(key);
    if (!old) return;
    this.#unindex(key, old);
    this.#objects.delete(key);
    this.#tell({ old, isInitial: false });
  }

  #unindex(key: string, object: T): void {
    for (const { values, keys } of this.#indexes.values()) {
      for (const value of values(object)) {
        const set = keys.get(value);
        set?.delete(key);
        if (set?.size === 0) keys.delete(value);
      }
    }
  }

  #tell(change: ObjectChange<T>): void {
    for (const listener of this.#listeners) listener(change);
  }
}

interface Informer<T extends KubeObject = KubeObject> {
  readonly resource: Resource<T>;
  readonly store: Store<T>;
  /** Namespaces that were listed, or found not installed. `''` stands for all. */
  readonly synced: Set<string>;
}

/** Shared by all controllers of a manager: one watch per kind and namespace. */
export class Cache {
  readonly #client: Client;
  readonly #namespaces: readonly string[];
  readonly #events: CacheEvents;
  readonly #informers = new Map<string, Informer>();
  #changed = Promise.withResolvers<void>();

  /** `namespaces` empty: all. Cluster-scoped kinds are always watched whole. */
  constructor(client: Client, namespaces: readonly string[], events: CacheEvents) {
    this.#client = client;
    this.#namespaces = namespaces;
    this.#events = events;
  }

  /** Declares that the kind is watched. Before `start`; again is no error. */
  watch<T extends KubeObject>(resource: Resource<T>): void {
    const name = resourceName(resource);
    if (!this.#informers.has(name)) this.#informers.set(name, { resource, store: new Store(), synced: new Set() });
  }

  addIndex<T extends KubeObject>(resource: Resource<T>, name: string, values: Indexer<T>): void {
    this.#informer(resource).store.addIndex(name, values);
  }

  listen<T extends KubeObject>(resource: Resource<T>, listener: (change: ObjectChange<T>) => void): () => void {
    return this.#informer(resource).store.listen(listener);
  }

  get<T extends KubeObject>(resource: Resource<T>, key: ObjectKey): T | undefined {
    return this.#informer(resource).store.get(keyOf(key));
  }

  list<T extends KubeObject>(
    resource: Resource<T>,
    options: { readonly namespace?: string; readonly index?: { readonly name: string; readonly value: string } } = {},
  ): readonly T[] {
    const { store } = this.#informer(resource);
    const found = options.index ? store.byIndex(options.index.name, options.index.value) : [...store];
    return options.namespace ? found.filter(({ metadata }) => metadata.namespace === options.namespace) : found;
  }

  /** Whether the kind was listed in every watched namespace, or is not installed. */
  hasSynced(resource: Resource): boolean {
    const { synced } = this.#informer(resource);
    return this.#scopes(resource).every((namespace) => synced.has(namespace));
  }

  get hasAllSynced(): boolean {
    return [...this.#informers.values()].every(({ resource }) => this.hasSynced(resource));
  }

  /** Resolves when every kind has synced, or the signal aborts. */
  async waitForSync(signal: AbortSignal): Promise<void> {
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    while (!signal.aborted && !this.hasAllSynced) await Promise.race([this.#changed.promise, aborted]);
  }

  /** Runs all watches until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(
      [...this.#informers.values()].flatMap((informer) =>
        this.#scopes(informer.resource).map((namespace) =>
          runReflector(
            {
              client: this.#client,
              resource: informer.resource,
              namespace: namespace || undefined,
              target: this.#target(informer, namespace),
            },
            signal,
          ),
        ),
      ),
    );
  }

  #scopes(resource: Resource): readonly string[] {
    return resource.namespaced && this.#namespaces.length > 0 ? this.#namespaces : [''];
  }

  #informer<T extends KubeObject>(resource: Resource<T>): Informer<T> {
    const informer = this.#informers.get(resourceName(resource));
    if (!informer) throw new RangeError(`${resourceName(resource)} is not watched: declare it on the controller`);
    // The map is keyed by the resource that the shape belongs to.
    return informer as unknown as Informer<T>;
  }

  #target<T extends KubeObject>({ resource, store, synced }: Informer<T>, namespace: string): ReflectorTarget<T> {
    const name = resourceName(resource);
    const inScope = (object: T) => namespace === '' || object.metadata.namespace === namespace;
    const markSynced = () => {
      synced.add(namespace);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers<void>();
    };
    const replace = (items: readonly T[], isFirst: boolean) => {
      const listed = new Set(items.map(({ metadata }) => keyOf(metadata)));
      const gone = [...store].filter((object) => inScope(object) && !listed.has(keyOf(object.metadata)));
      for (const object of gone) store.remove(keyOf(object.metadata));
      for (const item of items) {
        const known = store.get(keyOf(item.metadata));
        if (known?.metadata.resourceVersion !== item.metadata.resourceVersion)
          store.put(withoutManagedFields(item), isFirst);
      }
      markSynced();
    };
    return {
      replace,
      missing: () => replace([], false),
      change: ({ type, object }: WatchEvent<T>) =>
        type === 'DELETED' ? store.remove(keyOf(object.metadata)) : store.put(withoutManagedFields(object), false),
      report: (event) =>
        event.type === 'list' ? this.#events.onList(name) : this.#events.onFailure(name, event.error),
    };
  }
}

function addTo(index: Map<string, Set<string>>, value: string, key: string): void {
  const set = index.get(value);
  if (set) set.add(key);
  else index.set(value, new Set([key]));
}

/** managedFields are often half of an object's size and nobody here reads them. */
function withoutManagedFields<T extends KubeObject>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata as T['metadata'] & { managedFields?: unknown };
  return { ...object, metadata };
}
