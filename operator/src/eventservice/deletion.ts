// The end of a child that is not wanted any more. Pure.
import type { EventService } from '../api/index.ts';
import type { DeleteChange } from '../plan/index.ts';
import type { KubeObject, Resource } from '../runtime/index.ts';
import { isOwn } from './conflict.ts';

/** Empty where it is not there, goes already, or is somebody else's. */
export function deletionOf<T extends KubeObject>(
  { object }: { readonly object: EventService },
  resource: Resource<T>,
  live: T | undefined,
  reason: string,
): readonly DeleteChange[] {
  if (!live || !isOwn(object, live) || live.metadata.deletionTimestamp !== undefined) return [];
  const { uid, name, namespace } = live.metadata;
  const key = { name, namespace };
  return [{ action: 'Delete', resource, key, risk: 'Disruptive', reason, ...(uid === undefined ? {} : { uid }) }];
}
