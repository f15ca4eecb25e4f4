// Where the kinds stand in the API, and the shape their objects share.
import type { ObjectMeta } from '../../runtime/index.ts';

export type { ObjectMeta, OwnerReference } from '../../runtime/index.ts';

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

export interface SluiceObject<Kind extends string, Spec, Status> {
  readonly apiVersion: typeof apiVersion;
  readonly kind: Kind;
  readonly metadata: ObjectMeta;
  readonly spec: Spec;
  readonly status?: Status;
}
