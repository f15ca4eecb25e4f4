// What the API server holds, as last seen: one store per selection of a kind, filled by reflectors and by what our own
// writes were answered, read by every controller. Objects are shared: nobody changes them.
import { type ReflectorTarget, runReflector, type WatchClient } from './reflector.ts';
import {
  apiVersionOf,
  type KubeObject,
  keyOf,
  type ObjectKey,
  type Resource,
  resourceName,
  revisionOf,
  selectionName,
  selects,
} from './resource.ts';
import { type Indexer, type ObjectChange, Store } from './store.ts';
import type { WatchEvent } from './watch.ts';

export interface CacheEvents {
  onList(resource: string): void;
  onFailure(resource: string, error: unknown): void;
}

interface Informer<T extends KubeObject = KubeObject> {
  readonly resource: Resource<T>;
  readonly store: Store<T>;
  /** Namespaces that were listed, or found not installed. `''` stands for all. */
  readonly synced: Set<string>;
  /** Per namespace, the newest revision that the server has sent. */
  readonly seen: Map<string, number>;
}

/** Shared by all controllers of a manager: one watch per kind, selector and namespace. */
export class Cache {
  readonly #client: WatchClient;
  readonly #namespaces: readonly string[];
  readonly #events: CacheEvents;
  readonly #informers = new Map<string, Informer>();
  #changed = Promise.withResolvers<void>();

  /** `namespaces` empty: all. Cluster-scoped kinds are always watched whole. */
  constructor(client: WatchClient, namespaces: readonly string[], events: CacheEvents) {
    this.#client = client;
    this.#namespaces = namespaces;
    this.#events = events;
  }

  /** Declares that the kind is watched. Before `start`; again is no error. */
  watch<T extends KubeObject>(resource: Resource<T>): void {
    const name = selectionName(resource);
    if (this.#informers.has(name)) return;
    this.#informers.set(name, { resource, store: new Store(), synced: new Set(), seen: new Map() });
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

  /**
   * Takes in what a write was answered, so that its writer reads it back before the watch brings it. Older than what
   * the server has sent meanwhile, it is let go: the object may be changed again or gone.
   */
  assume(resource: Resource, object: KubeObject): void {
    const { metadata } = object;
    const isGoneWithThis = metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length === 0;
    for (const informer of this.#informers.values()) {
      if (resourceName(informer.resource) !== resourceName(resource)) continue;
      const scope = this.#scopes(informer.resource).find((name) => name === '' || name === metadata.namespace);
      if (scope === undefined || isGoneWithThis || !selects(informer.resource, object)) continue;
      const known = informer.store.get(keyOf(metadata));
      const newest = Math.max(informer.seen.get(scope) ?? 0, known ? revisionOf(known.metadata) : 0);
      if (revisionOf(metadata) > newest) informer.store.put(asKept(informer.resource, object), false);
    }
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
    const informer = this.#informers.get(selectionName(resource));
    if (!informer) throw new RangeError(`${selectionName(resource)} is not watched: declare it on the controller`);
    // The map is keyed by the resource that the shape belongs to.
    return informer as unknown as Informer<T>;
  }

  #target<T extends KubeObject>(informer: Informer<T>, namespace: string): ReflectorTarget<T> {
    const { resource, store, synced, seen } = informer;
    const name = resourceName(resource);
    const inScope = (object: T) => namespace === '' || object.metadata.namespace === namespace;
    const keepOnly = (items: readonly T[], isFirst: boolean, isNewerThanList: (object: T) => boolean) => {
      const listed = new Set(items.map(({ metadata }) => keyOf(metadata)));
      const gone = [...store].filter((object) => inScope(object) && !listed.has(keyOf(object.metadata)));
      for (const object of gone) if (!isNewerThanList(object)) store.remove(keyOf(object.metadata));
      for (const item of items) {
        const known = store.get(keyOf(item.metadata));
        const isKnown = known !== undefined && known.metadata.resourceVersion === item.metadata.resourceVersion;
        if (!isKnown && !(known && isNewerThanList(known))) store.put(asKept(resource, item), isFirst);
      }
      synced.add(namespace);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers<void>();
    };
    return {
      replace: (items, resourceVersion, isFirst) => {
        const revision = revisionOf({ resourceVersion });
        // A server that went back in time, restored from a backup, is believed whole.
        const wentBack = revision < (seen.get(namespace) ?? 0);
        seen.set(namespace, revision);
        keepOnly(items, isFirst, ({ metadata }) => !wentBack && revisionOf(metadata) > revision);
      },
      missing: () => keepOnly([], false, () => false),
      change: ({ type, object }: WatchEvent<T>) => {
        const revision = revisionOf(object.metadata);
        seen.set(namespace, revision);
        const known = store.get(keyOf(object.metadata));
        if (known && revisionOf(known.metadata) >= revision) return;
        if (type === 'DELETED') store.remove(keyOf(object.metadata));
        else store.put(asKept(resource, object), false);
      },
      report: (event) =>
        event.type === 'list' ? this.#events.onList(name) : this.#events.onFailure(name, event.error),
    };
  }
}

/** managedFields are often half of an object's size and nobody here reads them. */
function asKept<T extends KubeObject>(resource: Resource<T>, object: T): T {
  const { managedFields: _, ...metadata } = object.metadata as T['metadata'] & { managedFields?: unknown };
  const type = { apiVersion: apiVersionOf(resource), kind: resource.kind };
  // A metadata-only resource is declared with a shape that has no more than this.
  return resource.metadataOnly ? ({ ...type, metadata } as T) : { ...object, ...type, metadata };
}
