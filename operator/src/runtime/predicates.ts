// Which changes are worth a reconcile. Pure; combined with allOf, anyOf and not.
import type { KubeObject } from './resource.ts';
import type { ObjectChange } from './store.ts';

export type Predicate<T extends KubeObject = KubeObject> = (change: ObjectChange<T>) => boolean;

/** An update passes when `field` differs; creations, deletions and re-creations under the same name always do. */
function changed(field: (metadata: KubeObject['metadata']) => unknown): Predicate {
  return ({ old, object }) =>
    !old ||
    !object ||
    old.metadata.uid !== object.metadata.uid ||
    JSON.stringify(field(old.metadata)) !== JSON.stringify(field(object.metadata));
}

/** The spec changed, or deletion began: writes of status and metadata alone do not pass. */
export const generationChanged = changed(({ generation, deletionTimestamp }) => [generation, deletionTimestamp]);
export const labelsChanged = changed(({ labels }) => sorted(labels));
export const annotationsChanged = changed(({ annotations }) => sorted(annotations));
/** A finalizer came or went. */
export const finalizersChanged = changed(({ finalizers }) => JSON.stringify(finalizers ?? []));
/** Anything changed: lets everything pass but a repeated delivery. */
export const resourceVersionChanged = changed(({ resourceVersion }) => resourceVersion);

export function allOf<T extends KubeObject>(...predicates: readonly Predicate<T>[]): Predicate<T> {
  return (change) => predicates.every((predicate) => predicate(change));
}

export function anyOf<T extends KubeObject>(...predicates: readonly Predicate<T>[]): Predicate<T> {
  return (change) => predicates.some((predicate) => predicate(change));
}

export function not<T extends KubeObject>(predicate: Predicate<T>): Predicate<T> {
  return (change) => !predicate(change);
}

function sorted(map: Readonly<Record<string, string>> = {}): readonly (readonly [string, string])[] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
}
