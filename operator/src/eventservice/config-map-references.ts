// Which ConfigMaps the pods of a service use. Pure.
import type { EventService } from '../api/index.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface ConfigMapReference {
  /** In the service's namespace. */
  readonly name: string;
  /** Pods start without it: every mention of it says so. */
  readonly isOptional: boolean;
}

/** What the pod template mounts or takes variables from, each once, by name. */
export function templateConfigMaps({ spec }: EventService): readonly ConfigMapReference[] {
  const pod: Fields = spec.template.spec;
  const containers = [...fieldsIn(pod['containers']), ...fieldsIn(pod['initContainers'])];
  const references = [
    ...fieldsIn(pod['volumes']).flatMap((volume) => [
      volume['configMap'],
      ...fieldsIn(fieldsOf(volume['projected'])['sources']).map((source) => source['configMap']),
    ]),
    ...containers.flatMap((container) => [
      ...fieldsIn(container['envFrom']).map((source) => source['configMapRef']),
      ...fieldsIn(container['env']).map((variable) => fieldsOf(variable['valueFrom'])['configMapKeyRef']),
    ]),
  ];
  const found = new Map<string, boolean>();
  for (const { name, optional } of references.map(fieldsOf)) {
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
