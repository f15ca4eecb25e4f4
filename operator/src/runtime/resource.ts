// What a kind of object is to the runtime: its place in the API and the shape every object shares.

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
}

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** A kind in the API. `T` is the shape of its objects, known to the compiler alone. */
export interface Resource<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Selector such as `app=shop,tier`, by value or by presence: narrows lists and watches. Absent: all objects. */
  readonly labelSelector?: string;
  /** Lists and watches carry metadata alone, for kinds whose content nobody reads. */
  readonly metadataOnly?: boolean;
  /** The right to read it may be withheld: as long as it was never listed, a refusal (403) counts as not installed. */
  readonly isOptional?: boolean;
  /** Never set: carries `T`. */
  readonly shape?: T;
}

export interface ObjectKey {
  /** Empty or absent for cluster-scoped objects. */
  readonly namespace?: string | undefined;
  readonly name: string;
}

export function defineResource<T extends KubeObject>(resource: Omit<Resource<T>, 'shape'>): Resource<T> {
  return resource;
}

export function apiVersionOf(resource: Resource): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

/** `plural.group`, the name of the kind in messages and metrics. */
export function resourceName(resource: Resource): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}

/** The kind with what narrows it: equal for resources that one watch can serve. */
export function selectionName(resource: Resource): string {
  const selector = resource.labelSelector === undefined ? '' : `?${resource.labelSelector}`;
  return `${resourceName(resource)}${selector}${resource.metadataOnly ? '#metadata' : ''}`;
}

/** Whether the object's labels are within the resource's selector. */
export function selects(resource: Resource, { metadata }: KubeObject): boolean {
  return (resource.labelSelector ?? '')
    .split(',')
    .filter((term) => term !== '')
    .every((term) => {
      const [label = '', value] = term.split('=');
      const found = metadata.labels?.[label.trim()];
      return value === undefined ? found !== undefined : found === value.trim();
    });
}

/** URL path of the collection, of one object, or of its subresource. */
export function pathOf(
  resource: Resource,
  at: { readonly namespace?: string | undefined; readonly name?: string; readonly subresource?: string } = {},
): string {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const namespace = resource.namespaced && at.namespace ? `/namespaces/${encodeURIComponent(at.namespace)}` : '';
  const name = at.name === undefined ? '' : `/${encodeURIComponent(at.name)}`;
  const subresource = at.subresource === undefined ? '' : `/${at.subresource}`;
  return `${root}${namespace}/${resource.plural}${name}${subresource}`;
}

/** `namespace/name`, or the name alone for cluster-scoped objects: the key of queue and cache. */
export function keyOf({ namespace, name }: ObjectKey): string {
  return namespace ? `${namespace}/${name}` : name;
}

export function parseKey(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf('/');
  return { namespace: slash < 0 ? '' : key.slice(0, slash), name: key.slice(slash + 1) };
}

/** A resourceVersion as a number. The API server promises that those of one kind compare: later is higher. */
export function revisionOf({ resourceVersion }: { readonly resourceVersion?: string }): number {
  const revision = Number(resourceVersion);
  return Number.isFinite(revision) ? revision : 0;
}
