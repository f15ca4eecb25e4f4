// Which ConfigMaps and Secrets the pods of a service use. Pure.
import type { EventService } from '../api/index.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface ContentReference {
  /** In the service's namespace. */
  readonly name: string;
  /** Pods start without it: every mention of it says so. */
  readonly isOptional: boolean;
}

/** What the pod template mounts or takes variables from, each once, by name. */
export function templateConfigMaps(service: EventService): readonly ContentReference[] {
  return byName([
    ...volumesOf(service).flatMap((volume) => [
      volume['configMap'],
      ...sourcesOf(volume).map((source) => source['configMap']),
    ]),
    ...variablesOf(service, 'configMapRef', 'configMapKeyRef'),
  ]);
}

/** The same of Secrets, with the login that people give; not those that Sluice writes. */
export function templateSecrets(service: EventService): readonly ContentReference[] {
  return byName([
    ...volumesOf(service).flatMap((volume) => {
      const { secretName, ...rest } = fieldsOf(volume['secret']);
      return [{ ...rest, name: secretName }, ...sourcesOf(volume).map((source) => source['secret'])];
    }),
    ...variablesOf(service, 'secretRef', 'secretKeyRef'),
    service.spec.access?.secretRef,
  ]);
}

function volumesOf({ spec }: EventService): readonly Fields[] {
  return fieldsIn(spec.template.spec['volumes']);
}

function sourcesOf(volume: Fields): readonly Fields[] {
  return fieldsIn(fieldsOf(volume['projected'])['sources']);
}

function variablesOf({ spec }: EventService, whole: string, key: string): readonly unknown[] {
  const { containers, initContainers } = spec.template.spec;
  return [...fieldsIn(containers), ...fieldsIn(initContainers)].flatMap((container) => [
    ...fieldsIn(container['envFrom']).map((source) => source[whole]),
    ...fieldsIn(container['env']).map((variable) => fieldsOf(variable['valueFrom'])[key]),
  ]);
}

function byName(mentions: readonly unknown[]): readonly ContentReference[] {
  const found = new Map<string, boolean>();
  for (const { name, optional } of mentions.map(fieldsOf)) {
    if (typeof name !== 'string' || name === '') continue;
    found.set(name, optional === true && (found.get(name) ?? true));
  }
  return [...found].map(([name, isOptional]) => ({ name, isOptional })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function fieldsIn(list: unknown): readonly Fields[] {
  return Array.isArray(list) ? list.map(fieldsOf) : [];
}
