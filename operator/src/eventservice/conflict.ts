// An object of somebody else under a name that a service needs: it is not taken over. Pure.
import { type EventService, labels, managedBy } from '../api/index.ts';
import { controllerOf, type KubeObject, keyOf } from '../runtime/index.ts';

export interface Conflict {
  /** Names the object and the ways out. */
  readonly message: string;
  /** `waiting`: it is on its way out. */
  readonly effect: 'waiting' | 'stalled';
}

/**
 * The first of `live` that is not this service's. An object without an owner is handed over to Sluice by its label
 * app.kubernetes.io/managed-by: sluice.
 */
export function conflictOf(service: EventService, live: readonly (KubeObject | undefined)[]): Conflict | undefined {
  for (const object of live) {
    const conflict = object && conflictWith(service, object);
    if (conflict) return conflict;
  }
  return undefined;
}

function conflictWith(service: EventService, object: KubeObject): Conflict | undefined {
  const { metadata } = object;
  const name = `${object.kind} ${keyOf(metadata)}`;
  if (metadata.deletionTimestamp !== undefined) {
    return { message: `${name} is being deleted: it is made anew when it is gone.`, effect: 'waiting' };
  }
  if (isOwn(service, object)) return undefined;
  const owner = controllerOf(object);
  if (owner?.kind === service.kind && owner.name === service.metadata.name) {
    const message = `${name} is of a former ${owner.kind} ${owner.name}: it is made anew when Kubernetes has collected it.`;
    return { message, effect: 'waiting' };
  }
  if (owner) {
    const message = `${name} belongs to ${owner.kind} ${owner.name}: delete it there, or name this EventService otherwise.`;
    return { message, effect: 'stalled' };
  }
  if (metadata.labels?.[labels.managedBy] === managedBy) return undefined;
  const hint = object.kind === 'ServiceAccount' ? ', name it in spec.template.spec.serviceAccountName' : '';
  return {
    message: `${name} is there and not of Sluice's making: delete it${hint}, or hand it over with the label ${labels.managedBy}: ${managedBy}.`,
    effect: 'stalled',
  };
}

/** Made by this very service. */
export function isOwn({ metadata }: EventService, object: KubeObject): boolean {
  return metadata.uid !== undefined && controllerOf(object)?.uid === metadata.uid;
}
