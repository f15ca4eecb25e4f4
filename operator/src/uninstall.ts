// What the chart runs once when it is uninstalled and the operator is gone: resources stay, and without this those with
// our finalizer could never be deleted, nor could their namespaces. Nothing else of them is touched; no topic is deleted.
import { finalizer } from './api/index.ts';
import { eventBuses, eventServices, streamJobs } from './bus/index.ts';
import {
  type Client,
  hasFinalizer,
  isConflict,
  isNotFound,
  type KubeObject,
  keyOf,
  type Logger,
  type Resource,
  removeFinalizer,
} from './runtime/index.ts';

/** Tries for a resource that somebody else keeps changing. */
const maxAttempts = 10;

/** Takes our finalizer from every resource in the namespaces; none named: in all. Resolves to how many had it. */
export async function releaseFinalizers(
  client: Client,
  namespaces: readonly string[],
  logger: Logger,
): Promise<number> {
  let released = 0;
  for (const namespace of namespaces.length === 0 ? [undefined] : namespaces) {
    for (const resource of [eventServices, streamJobs, eventBuses]) {
      for (const object of await listOf(client, resource, namespace)) {
        if (!hasFinalizer(object, finalizer)) continue;
        await release(client, resource, object);
        released += 1;
        logger.info({}, `released ${object.kind} ${keyOf(object.metadata)}`);
      }
    }
  }
  return released;
}

async function listOf(
  client: Client,
  resource: Resource,
  namespace: string | undefined,
): Promise<readonly KubeObject[]> {
  try {
    return (await client.list(resource, { namespace })).items;
  } catch (error) {
    // The CRD is gone, and every resource of it.
    if (isNotFound(error)) return [];
    throw error;
  }
}

async function release(client: Client, resource: Resource, object: KubeObject): Promise<void> {
  let current: KubeObject | undefined = object;
  for (let attempt = 1; current; attempt++) {
    try {
      await removeFinalizer(client, resource, current, finalizer);
      return;
    } catch (error) {
      if (isNotFound(error)) return;
      if (!isConflict(error) || attempt >= maxAttempts) throw error;
      current = await client.get(resource, object.metadata);
    }
  }
}
