// Finalizers: what holds an object back from vanishing until its outside traces are cleared.
import type { Client } from './client.ts';
import type { KubeObject, Resource } from './resource.ts';

export function hasFinalizer({ metadata }: KubeObject, finalizer: string): boolean {
  return metadata.finalizers?.includes(finalizer) ?? false;
}

/** Returns the object with the finalizer; 409 when it changed since it was read. No request when it is there. */
export async function addFinalizer<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  object: T,
  finalizer: string,
): Promise<T> {
  if (hasFinalizer(object, finalizer)) return object;
  return setFinalizers(client, resource, object, [...(object.metadata.finalizers ?? []), finalizer]);
}

/** Returns the object without the finalizer, which may be its last sight; 409 when it changed since it was read. */
export async function removeFinalizer<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  object: T,
  finalizer: string,
): Promise<T> {
  if (!hasFinalizer(object, finalizer)) return object;
  const left = object.metadata.finalizers?.filter((name) => name !== finalizer) ?? [];
  return setFinalizers(client, resource, object, left);
}

// A merge patch replaces the list whole; the resourceVersion keeps a finalizer that somebody else just added.
function setFinalizers<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  object: T,
  finalizers: readonly string[],
): Promise<T> {
  const { resourceVersion } = object.metadata;
  return client.patchMerge(resource, object.metadata, { metadata: { finalizers, resourceVersion } });
}
