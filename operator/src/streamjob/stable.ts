// The version of a job that ran last, kept beside the engine's resource so that it can come back whole: as it was rendered,
// by whatever release of the operator. Pure.
import { annotations, labels, type StreamJob } from '../api/index.ts';
import type { ConfigMap, Engine } from '../engines/index.ts';
import type { KubeObject } from '../runtime/index.ts';
import { childMetadata } from './resources/metadata.ts';

export interface StableVersion {
  /** Hash of what it was rendered from. */
  readonly inputs: string;
  /** Hash of what the user wrote of it. */
  readonly revision: string;
  readonly spec: unknown;
}

export function stableName({ metadata }: StreamJob): string {
  return `${metadata.name}-stable`;
}

/** The version that is in the engine's resource; undefined when it is not marked. */
export function versionOf(live: KubeObject): { readonly inputs: string; readonly text: string } | undefined {
  const { [annotations.inputs]: inputs, [annotations.spec]: text } = live.metadata.annotations ?? {};
  return inputs === undefined || text === undefined ? undefined : { inputs, text };
}

/** Of a version that runs; undefined when the engine's resource is not marked. */
export function renderStable(job: StreamJob, live: KubeObject): ConfigMap | undefined {
  const version = versionOf(live);
  return (
    version && {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: childMetadata(job, stableName(job)),
      data: {
        inputs: version.inputs,
        revision: live.metadata.labels?.[labels.revision] ?? '',
        'spec.json': version.text,
      },
    }
  );
}

/** Undefined when there is none, or it was edited to something else. */
export function parseStable(configMap: ConfigMap | undefined, backEnd: Engine): StableVersion | undefined {
  const { inputs, revision = '', 'spec.json': text = '' } = configMap?.data ?? {};
  const spec = backEnd.parseSpec(text);
  return inputs === undefined || spec === undefined ? undefined : { inputs, revision, spec };
}
