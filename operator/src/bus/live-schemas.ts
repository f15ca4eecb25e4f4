// The ConfigMap in which it is remembered with what schemas the pods of a service or a job may read and write now. It is
// written before the workload, so that no crash leaves pods behind of whose schemas nothing is known. Pure.
import Type from 'typebox';
import Value from 'typebox/value';
import { busKeyOf, type EventService, labels, managedBy, type StreamJob } from '../api/index.ts';
import { modelOfUse, noUses, type SchemaUse, type SchemaUses } from '../registry/index.ts';
import { controllerOf, controllerReference, keyOf } from '../runtime/index.ts';
import { type ConfigMap, eventServices, streamJobs } from './resources.ts';

type BusDependent = EventService | StreamJob;

const UseSchema = Type.Object({
  topic: Type.String(),
  fingerprint: Type.String(),
  schema: Type.String(),
  approved: Type.Optional(Type.String()),
});
const UsesSchema = Type.Object({ reads: Type.Array(UseSchema), writes: Type.Array(UseSchema) });

/** What an object of etcd holds, less room for the rest of the ConfigMap. */
const maxBytes = 1_000_000;

export function liveSchemasKey({ kind, metadata }: BusDependent): {
  readonly namespace: string;
  readonly name: string;
} {
  return { namespace: metadata.namespace ?? '', name: `${kind.toLowerCase()}-${metadata.name}-live-schemas` };
}

export function renderLiveSchemas(object: BusDependent, uses: SchemaUses): ConfigMap {
  const { name } = object.metadata;
  const resource = object.kind === 'EventService' ? eventServices : streamJobs;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      ...liveSchemasKey(object),
      // Not the label that a child of the kind carries: this one is no part of the workload.
      labels: {
        [labels.name]: name,
        [labels.instance]: name,
        [labels.managedBy]: managedBy,
        [labels.liveSchemas]: object.kind,
      },
      ownerReferences: [controllerReference(resource, object)],
    },
    data: { bus: keyOf(busKeyOf(object)), schemas: textOf(uses) },
  };
}

export function isTooLarge(uses: SchemaUses): boolean {
  return Buffer.byteLength(textOf(uses)) > maxBytes;
}

/** Written by this very resource, and not by one that had its name before or by somebody else. */
export function isLiveSchemasOf({ metadata }: BusDependent, configMap: ConfigMap): boolean {
  return metadata.uid !== undefined && controllerOf(configMap)?.uid === metadata.uid;
}

/** Nothing where it is another kind of ConfigMap, or was edited to what cannot be read. */
export function usesIn(configMap: ConfigMap): SchemaUses {
  if (configMap.metadata.labels?.[labels.liveSchemas] === undefined) return noUses;
  const known = read.get(configMap);
  if (known) return known;
  const uses = parse(configMap.data?.['schemas']);
  read.set(configMap, uses);
  return uses;
}

/** Cached objects never change, and the same one is looked at by all who share a topic with its owner. */
const read = new WeakMap<ConfigMap, SchemaUses>();

/** `<namespace>/<name>` of the bus, and the topic, as the indexes of services and jobs have it. */
export function liveTopics(configMap: ConfigMap): readonly string[] {
  const { reads, writes } = usesIn(configMap);
  const bus = configMap.data?.['bus'] ?? '';
  return [...new Set([...reads, ...writes].map(({ topic }) => `${bus}/${topic}`))];
}

function textOf({ reads, writes }: SchemaUses): string {
  return JSON.stringify({ reads, writes });
}

function parse(text: string | undefined): SchemaUses {
  try {
    const parsed: unknown = JSON.parse(text ?? '');
    if (!Value.Check(UsesSchema, parsed)) return noUses;
    return { reads: parsed.reads.filter(isReadable), writes: parsed.writes.filter(isReadable) };
  } catch {
    return noUses;
  }
}

function isReadable(use: SchemaUse): boolean {
  try {
    modelOfUse(use);
    return true;
  } catch {
    return false;
  }
}
