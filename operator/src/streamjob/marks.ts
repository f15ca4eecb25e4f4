// What the engine's resource is marked with, so that its version can be told and kept. Pure.
import { annotations, labels, type StreamJob } from '../api/index.ts';
import type { Secret } from '../bus/index.ts';
import { secretHash } from '../plan/index.ts';
import type { KubeObject, ObjectMeta } from '../runtime/index.ts';
import { childMetadata } from './resources/metadata.ts';

export interface Marks {
  /** Hash of what it was rendered from. */
  readonly inputs: string;
  /** Hash of what the user wrote of it. */
  readonly revision: string;
  /** As it was rendered, before it was suspended. */
  readonly spec: unknown;
  /** The Secret that was written for it, or the hash of the one that was. */
  readonly secret?: Secret | undefined;
  readonly bindings?: string | undefined;
}

export function jobMetadata(job: StreamJob, { inputs, revision, spec, secret, bindings }: Marks): ObjectMeta {
  const metadata = childMetadata(job, job.metadata.name);
  const written = secret ? secretHash(secret) : bindings;
  return {
    ...metadata,
    labels: { ...metadata.labels, [labels.revision]: revision },
    annotations: {
      [annotations.inputs]: inputs,
      [annotations.spec]: JSON.stringify(spec),
      ...(written === undefined ? {} : { [annotations.bindings]: written }),
    },
  };
}

/** The marks of a resource; undefined when it does not keep its spec. */
export function marksOf({ metadata }: KubeObject): (Marks & { readonly spec: string }) | undefined {
  const { [annotations.inputs]: inputs = '', [annotations.spec]: spec } = metadata.annotations ?? {};
  if (spec === undefined) return undefined;
  const revision = metadata.labels?.[labels.revision] ?? '';
  return { inputs, revision, spec, bindings: metadata.annotations?.[annotations.bindings] };
}

export function withBindings(object: KubeObject, secret: Secret | undefined): KubeObject {
  if (!secret) return object;
  const marks = { ...object.metadata.annotations, [annotations.bindings]: secretHash(secret) };
  return { ...object, metadata: { ...object.metadata, annotations: marks } };
}
