// All that is in a namespace, in a form in which two runs can be compared.
import type { Client } from '../client.ts';
import { isNotFound } from '../index.ts';
import { type KubeObject, keyOf, type Resource, resourceName } from '../resource.ts';
import { eventually } from './cluster.ts';

/**
 * The objects of these kinds, sorted. What every run makes anew is replaced: times, addresses, revisions, what
 * `volatile` matches; a uid becomes the name of its object, so that a reference to something that is gone shows.
 */
export async function readEndState(
  client: Client,
  namespace: string,
  resources: readonly Resource[],
  volatile: readonly RegExp[] = [],
): Promise<readonly unknown[]> {
  const lists = await Promise.all(resources.map((resource) => client.list(resource, { namespace })));
  const objects = lists.flatMap(({ items }) => items).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const names = new Map(objects.map((object) => [object.metadata.uid ?? '', nameOf(object)]));
  let text = JSON.stringify(objects).replaceAll(uid, (found) => names.get(found) ?? '<unknown>');
  for (const pattern of volatile) text = text.replaceAll(pattern, '<volatile>');
  const parsed: readonly unknown[] = JSON.parse(text);
  return parsed.map((object) => comparable(object, ''));
}

/** Deletes the objects of these kinds, finalizers or not; resolves when they are gone. */
export async function removeAll(client: Client, namespace: string, resources: readonly Resource[]): Promise<void> {
  for (const resource of resources) {
    const { items } = await client.list(resource, { namespace });
    for (const { metadata } of items) {
      try {
        if (metadata.finalizers?.length)
          await client.patchMerge(resource, metadata, { metadata: { finalizers: null } });
        await client.delete(resource, metadata);
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
    await eventually(
      `${resourceName(resource)} are gone`,
      async () => (await client.list(resource, { namespace })).items.length === 0,
    );
  }
}

const left = new Set(['resourceVersion', 'generation', 'creationTimestamp', 'time']);
const addresses = new Set(['clusterIP', 'clusterIPs', 'nodePort', 'healthCheckNodePort']);
const uid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

function comparable(value: unknown, field: string): unknown {
  if (addresses.has(field)) return '<address>';
  if (typeof value === 'string') return time.test(value) ? '<time>' : value;
  if (Array.isArray(value)) {
    const items = value.map((item) => comparable(item, ''));
    // Their order is that of the writes.
    return field === 'managedFields' || field === 'conditions'
      ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
      : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !left.has(name))
      .map(([name, item]) => [name, comparable(item, name)]),
  );
}

function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${keyOf(metadata)}`;
}
