// Who owns an object: the garbage collector deletes it with its owner, and its changes wake its owner. Pure.
import { TerminalError } from './errors.ts';
import { apiVersionOf, type KubeObject, keyOf, type OwnerReference, type Resource } from './resource.ts';

/** The reference of an object's one managing owner. The owner must have been read from the API server. */
export function controllerReference(resource: Resource, { metadata }: KubeObject): OwnerReference {
  if (!metadata.uid) throw new RangeError(`${resource.kind} ${keyOf(metadata)} has no uid: it was not read`);
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    name: metadata.name,
    uid: metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

export function controllerOf({ metadata }: KubeObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** Whether the reference is to an object of this kind; versions of one group are the same kind. */
export function refersTo(reference: OwnerReference, resource: Resource): boolean {
  const slash = reference.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : reference.apiVersion.slice(0, slash);
  return group === resource.group && reference.kind === resource.kind;
}

/**
 * `child` with `owner` as its controller. Throws TerminalError when `live`, the child as it is now, has another
 * controller already, or when the owner's namespace is not the child's: such a reference would delete the child.
 */
export function ownedBy<T extends KubeObject>(child: T, resource: Resource, owner: KubeObject, live?: KubeObject): T {
  const name = `${child.kind} ${keyOf(child.metadata)}`;
  const { namespace } = owner.metadata;
  if (namespace && namespace !== child.metadata.namespace) {
    throw new TerminalError(
      `${name} cannot be owned by ${resource.kind} ${keyOf(owner.metadata)}: they are in different namespaces`,
    );
  }
  const reference = controllerReference(resource, owner);
  const present = live && controllerOf(live);
  if (present && present.uid !== reference.uid) {
    throw new TerminalError(
      `${name} is already owned by ${present.kind} ${present.name}: delete it or choose another name`,
    );
  }
  return { ...child, metadata: { ...child.metadata, ownerReferences: [reference] } };
}
