// Where the kinds stand in the API, and the shape their objects share.

export const group = 'sluice.dev';
export const version = 'v1alpha1';
export const apiVersion = `${group}/${version}` as const;

/** What the runtime's `defineResource` takes, and what a CRD needs beside its schema. */
export interface KindDescriptor<Kind extends string = string> {
  readonly group: typeof group;
  readonly version: typeof version;
  readonly kind: Kind;
  readonly plural: string;
  readonly namespaced: true;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** ObjectMeta as far as Sluice reads it; the same shape as the runtime's. */
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

export interface SluiceObject<Kind extends string, Spec, Status> {
  readonly apiVersion: typeof apiVersion;
  readonly kind: Kind;
  readonly metadata: ObjectMeta;
  readonly spec: Spec;
  readonly status?: Status;
}
