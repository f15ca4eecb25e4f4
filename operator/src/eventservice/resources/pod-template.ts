// The pods of one version: the user's template as it is written, with what Sluice adds. Every change here reaches a
// running service with its user's next change and never before (deployment.ts keeps the template that is in force).
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
import { laidOver } from '../../engines/index.ts';
import { type Binding, bindingRootVariable, defaultBindingRoot } from './binding.ts';
import { colourSelector } from './labels.ts';
import { restrictedPod } from './restricted.ts';
import { roleDirectory, roleMount, roleVariable, roleVolume } from './role.ts';
import { spreadConstraints } from './spread.ts';

/** What tells one version from another; the same on both sides means that no pod has to change. */
export interface Version extends VersionBase {
  /** Hash of the ConfigMaps' content; absent: none was known when the pods were rendered. */
  readonly content?: string | undefined;
}

export interface VersionBase {
  readonly revision: string;
  readonly configuration: string;
}

type Fields = Readonly<Record<string, unknown>>;

export function renderPodTemplate(
  service: EventService,
  {
    colour,
    version,
    bindings,
    isRestricted,
    hasRole = false,
    preview,
  }: {
    readonly colour: Colour;
    readonly version: Version;
    readonly bindings: readonly Binding[];
    readonly isRestricted: boolean;
    /** The pods are told what they may do in the background. */
    readonly hasRole?: boolean;
    /** Laid over the template while a version is in preview. */
    readonly preview?: ReleaseSpec['previewTemplate'] | undefined;
  },
): PodTemplate {
  const { metadata, spec } = previewOf(service.spec.template, preview);
  const selector = colourSelector(service, colour);
  const { containers, initContainers, volumes, ...rest } = isRestricted ? restrictedPod(spec) : spec;
  const constraints = spreadConstraints(service, selector);
  return {
    metadata: {
      labels: { ...metadata?.labels, ...selector, [labels.revision]: version.revision },
      annotations: {
        ...metadata?.annotations,
        [annotations.configuration]: version.configuration,
        ...(version.content === undefined ? {} : { [annotations.configMaps]: version.content }),
      },
    },
    spec: {
      // A Service called kafka would put KAFKA_PORT into every pod, which Kafka's own tools take for their setting.
      enableServiceLinks: false,
      ...(hasServiceAccount(service) ? {} : { serviceAccountName: service.metadata.name }),
      ...rest,
      ...(constraints === undefined ? {} : { topologySpreadConstraints: constraints }),
      ...(initContainers === undefined ? {} : { initContainers: withBindings(initContainers, bindings, hasRole) }),
      containers: containers.map((container) => ({ ...container, ...bindingFields(container, bindings, hasRole) })),
      volumes: withItems(volumes, [...bindings.map(volumeOf), ...(hasRole ? [roleVolume(service, colour)] : [])]),
    },
  };
}

function previewOf(template: PodTemplate, preview: ReleaseSpec['previewTemplate'] | undefined): PodTemplate {
  if (!preview) return template;
  const merged: unknown = laidOver(template, preview);
  // Laid over fields that are typed here, it is judged by the API server as the template itself is.
  return Value.Check(EventServiceSpecSchema.properties.template, merged) ? merged : template;
}

/** Whether the template names its own service account, under the field's name of today or of before. */
export function hasServiceAccount({ spec }: EventService): boolean {
  return Boolean(spec.template.spec['serviceAccountName'] || spec.template.spec['serviceAccount']);
}

function volumeOf({ directory, secretName, givenBy }: Binding): Fields {
  const name = volumeNameOf(directory);
  if (givenBy === undefined) return { name, secret: { secretName } };
  return { name, projected: { sources: [{ secret: { name: givenBy } }, { secret: { name: secretName } }] } };
}

function volumeNameOf(directory: Binding['directory']): string {
  return `sluice-binding-${directory}`;
}

// What is not a list of objects goes through as it is, here and below: the API server says best what is wrong with it.
function withBindings(containers: unknown, bindings: readonly Binding[], hasRole: boolean): unknown {
  if (!Array.isArray(containers)) return containers;
  return containers.map((container: unknown) =>
    isFields(container) ? { ...container, ...bindingFields(container, bindings, hasRole) } : container,
  );
}

function bindingFields(container: Fields, bindings: readonly Binding[], hasRole: boolean): Fields {
  const { env, volumeMounts } = container;
  const own: unknown = Array.isArray(env)
    ? env.find((item) => isFields(item) && item['name'] === bindingRootVariable)
    : env;
  const root =
    isFields(own) && typeof own['value'] === 'string' ? own['value'].replace(/\/+$/, '') : defaultBindingRoot;
  // First, so that the user's own variables can refer to it.
  const bound: unknown =
    own === undefined
      ? [{ name: bindingRootVariable, value: defaultBindingRoot }, ...(Array.isArray(env) ? env : [])]
      : env;
  const isTold = hasRole && Array.isArray(bound);
  return {
    env: isTold ? [{ name: roleVariable, value: roleDirectory }, ...bound.filter(isNotRole)] : bound,
    volumeMounts: withItems(volumeMounts, [
      ...bindings.map(({ directory }) => ({
        name: volumeNameOf(directory),
        mountPath: `${root}/${directory}`,
        readOnly: true,
      })),
      ...(hasRole ? [roleMount] : []),
    ]),
  };
}

function isNotRole(variable: unknown): boolean {
  return !isFields(variable) || variable['name'] !== roleVariable;
}

function withItems(list: unknown, items: readonly Fields[]): unknown {
  if (list === undefined || list === null) return items;
  return Array.isArray(list) ? [...list, ...items] : list;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
