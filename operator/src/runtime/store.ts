// The objects of one selection, by key and by index, and who is told when they change.
import { type KubeObject, keyOf } from './resource.ts';

export interface ObjectChange<T extends KubeObject = KubeObject> {
  /** Absent when the object is new. */
  readonly old?: T | undefined;
  /** Absent when the object is gone. */
  readonly object?: T | undefined;
  /** From the first list. */
  readonly isInitial: boolean;
}

export type Indexer<T extends KubeObject> = (object: T) => readonly string[];

export class Store<T extends KubeObject> implements Iterable<T> {
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

function addTo(index: Map<string, Set<string>>, value: string, key: string): void {
  const set = index.get(value);
  if (set) set.add(key);
  else index.set(value, new Set([key]));
}
