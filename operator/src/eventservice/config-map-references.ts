// Which ConfigMaps the pods of a service cannot start without. Pure.
import type { EventService } from '../api/index.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Names in the service's namespace that its pod template uses and that are not optional. */
export function templateConfigMaps({ spec }: EventService): readonly string[] {
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
  const names = references
    .map(fieldsOf)
    .filter(({ optional }) => optional !== true)
    .flatMap(({ name }) => (typeof name === 'string' && name !== '' ? [name] : []));
  return [...new Set(names)].sort();
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function fieldsIn(list: unknown): readonly Fields[] {
  return Array.isArray(list) ? list.map(fieldsOf) : [];
}
