// The Deployment of one colour. It carries the template as it was last rendered: as long as the version is the same,
// that one stays in force, so that a newer operator rolls no pod, and what others change in it is still put right.
import Value from 'typebox/value';
import {
  annotations,
  type Colour,
  type EventService,
  EventServiceSpecSchema,
  labels,
  type PodTemplate,
  type ReleaseSpec,
} from '../../api/index.ts';
import type { Binding } from './binding.ts';
import type { Deployment } from './kinds.ts';
import { childMetadata, colourSelector, deploymentName } from './labels.ts';
import { renderPodTemplate, type Version, type VersionBase } from './pod-template.ts';

/** Rolled-back ReplicaSets are of no use here: the spec in Git is what one goes back to. */
const revisionHistoryLimit = 2;

/** A template with the version it is of. */
export interface VersionedTemplate {
  readonly version: Version;
  readonly template: PodTemplate;
}

/** What the service's own spec asks for, kept as it is in force where that is the same version. */
export function templateFor(
  service: EventService,
  {
    colour,
    version,
    bindings,
    isRestricted,
    live,
    hasRole = false,
    preview,
  }: {
    readonly colour: Colour;
    readonly version: Version;
    readonly bindings: readonly Binding[];
    /** What Pod Security's `restricted` asks for is laid under a template that is rendered anew. */
    readonly isRestricted: boolean;
    readonly live?: Deployment | undefined;
    readonly hasRole?: boolean;
    readonly preview?: ReleaseSpec['previewTemplate'] | undefined;
  },
): VersionedTemplate {
  const inForce = live && templateInForce(live);
  if (inForce && isSameVersion(inForce.version, version)) return inForce;
  return {
    version,
    template: renderPodTemplate(service, { colour, version, bindings, isRestricted, hasRole, preview }),
  };
}

/** Undefined when the Deployment does not carry a readable template: then it is rendered anew. */
export function templateInForce({ metadata }: Deployment): VersionedTemplate | undefined {
  const template = parseTemplate(metadata.annotations?.[annotations.template]);
  const revision = template?.metadata?.labels?.[labels.revision];
  const configuration = template?.metadata?.annotations?.[annotations.configuration];
  if (!template || !revision || !configuration) return undefined;
  const content = template.metadata?.annotations?.[annotations.configMaps];
  return { version: { revision, configuration, content }, template };
}

export function isSameVersion(a: Version, b: Version): boolean {
  return isSameBase(a, b) && a.content === b.content;
}

/** The same but for the content of ConfigMaps. */
export function isSameBase(a: VersionBase, b: VersionBase): boolean {
  return a.revision === b.revision && a.configuration === b.configuration;
}

/** What is kept on the Deployment beside its template. */
export interface Kept {
  /** Hash of the Secrets that are written before it. */
  readonly bindings: string;
  /** By name, hashes of the ConfigMaps that its pods use. */
  readonly contents: Readonly<Record<string, string>>;
}

export function renderDeployment(
  service: EventService,
  colour: Colour,
  { version, template }: VersionedTemplate,
  { bindings, contents }: Kept,
  replicas: number = service.spec.replicas,
): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      ...childMetadata(service, deploymentName(service, colour), {
        [labels.colour]: colour,
        [labels.revision]: version.revision,
      }),
      annotations: {
        [annotations.template]: JSON.stringify(template),
        [annotations.bindings]: bindings,
        ...(Object.keys(contents).length === 0 ? {} : { [annotations.configMaps]: JSON.stringify(contents) }),
      },
    },
    spec: {
      replicas,
      revisionHistoryLimit,
      progressDeadlineSeconds: service.spec.release.deadlineSeconds,
      selector: { matchLabels: colourSelector(service, colour) },
      template,
    },
  };
}

function parseTemplate(text: string | undefined): PodTemplate | undefined {
  if (text === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return Value.Check(EventServiceSpecSchema.properties.template, parsed) ? parsed : undefined;
  } catch {
    // Edited by hand: rendering anew is all that can be done.
    return undefined;
  }
}
